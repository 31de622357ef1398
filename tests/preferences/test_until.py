"""How long a pause is, read day first; whatever is no date after today is None."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preferences.until import LONGEST, read_pause, read_until

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


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("from 3 to 17 August", date(2027, 8, 3), date(2027, 8, 18)),
        ("3-17 August", date(2027, 8, 3), date(2027, 8, 18)),
        ("3 – 17 August 2027", date(2027, 8, 3), date(2027, 8, 18)),
        ("from the 3rd of August to the 17th of August", date(2027, 8, 3), date(2027, 8, 18)),
        ("from 20 December to 5 January", date(2026, 12, 20), date(2027, 1, 6)),
        ("from 01/12/2026 until 09/12/2026", date(2026, 12, 1), date(2026, 12, 10)),
        ("from 2026-12-01 to 2026-12-09", date(2026, 12, 1), date(2026, 12, 10)),
        ("from Monday to Friday", date(2026, 11, 23), date(2026, 11, 28)),
        ("from tomorrow to 30 November", None, None),
        ("from 18 November to 30 November", None, date(2026, 12, 1)),
        ("between Christmas and New Year", date(2026, 12, 25), date(2027, 1, 2)),
        ("three weeks", None, date(2026, 12, 9)),
        ("from 17 to 3 August", None, None),
        ("from 31 to 2 June", None, None),
        ("from 3 to", None, None),
        ("from August to nonsense", None, None),
    ],
)
def test_both_days_of_a_span_are_without_mail(
    text: str, since: date | None, until: date | None
) -> None:
    assert read_pause(text, TODAY) == ((since, until) if until else None)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Easter", date(2027, 3, 28)), ("after Easter", date(2027, 3, 30)),
        ("after Christmas", date(2026, 12, 27)), ("the new year", date(2027, 1, 1)),
        ("Monday", date(2026, 11, 23)), ("next Wednesday", date(2026, 11, 25)),
        ("next week", date(2026, 11, 23)), ("next month", date(2026, 12, 1)),
        ("the end of the month", date(2026, 12, 1)), ("the end of November", date(2026, 12, 1)),
        ("the end of December", date(2027, 1, 1)), ("the end of the year", date(2027, 1, 1)),
        ("September", date(2027, 9, 1)), ("March 2028", date(2028, 3, 1)),
        ("November", date(2027, 11, 1)), ("a fortnight", date(2026, 12, 2)),
        ("after 5 January", date(2027, 1, 6)), ("March 20288", None), ("the end of time", None),
    ],
)  # fmt: skip
def test_days_that_have_names(text: str, until: date | None) -> None:
    assert read_until(text, TODAY) == until


@pytest.mark.parametrize("bait", ["from " * 20_000, "3-" * 50_000, "a to " * 20_000, "- " * 50_000])
def test_a_long_line_costs_nothing(bait: str) -> None:
    assert read_pause(bait, TODAY) is None


@given(st.text(max_size=100))
def test_whatever_is_written_is_a_pause_to_come_or_none(text: str) -> None:
    for tried in (text, f"from {text} to 17 August", f"from 3 to {text}"):
        found = read_pause(tried, TODAY)
        if found is not None:
            assert TODAY < found[1] <= TODAY + LONGEST
            assert found[0] is None or TODAY < found[0] < found[1]
