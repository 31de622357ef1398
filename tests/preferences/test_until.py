"""How long a pause is, read day first; whatever is no date after today is None."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preferences.until import LONGEST, read_until

TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
soon = st.dates(TODAY + DAY, TODAY + LONGEST)


@given(soon)
def test_every_day_of_two_years_in_every_way_of_writing_it(day: date) -> None:
    month = f"{day:%B}"
    for text in (
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{day.day}th of {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day:%A} {day.day} {month} {day.year}",
        f"{day:%A, }{day.day} {day:%b} {day.year}",
        f"{day:%d/%m/%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%d/%m/%y}",
    ):
        assert read_until(text, TODAY) == day, text


@given(st.dates(TODAY + DAY, date(2027, 11, 17)))
def test_without_a_year_the_next_such_day_is_meant(day: date) -> None:
    assert read_until(f"{day.day} {day:%B}", TODAY) == day
    assert read_until(f"{day.day}/{day.month}", TODAY) == day


@given(st.integers(1, 100))
def test_a_length_counts_from_today(number: int) -> None:
    assert read_until(f"{number} days", TODAY) == TODAY + number * DAY
    assert read_until(f"for {number} weeks", TODAY) == TODAY + number * 7 * DAY


@given(st.dates(date(1900, 1, 1), TODAY) | st.dates(TODAY + LONGEST + DAY, date(2500, 1, 1)))
def test_what_is_over_or_too_far_is_none(day: date) -> None:
    assert read_until(day.isoformat(), TODAY) is None
    assert read_until(f"{day.day} {day:%B} {day.year}", TODAY) is None


def test_the_29th_of_february_where_there_is_none_is_none() -> None:
    assert read_until("29 February", TODAY) is None
    assert read_until("29 February 2028", TODAY) == date(2028, 2, 29)


@pytest.mark.parametrize("language", ["en", "ar", "de", "so", "xx", "", "en-GB", "../../etc"])
def test_english_months_are_known_in_every_language(language: str) -> None:
    assert read_until("1 June 2027", TODAY, language) == date(2027, 6, 1)


def test_months_of_the_lists_own_language() -> None:
    assert read_until("1. Juni 2027".replace(".", ""), TODAY, "de") == date(2027, 6, 1)


@given(st.text(max_size=60))
def test_nothing_makes_it_raise(text: str) -> None:
    read_until(text, TODAY)


@pytest.mark.parametrize("bait", ["1", "1 ", "june ", "a ", "1/", "1.", "of ", "²"])
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    assert read_until(bait * (100_000 // len(bait)), TODAY) is None
