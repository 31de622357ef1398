"""Dates and times as people say them, in their language."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from templates import dates


def test_a_day_and_a_moment_in_english() -> None:
    assert dates.day(date(2026, 5, 4)) == "Monday 4 May 2026"
    assert dates.moment(datetime(2026, 5, 4, 10, 0)) == "Monday 4 May 2026, 10am"  # noqa: DTZ001
    assert dates.short_day(date(2026, 12, 4)) == "Fri 4 Dec"


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (10, 0, "10am"),
        (10, 30, "10.30am"),
        (9, 5, "9.05am"),
        (0, 0, "midnight"),
        (0, 30, "12.30am"),
        (12, 0, "midday"),
        (12, 30, "12.30pm"),
        (23, 59, "11.59pm"),
    ],
)
def test_a_time_is_said_without_doubt(hour: int, minute: int, said: str) -> None:
    assert dates.clock(time(hour, minute)) == said


def test_other_languages_by_their_own_custom() -> None:
    assert dates.day(date(2026, 5, 4), "fr") == "lundi 4 mai 2026"
    assert dates.day(date(2026, 5, 4), "pl") == "poniedziałek, 4 maja 2026"
    assert dates.direction("ar") == "rtl" and dates.direction("fr") == "ltr"


@pytest.mark.parametrize("odd", ["", "xx", "not a language", "../..", "en-\x00"])
def test_an_odd_language_is_told_in_english(odd: str) -> None:
    assert dates.day(date(2026, 5, 4), odd) == "Monday 4 May 2026"


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 KB"), (48_120, "48 KB"), (999_999, "1,000 KB"), (1_410_000, "1.4 MB")],
)
def test_a_size_is_said_in_round_figures(count: int, said: str) -> None:
    assert dates.size(count) == said
