"""Days away, as people write them: both days count, and over New Year too."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from delivery.spans import UNSAID
from moderation.spans import FURTHEST, read_span
from templates import dates

SUNDAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def days(said: str, today: date = SUNDAY) -> tuple[str, str] | None:
    """The first and the last day."""
    span = read_span(said, today)
    return (span[0].isoformat(), (span[1] - DAY).isoformat()) if span else None


@pytest.mark.parametrize(
    "said",
    [
        "3–17 August",
        "3-17 August 2027",
        "from 3 to 17 August",
        "3 August to 17 August",
        "3rd to the 17th of August",
        "August 3-17",
        "3/8 - 17/8",
        "3.8.-17.8.",
        "2027-08-03 to 2027-08-17",
        "from 3rd August until 17th August 2027",
        "3-17 August, thanks",
        "3–17 August (holiday)",
    ],
)
def test_both_days_count_however_they_are_written(said: str) -> None:
    assert days(said) == ("2027-08-03", "2027-08-17")


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("28 December - 3 January", "2026-12-28", "2027-01-03"),
        ("28 Dec 2026 to 3 Jan", "2026-12-28", "2027-01-03"),
        ("28 December to 3 January 2027", "2026-12-28", "2027-01-03"),
        ("1 - 5 jan", "2027-01-01", "2027-01-05"),
    ],
)
def test_the_year_rolls_over(said: str, first: str, last: str) -> None:
    assert days(said) == (first, last)


def test_who_is_away_already_means_this_time_and_not_next_year() -> None:
    assert days("3-17 August", date(2026, 8, 10)) == ("2026-08-03", "2026-08-17")
    assert days("3-17 August", date(2026, 8, 17)) == ("2026-08-03", "2026-08-17")
    assert days("3-17 August", date(2026, 8, 18)) == ("2027-08-03", "2027-08-17")


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("tomorrow", "2026-11-23", "2026-11-23"),
        ("next week", "2026-11-23", "2026-11-29"),
        ("this week", "2026-11-22", "2026-11-22"),
        ("Monday", "2026-11-23", "2026-11-23"),
        ("from Monday to Wednesday", "2026-11-23", "2026-11-25"),
        ("from tomorrow until Friday", "2026-11-23", "2026-11-27"),
        ("until Friday", "2026-11-22", "2026-11-27"),
        ("until 17 December", "2026-11-22", "2026-12-17"),
        ("back on 18 December", "2026-11-22", "2026-12-17"),
        ("for 2 weeks", "2026-11-22", "2026-12-05"),
        ("a week", "2026-11-22", "2026-11-28"),
        ("3 December", "2026-12-03", "2026-12-03"),
    ],
)
def test_everyday_words_are_known(said: str, first: str, last: str) -> None:
    assert days(said) == (first, last)


@pytest.mark.parametrize("name", ["on Wednesday", "on Monday", "on Friday"])
@pytest.mark.parametrize(
    ("said", "wednesday", "monday", "friday"),
    [
        ("Monday to Friday", "1130 1204", "1123 1127", "1130 1204"),
        ("from Monday to Wednesday", "1130 1202", "1123 1125", "1130 1202"),
        ("Friday to Monday", "1127 1130", "1127 1130", "1127 1130"),
        ("next Monday to next Friday", "1130 1204", "1130 1204", "1130 1204"),
        ("next Monday to Friday", "1130 1204", "1130 1204", "1130 1204"),
        ("now until Friday", "1125 1127", "1123 1127", "1127 1127"),
        ("till Friday", "1125 1127", "1123 1127", "1127 1127"),
        ("this weekend", "1128 1129", "1128 1129", "1128 1129"),
        ("the week after next", "1207 1213", "1207 1213", "1207 1213"),
        ("on 5 December", "1205 1205", "1205 1205", "1205 1205"),
        ("10/12 to 15/12/2026", "1210 1215", "1210 1215", "1210 1215"),
        ("10/12/26 - 15/12", "1210 1215", "1210 1215", "1210 1215"),
    ],
)
def test_the_days_of_a_week_are_those_to_come(
    name: str, said: str, wednesday: str, monday: str, friday: str
) -> None:
    today, expected = {
        "on Wednesday": (date(2026, 11, 25), wednesday),
        "on Monday": (date(2026, 11, 23), monday),
        "on Friday": (date(2026, 11, 27), friday),
    }[name]
    span = days(said, today)
    assert span
    assert f"{span[0][5:]} {span[1][5:]}".replace("-", "") == expected


@pytest.mark.parametrize(
    ("language", "said", "first", "last"),
    [
        ("en", "for a fortnight", "11-25", "12-08"),
        ("en", "the next two weeks", "11-25", "12-08"),
        ("en", "the next few days", "11-25", "11-27"),
        ("en", "this afternoon", "11-25", "11-25"),
        ("en", "tomorrow morning", "11-26", "11-26"),
        ("en", "until the 5th", "11-25", "12-05"),
        ("en", "until next week", "11-25", "11-29"),
        ("en", "until the end of next week", "11-25", "12-06"),
        ("en", "until after Christmas", "11-25", "12-26"),
        ("en", "back next week", "11-25", "11-29"),
        ("en", "back on the 7th", "11-25", "12-06"),
        ("en", "from the 3rd to the 5th", "12-03", "12-05"),
        ("en", "1 December until after Christmas", "12-01", "12-26"),
        ("en", "from Monday for two weeks", "11-30", "12-13"),
        ("en", "for two weeks from Monday", "11-30", "12-13"),
        ("en", "all next week", "11-30", "12-06"),
        ("en", "the weekend", "11-28", "11-29"),
        ("en", "next Tuesday and Wednesday", "12-01", "12-02"),
        ("en", "next month", "12-01", "12-31"),
        ("en", "all of December", "12-01", "12-31"),
        ("en", "this month", "11-25", "11-30"),
        ("en", "November", "11-25", "11-30"),
        ("en", "next week for two weeks", "11-30", "12-13"),
        ("en", "two days from tomorrow", "11-26", "11-27"),
        ("en", "on Tuesday", "12-01", "12-01"),
        ("en", "until Christmas", "11-25", "12-25"),
        ("en", "between Christmas and New Year", "12-25", "01-01"),
        ("en", "Monday to 24/12/2026", "11-30", "12-24"),
        ("en", "December to February", "12-01", "02-28"),
        ("en", "from next week until 20 December", "11-30", "12-20"),
        ("en", "from the weekend to Wednesday", "11-28", "12-02"),
        ("en", "28 November to December 5", "11-28", "12-05"),
        ("en", "December 30 to 2 January", "12-30", "01-02"),
        ("en", "28 December to the 5th", "12-28", "01-05"),
        ("en", "the 3rd of December to the 5th", "12-03", "12-05"),
        ("en", "November to 5 December", "11-25", "12-05"),
        ("en", "next week to 31/12/2026", "11-30", "12-31"),
        ("en", "all tomorrow", "11-26", "11-26"),
        ("en", "next weekend", "11-28", "11-29"),
        ("fr", "le week-end prochain", "11-28", "11-29"),
        ("cy", "y penwythnos nesaf", "11-28", "11-29"),
        ("fr", "jusqu’à vendredi", "11-25", "11-27"),
        ("fr", "de maintenant à vendredi", "11-25", "11-27"),
        ("fr", "du 3 décembre jusqu’au 5 décembre", "12-03", "12-05"),
        ("fr", "du 3 au 17 décembre", "12-03", "12-17"),
        ("fr", "demain", "11-26", "11-26"),
        ("fr", "aujourd'hui", "11-25", "11-25"),
        ("fr", "toute la semaine prochaine", "11-30", "12-06"),
        ("fr", "le week-end", "11-28", "11-29"),
        ("fr", "de retour la semaine prochaine", "11-25", "11-29"),
        ("fr", "lundi pendant trois jours", "11-30", "12-02"),
        ("fr", "jusqu'au 5 décembre", "11-25", "12-05"),
        ("fr", "la semaine prochaine", "11-30", "12-06"),
        ("fr", "de lundi à mercredi", "11-30", "12-02"),
        ("fr", "de retour lundi", "11-25", "11-29"),
        ("fr", "quinze jours", "11-25", "12-08"),
        ("cy", "yr wythnos nesaf", "11-30", "12-06"),
        ("cy", "tan ddydd Gwener", "11-25", "11-27"),
        ("cy", "3 i 5 Rhagfyr", "12-03", "12-05"),
        ("cy", "am bythefnos", "11-25", "12-08"),
    ],
)
def test_as_people_say_it(language: str, said: str, first: str, last: str) -> None:
    span = read_span(said, date(2026, 11, 25), language)
    assert span
    assert (span[0].isoformat()[5:], (span[1] - DAY).isoformat()[5:]) == (first, last)


def test_on_a_saturday_the_weekend_is_this_one() -> None:
    assert days("the weekend", date(2026, 11, 28)) == ("2026-11-28", "2026-11-29")


def test_a_span_of_a_year_and_a_day_is_the_longest() -> None:
    assert days("1 December 2026 to 1 December 2027") == ("2026-12-01", "2027-12-01")
    assert days("1 December 2026 to 2 December 2027") is None


def test_on_a_saturday_the_next_weekend_is_another() -> None:
    saturday = date(2026, 11, 28)
    assert days("next weekend", saturday) == ("2026-12-05", "2026-12-06")
    assert read_span("le week-end prochain", saturday, "fr") == (
        date(2026, 12, 5),
        date(2026, 12, 7),
    )


@pytest.mark.parametrize(
    ("said", "today", "first", "last"),
    [
        ("from the 3rd to the 5th", date(2026, 12, 4), "2026-12-03", "2026-12-05"),
        ("the 3rd of December to the 5th", date(2026, 12, 4), "2026-12-03", "2026-12-05"),
        ("28 December to the 5th", date(2027, 1, 2), "2026-12-28", "2027-01-05"),
        ("the 20th to the 5th", date(2026, 11, 25), "2026-11-20", "2026-12-05"),
    ],
)
def test_what_has_begun_is_this_time(said: str, today: date, first: str, last: str) -> None:
    assert days(said, today) == (first, last)


def test_on_a_sunday_this_weekend_is_today() -> None:
    assert days("this weekend", date(2026, 11, 29)) == ("2026-11-29", "2026-11-29")


@pytest.mark.parametrize(
    "said",
    ["", "my desk", "31 February", "17 to 3 August", "3 - 17", "to", "for 0 days", "soon",
     "1 January 2020", "1 January 2020 to 3 January 2020", "1 May 2031", "from the office",
     "two weeks from nonsense", "for two weeks from", "until further notice", "Monday to today",
     "until 3pm", "over the moon", "on leave", "the end of the week"],
)  # fmt: skip
def test_what_is_no_span_to_come_is_none(said: str) -> None:
    assert days(said) is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 700), st.integers(0, 180))
def test_two_days_that_are_written_out_are_what_is_read(today: date, ahead: int, more: int) -> None:
    first, last = today + ahead * DAY, today + (ahead + more) * DAY
    assume(last + DAY <= today + FURTHEST)
    assert read_span(f"{dates.day(first)} to {dates.day(last)}", today) == (first, last + DAY)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 180), st.integers(0, 180))
def test_without_years_the_next_such_days_are_meant(today: date, ahead: int, more: int) -> None:
    first, last = today + ahead * DAY, today + (ahead + more) * DAY
    assume(last < today + 365 * DAY and last - first <= UNSAID)
    assume((first.day, first.month) != (29, 2) != (last.day, last.month))
    said = f"{first.day}/{first.month} - {last.day}/{last.month}"
    assert read_span(said, today) == (first, last + DAY)


@given(st.text(max_size=200))
def test_anything_at_all_is_a_span_to_come_or_none(said: str) -> None:
    span = read_span(said, SUNDAY)
    assert span is None or (span[1] > SUNDAY and span[0] < span[1])


@pytest.mark.parametrize("bait", ["3 to ", "3-", "for ", "3 - 17 ", "(", "until ", " "])
def test_long_bait_costs_nothing(bait: str) -> None:
    started = time.monotonic()
    read_span(bait * 50_000, SUNDAY)
    assert time.monotonic() - started < 0.2
