"""Slots of daily, weekly and monthly timetables, over both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.timetable import (
    WrongTimetable,
    last_slot,
    next_slot,
    of_list,
    parse,
    previous_slot,
    slot_for,
    slot_on,
)
from storage.records import MailingList

LONDON = "Europe/London"
MONDAYS = parse("weekly", "mon 10:00", LONDON)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_f1_monday_at_ten_is_nine_utc_in_summer_and_ten_in_winter() -> None:
    assert last_slot(MONDAYS, utc(2026, 7, 8)).at == utc(2026, 7, 6, 9)
    assert last_slot(MONDAYS, utc(2026, 12, 9)).at == utc(2026, 12, 7, 10)


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2026, 10, 19), utc(2026, 10, 19, 9)),
        (date(2026, 10, 26), utc(2026, 10, 26, 10)),
        (date(2027, 3, 22), utc(2027, 3, 22, 10)),
        (date(2027, 3, 29), utc(2027, 3, 29, 9)),
    ],
)
def test_f1_monday_before_and_after_the_clocks_change(day: date, at: datetime) -> None:
    assert slot_on(MONDAYS, day).at == at


def test_a_slot_begins_at_its_very_moment() -> None:
    ten = utc(2026, 11, 23, 10)
    just_before = ten - timedelta(microseconds=1)
    assert last_slot(MONDAYS, ten).day == date(2026, 11, 23)
    assert last_slot(MONDAYS, just_before).day == date(2026, 11, 16)
    assert next_slot(MONDAYS, just_before).day == date(2026, 11, 23)
    assert next_slot(MONDAYS, ten).day == date(2026, 11, 30)


def test_a_moment_belongs_to_the_slot_at_it_or_after_it() -> None:
    ten = utc(2026, 11, 23, 10)
    assert slot_for(MONDAYS, ten).at == ten
    assert slot_for(MONDAYS, ten - timedelta(days=3)).at == ten
    assert slot_for(MONDAYS, ten + timedelta(seconds=1)).at == ten + timedelta(days=7)


def test_104_mondays_follow_each_other_at_ten_local_time() -> None:
    slot = last_slot(MONDAYS, utc(2026, 11, 23, 12))
    for number in range(1, 105):
        slot = next_slot(MONDAYS, slot.at)
        local = slot.at.astimezone(MONDAYS.zone)
        assert slot.day == date(2026, 11, 23) + timedelta(days=7 * number) == local.date()
        assert (local.hour, local.minute, local.weekday()) == (10, 0, 0)
        assert previous_slot(MONDAYS, slot).day == slot.day - timedelta(days=7)


def test_an_hour_that_does_not_exist_is_taken_later_and_one_that_comes_twice_comes_once() -> None:
    nightly = parse("daily", "01:30", LONDON)
    assert slot_on(nightly, date(2027, 3, 28)).at == utc(2027, 3, 28, 1, 30)
    assert slot_on(nightly, date(2026, 10, 25)).at == utc(2026, 10, 25, 0, 30)
    second = utc(2026, 10, 25, 1, 30)
    assert last_slot(nightly, second).day == date(2026, 10, 25)
    assert next_slot(nightly, second).day == date(2026, 10, 26)


def test_f13_every_local_date_has_one_daily_slot() -> None:
    daily = parse("daily", "10:00", LONDON)
    slot = slot_on(daily, date(2026, 12, 20))
    days = []
    for _ in range(800):  # over two new years, a week 53 and 29 February 2028
        slot = next_slot(daily, slot.at)
        days.append(slot.day)
    assert days == [date(2026, 12, 21) + timedelta(days=n) for n in range(800)]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("first mon 10:00", [date(2027, 1, 4), date(2027, 2, 1), date(2027, 3, 1)]),
        ("second tuesday 10:00", [date(2027, 1, 12), date(2027, 2, 9), date(2027, 3, 9)]),
        ("last fri 09:30", [date(2027, 1, 29), date(2027, 2, 26), date(2027, 3, 26)]),
        ("15 10:00", [date(2027, 1, 15), date(2027, 2, 15), date(2027, 3, 15)]),
        ("31 10:00", [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]),
    ],
)
def test_monthly_timetables(words: str, days: list[date]) -> None:
    table = parse("monthly", words, LONDON)
    now, found = utc(2027, 1, 1), []
    for _ in days:
        now = next_slot(table, now).at
        found.append(last_slot(table, now).day)
    assert found == days


@pytest.mark.parametrize(
    ("frequency", "words"),
    [
        ("daily", ""),
        ("daily", "mon 10:00"),
        ("daily", "24:00"),
        ("daily", "10.00"),
        ("weekly", "10:00"),
        ("weekly", "1 10:00"),
        ("weekly", "m 10:00"),
        ("weekly", "mon 10:00 sharp"),
        ("monthly", "10:00"),
        ("monthly", "fifth mon 10:00"),
        ("monthly", "0 10:00"),
        ("monthly", "32 10:00"),
        ("monthly", "² 10:00"),
    ],
)
def test_what_is_no_timetable_is_refused_with_a_sentence(frequency: str, words: str) -> None:
    with pytest.raises(WrongTimetable, match=" is no"):
        parse(frequency, words, LONDON)  # type: ignore[arg-type]


@pytest.mark.parametrize("zone", ["", "Europe/Leeds", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_f14_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(WrongTimetable, match="is no time zone"):
        parse("daily", "10:00", zone)


def test_f14_the_lists_zone_counts_not_the_servers() -> None:
    here = MailingList(1, "news", "lists.example", "News", timezone="Asia/Kathmandu")
    assert slot_on(of_list(here, "weekly"), date(2026, 11, 23)).at == utc(2026, 11, 23, 4, 15)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["Europe/London", "Pacific/Apia", "America/St_Johns", "Africa/Cairo"]),
    st.sampled_from(
        [("daily", "00:30"), ("daily", "10:00"), ("weekly", "sun 02:30"), ("monthly", "31 23:59")]
    ),
)
def test_slots_never_overlap_and_leave_no_gap(
    now: datetime, zone: str, words: tuple[str, str]
) -> None:
    table = parse(words[0], words[1], zone)  # type: ignore[arg-type]
    last, coming = last_slot(table, now), next_slot(table, now)
    assert last.at <= now < coming.at
    assert previous_slot(table, coming).at <= last.at or previous_slot(table, coming) == last
    assert previous_slot(table, last).at <= last.at


@pytest.mark.parametrize("words", ["1 10:00", "first mon 10:00"])
def test_monthly_ones_too_keep_their_own_zone(words: str) -> None:
    zone = "Pacific/Auckland"
    found = next_slot(parse("monthly", words, zone), utc(2026, 5, 20))
    assert (found.day, found.at) == (date(2026, 6, 1), utc(2026, 5, 31, 22))


def test_a_day_begins_when_it_does_in_the_lists_zone() -> None:
    table = parse("daily", "00:30", "Pacific/Auckland")
    assert next_slot(table, utc(2026, 5, 31, 11)).day == date(2026, 6, 1)
    assert last_slot(table, utc(2026, 5, 31, 13)).day == date(2026, 6, 1)
    west = parse("daily", "23:30", "Pacific/Honolulu")
    assert next_slot(west, utc(2026, 6, 1, 8)).day == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("week", "days"),
    [
        ("first", range(1, 8)),
        ("second", range(8, 15)),
        ("third", range(15, 22)),
        ("fourth", range(22, 29)),
    ],
)
def test_each_month_has_one_such_weekday_whatever_day_it_begins_with(
    week: str, days: range
) -> None:
    slot = last_slot(parse("monthly", f"{week} fri 10:00", LONDON), utc(2026, 1, 1))
    for month in range(36):
        slot = next_slot(parse("monthly", f"{week} fri 10:00", LONDON), slot.at)
        assert (slot.day.year, slot.day.month) == (2026 + month // 12, month % 12 + 1)
        assert slot.day.weekday() == 4 and slot.day.day in days


def test_the_last_one_is_in_the_last_seven_days() -> None:
    table = parse("monthly", "last fri 10:00", LONDON)
    slot = last_slot(table, utc(2026, 1, 1))
    for month in range(36):
        slot = next_slot(table, slot.at)
        assert (slot.day.year, slot.day.month) == (2026 + month // 12, month % 12 + 1)
        assert (slot.day + timedelta(days=7)).month != slot.day.month
        assert slot.day.weekday() == 4


@pytest.mark.parametrize("words", ["0 10:00", "32 10:00", "031 10:00", "fifth mon 10:00"])
def test_no_such_day_of_a_month_is_refused(words: str) -> None:
    with pytest.raises(WrongTimetable):
        parse("monthly", words, LONDON)
