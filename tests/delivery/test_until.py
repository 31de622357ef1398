"""How long a pause is, read day first; whatever is no date after today is None."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.until import LONGEST, read_until, read_when

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
        ("after 5 January", date(2027, 1, 6)), ("18 November", date(2027, 11, 18)),
        ("another 3 days", date(2026, 11, 21)), ("another two weeks", date(2026, 12, 2)),
        ("March 20288", None), ("the end of time", None),
    ],
)  # fmt: skip
def test_days_that_have_names(text: str, until: date | None) -> None:
    assert read_until(text, TODAY) == until


@pytest.mark.parametrize(
    ("text", "today", "until"),
    [
        ("the end of the week", date(2026, 11, 25), date(2026, 11, 30)),
        ("the end of this week", date(2026, 11, 30), date(2026, 12, 7)),
        ("the end of next week", date(2026, 11, 25), date(2026, 12, 7)),
        ("end of next week", date(2026, 11, 29), date(2026, 12, 7)),
        ("the end of this month", date(2026, 12, 31), date(2027, 1, 1)),
        ("the end of next month", date(2026, 11, 25), date(2027, 1, 1)),
        ("the end of next month", date(2026, 12, 31), date(2027, 2, 1)),
        ("the end of next year", date(2026, 11, 25), date(2028, 1, 1)),
    ],
)
def test_the_end_of_this_and_of_the_next(text: str, today: date, until: date) -> None:
    assert read_until(text, today) == until


@pytest.mark.parametrize(
    ("language", "text", "until"),
    [
        ("pl", "do poniedziałku", date(2026, 11, 23)),
        ("pl", "do środy rano", date(2026, 11, 25)),
        ("pl", "do przyszłego tygodnia", date(2026, 11, 23)),
        ("pl", "do końca tygodnia", date(2026, 11, 23)),
        ("pl", "końca przyszłego miesiąca", date(2027, 1, 1)),
        ("pl", "końca roku", date(2027, 1, 1)),
        ("pl", "na kilka dni", date(2026, 11, 21)),
        ("ar", "حتى الأسبوع القادم", date(2026, 11, 23)),
        ("ar", "حتى الشهر القادم", date(2026, 12, 1)),
        ("ar", "حتى نهاية الشهر", date(2026, 12, 1)),
        ("fr", "fin décembre", date(2027, 1, 1)),
        ("fr", "jusqu'à lundi matin", date(2026, 11, 23)),
        ("cy", "tan ddydd Llun", date(2026, 11, 23)),
        ("cy", "ar ôl y Nadolig", date(2026, 12, 27)),
        ("cy", "deufis", TODAY + 60 * DAY),
        ("fr", "le week-end", date(2026, 11, 21)),
        ("fr", "jusqu'à après le week-end", date(2026, 11, 23)),
        ("fr", "le nouvel an", date(2027, 1, 1)),
        ("fr", "après Pâques", date(2027, 3, 30)),
        ("fr", "jusqu'à lundi prochain", date(2026, 11, 23)),
        ("fr", "48 heures", date(2026, 11, 20)),
        ("fr", "encore trois jours", date(2026, 11, 21)),
        ("fr", "trois jours de plus", date(2026, 11, 21)),
    ],
)
def test_other_languages_bend_their_words(language: str, text: str, until: date) -> None:
    assert read_until(text, TODAY, language) == until


@pytest.mark.parametrize(
    ("text", "today", "until"),
    [
        ("the weekend", date(2026, 11, 27), date(2026, 11, 28)),
        ("the weekend", date(2026, 11, 28), date(2026, 12, 5)),
        ("the weekend", date(2026, 11, 29), date(2026, 12, 5)),
        ("after the weekend", date(2026, 11, 27), date(2026, 11, 30)),
        ("after the weekend", date(2026, 11, 28), date(2026, 11, 30)),
        ("after the weekend", date(2026, 11, 29), date(2026, 11, 30)),
        ("the 1st", date(2026, 11, 30), date(2026, 12, 1)),
        ("the 1st", date(2026, 12, 1), date(2027, 1, 1)),
        ("the 31st", date(2027, 2, 1), date(2027, 3, 31)),
        ("the 32nd", date(2026, 12, 1), None),
        ("the 0th", date(2026, 12, 1), None),
        ("December", date(2026, 12, 1), date(2027, 12, 1)),
        ("the end of December", date(2026, 12, 1), date(2027, 1, 1)),
        ("Christmas", date(2026, 12, 25), date(2027, 12, 25)),
        ("Easter", date(2027, 3, 28), date(2028, 4, 16)),
        ("Easter", date(2027, 3, 27), date(2027, 3, 28)),
    ],
)
def test_at_the_edge_of_a_week_a_month_or_a_year(
    text: str, today: date, until: date | None
) -> None:
    assert read_until(text, today) == until


def test_the_longest_pause() -> None:
    last = TODAY + LONGEST
    assert read_until(last.isoformat(), TODAY) == last
    assert read_until((last + DAY).isoformat(), TODAY) is None


def test_the_end_of_a_week_is_its_last_day_and_never_today() -> None:
    assert read_when("the end of the week", date(2026, 11, 27)) == date(2026, 11, 29)
    assert read_when("the end of the week", date(2026, 11, 29)) == date(2026, 11, 30)
    assert read_when("the end of the month", date(2026, 11, 30)) == date(2026, 12, 1)


def test_what_lies_ahead_is_counted_and_is_no_pause() -> None:
    assert read_when("in two weeks", TODAY) == TODAY + 14 * DAY
    assert read_when("dans deux semaines", TODAY, "fr") == TODAY + 14 * DAY
    assert read_when("in August", TODAY) is None
    assert read_until("in two weeks", TODAY) is None


NAMES = [
    "the end of the week", "the end of the month", "the end of next year", "this week",
    "next week", "the week after next", "the weekend", "after the weekend", "the 1st",
    "the 31st", "29 February", "Monday", "Monday week", "January", "after January", "this month",
    "next month", "tomorrow", "Christmas", "after Christmas", "Easter", "the new year",
    "a fortnight", "in two weeks",
]  # fmt: skip


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.sampled_from(NAMES))
def test_on_every_day_what_has_a_name_is_to_come(today: date, name: str) -> None:
    for until in (read_until(name, today), read_when(name, today)):
        assert until is None or today < until
