"""Marks that were guessed, altered, cut or meant for something else: none is ever accepted."""

from __future__ import annotations

import random
from datetime import date

import pytest

from delivery.marks import DIGITS, Marks
from tests.needs import times
from tests.web.browser import SECRET, Browser, settle

PURPOSES = ("verdict", "settings", "confirm", "bounce", "post", "leave", "page")
DAY = date(2026, 11, 18)


@pytest.fixture
def browser(sqlite_url: str) -> Browser:
    from storage.database import Database

    return settle(Database(sqlite_url))


@pytest.mark.proof
def test_d13_e4_no_guess_is_accepted() -> None:
    """By somebody who knows how a mark is built, and wants that of reader 1 of today."""
    many, chance = times(5_000, 100_000), random.Random(7)
    marks = Marks(SECRET)
    begin = marks.mint("leave", 1, day=DAY)[:-20]
    accepted = 0
    for _ in range(many):
        guess = begin + "".join(chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=20))
        accepted += any(marks.read(purpose, guess) is not None for purpose in PURPOSES)
    print(f"{many} guesses for {len(PURPOSES)} purposes: {accepted} accepted")
    assert accepted == 0


@pytest.mark.proof
def test_d13_e4_no_altered_mark_is_accepted() -> None:
    many, chance = times(2_000, 10_000), random.Random(8)
    marks, accepted = Marks(SECRET), 0
    for number in range(many):
        purpose = PURPOSES[number % len(PURPOSES)]
        mark = marks.mint(purpose, number, day=DAY)
        altered = _altered(mark, chance)
        found = marks.read(purpose, altered)
        accepted += found is not None and altered.lower() != mark
        accepted += any(marks.read(one, mark) is not None for one in PURPOSES if one != purpose)
    print(f"{many} altered marks: {accepted} accepted")
    assert accepted == 0


def _altered(mark: str, chance: random.Random) -> str:
    at = chance.randrange(len(mark))
    other = chance.choice([one for one in DIGITS if one != mark[at]])
    swapped = mark[:at] + mark[at + 1 : at + 2] + mark[at] + mark[at + 2 :]
    kinds = (
        mark[:at] + other + mark[at + 1 :],
        mark[:at] + mark[at + 1 :],
        mark[:at] + other + mark[at:],
        swapped if swapped != mark else mark + other,
        mark + other,
        mark[::-1] if mark[::-1] != mark else mark + other,
        mark[:at] + chance.choice("ſKı%\x00 /.") + mark[at + 1 :],
    )
    return chance.choice(kinds)


@pytest.mark.proof
def test_e4_pages_with_guessed_marks_are_not_there_and_change_nothing(browser: Browser) -> None:
    browser.reader()
    browser.waiting()
    before, chance = browser.everything(), random.Random(9)
    begin = browser.path("leave", 1).rpartition("/")[2][:-20]
    for number in range(times(30, 500)):
        guess = begin + "".join(chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=20))
        page = ("leave", "settings", "confirm", "rejoin")[number % 4]
        assert browser.post(f"/{page}/{guess}", {"frequency": "daily"}).status_code == 404
    assert browser.everything() == before
