"""A thousand sign-ups in a minute: no address gets more than one mail, no source causes many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from storage.database import Database
from tests.ingest.desks import Desks
from tests.ingest.desks import settle as settle_desks
from tests.needs import times
from tests.web.browser import CAROL, Browser, settle


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def sign_up(browser: Browser, address: str, source: str) -> str:
    fields = {"address": address, "name": "BUY http://evil.example", "frequency": "weekly"}
    return browser.ask("POST", "/join/news", source, data=fields).text


@pytest.mark.proof
def test_e8_a_thousand_sign_ups_of_one_address_make_one_mail(db: Database) -> None:
    browser, many = settle(db), times(60, 1000)
    said = set()
    for number in range(many):
        browser.now += timedelta(minutes=1) / many
        said.add(sign_up(browser, CAROL, f"10.0.{number // 250}.{number % 250}"))
    letters = browser.letters()
    print(f"{many} sign-ups of one address from {many} sources: {len(letters)} mail")
    assert len(letters) == len(said) == 1
    assert b"evil" not in letters[0].raw


@pytest.mark.proof
def test_e8_a_thousand_sign_ups_by_one_source_make_five_mails(db: Database) -> None:
    browser, many = settle(db), times(60, 1000)
    for number in range(many):
        sign_up(browser, f"p{number}@home.example", "192.0.2.9")
    letters = browser.letters()
    print(f"{many} sign-ups by one source: {len(letters)} mails")
    assert len(letters) == 5


@pytest.mark.proof
def test_e8_whoever_mixes_addresses_and_sources_bombs_nobody(db: Database) -> None:
    browser, many = settle(db), times(100, 1000)
    for number in range(many):
        sign_up(browser, f"p{number % 50}@home.example", f"10.0.0.{number % 90}")
    to = Counter(mail.to[0] for mail in browser.letters())
    print(f"{many} sign-ups of 50 addresses: {sum(to.values())} mails, {max(to.values())} to one")
    assert max(to.values()) == 1


@pytest.mark.proof
def test_e8_a_thousand_forged_mails_that_ask_to_join_make_one(db: Database) -> None:
    desks, many = settle_desks(db), times(60, 1000)
    ask: Callable[[int], object] = lambda number: desks.bring(  # noqa: E731
        ("news-join", "news-help")[number % 2], CAROL, "subscribe", source=f"mail 10.0.0.{number}"
    )
    for number in range(many):
        ask(number)
    letters = desks.letters()
    print(f"{many} forged mails: {len(letters)} mail")
    assert len(letters) == 1
    assert isinstance(desks, Desks)
