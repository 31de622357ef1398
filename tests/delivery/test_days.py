"""Single days, as people write them."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.days import read_day
from templates import dates

FIRST = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3 August", date(2027, 8, 3)),
        ("the 3rd of August", date(2027, 8, 3)),
        ("Aug 3", date(2027, 8, 3)),
        ("Tuesday, 3 August", date(2027, 8, 3)),
        ("3. August", date(2027, 8, 3)),
        ("03/08/27", date(2027, 8, 3)),
        ("3.8.2027", date(2027, 8, 3)),
        ("3.8.", date(2027, 8, 3)),
        ("2027-08-03", date(2027, 8, 3)),
        ("22 November", date(2026, 11, 22)),
        ("21 November", date(2027, 11, 21)),
        ("29 February 2028", date(2028, 2, 29)),
        ("1 Sept", date(2027, 9, 1)),
        ("  1  JANUARY!", date(2027, 1, 1)),
    ],
)
def test_a_day_is_read_day_first(said: str, meant: date) -> None:
    assert read_day(said, FIRST) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "29 February",
        "31 February",
        "13/13",
        "32 May",
        "8 o'clock",
        "Smarch 3",
        "3",
        "0/0/0",
    ],
)
def test_what_is_no_day_is_none(said: str) -> None:
    assert read_day(said, FIRST) is None


@given(st.dates(FIRST, date(2200, 1, 1)))
def test_every_day_that_our_letters_tell_is_read(day: date) -> None:
    assert read_day(dates.day(day), FIRST) == day


def test_other_languages_name_their_own_months() -> None:
    assert read_day("3 août", FIRST, "fr") == date(2027, 8, 3)
    assert read_day("3 August", FIRST, "fr") == date(2027, 8, 3)


@given(st.text(max_size=80))
def test_anything_at_all_is_a_day_from_the_first_on_or_none(said: str) -> None:
    day = read_day(said, FIRST)
    assert day is None or isinstance(day, date)


@pytest.mark.parametrize("bait", ["3 ", "a", "the ", "1st ", "9", "３"])
def test_long_bait_costs_nothing(bait: str) -> None:
    started = time.monotonic()
    assert read_day(bait * 100_000, FIRST) is None
    assert time.monotonic() - started < 0.1
