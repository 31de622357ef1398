"""Machines that open every link of a mail before its reader does: they change nothing at all."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from delivery.letters import Desk, Pen
from preferences import adding, change, confirming, joining
from preferences.adding import Addition
from preferences.wish import Wish
from storage.database import Database
from tests.driven import driven
from tests.mailbox import Mail
from tests.needs import times
from tests.web.browser import URL, Browser, settle
from tests.web.test_pages_in_chromium import served
from web.app import create_app

_LINK = re.compile(r"https?://[^\s<>\"')]+")


@pytest.fixture
def browser(sqlite_url: str) -> Iterator[Browser]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


def mails_of_all_kinds(browser: Browser, many: int) -> list[Mail]:
    """So many mails to readers and to people who may become some."""
    found: list[Mail] = []
    number = 0
    while len(found) < many:
        number += 1
        address = f"r{number}@reader.example"
        reader = browser.reader(address)
        with browser.db.write() as tx:
            pen = Pen(tx, Desk.of(browser.settings), browser.sender, browser.now)
            joining.ask_to_join(pen, f"new{number}@reader.example", {}, "", 5)
            for kind in ("settings", "help", "data", "search", "address"):
                values = {"search": {"for": "x"}, "address": {"address": f"a{number}@new.example"}}
                wish = Wish(kind, values.get(kind, {}))
                change.apply(pen, reader, [wish])
            daily, stop = Wish("change", {"frequency": "daily"}), Wish("stop", {})
            change.apply(pen, reader, [daily])
            confirming.ask_to_confirm_wishes(
                pen, reader, [Wish("change", {"format": "plain"})], "", 5
            )
            confirming.ask_to_confirm_wishes(pen, reader, [stop], "", 5)
            adding.ask_helper(pen, "alice@charity.example", Addition(address, "Carol", "asked"))
            if number % 2:
                change.leave(pen, reader)
        found += browser.letters()
    return found


def links_of(mails: list[Mail]) -> list[str]:
    found = []
    for mail in mails:
        text = mail.text + html.unescape(mail.html) + mail.header("List-Unsubscribe")
        found += [link for link in _LINK.findall(text) if link.startswith(URL)]
    return list(dict.fromkeys(found))


@pytest.mark.proof
def test_e1_e10_machines_that_follow_every_link_change_nothing(browser: Browser) -> None:
    many = times(20, 200)
    mails = mails_of_all_kinds(browser, many)
    links = links_of(mails)
    assert len(links) >= many // 2
    before = browser.everything()
    client = TestClient(create_app(browser.db, browser.settings, lambda: browser.now), URL)
    for link in links:
        path = link.removeprefix(URL)
        for method in ("GET", "HEAD", "OPTIONS"):
            assert client.request(method, path).status_code < 500
    assert browser.everything() == before
    with served(browser) as url, driven() as chromium:
        chromium.size(1280)
        for link in links:
            chromium.open(link.replace(URL, url))
    assert browser.everything() == before
    print(f"{len(links)} links of {len(mails)} mails, opened four ways: 0 changes")
