"""How fast more people are asked: working hours, and in time for the next round-up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.pace import SHORTEST, Pace, after_working_hours, good_region, last_call, steps
from storage.records import MailingList

LEEDS = ZoneInfo("Europe/London")
PACE = Pace.of(MailingList(1, "news", "lists.example.org", "News"))
MONDAY = datetime(2026, 11, 23, 10, tzinfo=LEEDS)
NEXT_YEAR = datetime(2027, 6, 1, tzinfo=LEEDS)
FORMAT = "%a %H:%M"


def november(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LEEDS)


def told(since: datetime, round_up: datetime = MONDAY) -> tuple[str, str]:
    """When the second and when everybody is asked, by the clock in Leeds."""
    found = steps(since, round_up, PACE)
    local = (at.astimezone(LEEDS).strftime(FORMAT) for at in (found.second, found.everybody))
    return next(local), next(local)


def test_a_post_of_friday_afternoon_is_asked_of_everybody_on_sunday_evening() -> None:
    assert told(november(20, 16)) == ("Sat 17:00", "Sun 18:00")


@pytest.mark.parametrize(
    ("since", "second", "everybody"),
    [
        (november(17, 10), "Tue 14:00", "Wed 10:00"),
        (november(18, 16), "Thu 12:00", "Thu 16:00"),
        (november(20, 9), "Fri 13:00", "Fri 17:00"),
        (november(21, 12), "Sat 20:00", "Sun 18:00"),
        (november(22, 17), "Sun 20:00", "Mon 08:00"),
        (november(22, 22), "Mon 08:00", "Mon 08:00"),
        (november(23, 9), "Mon 09:20", "Mon 09:40"),
        (november(23, 9, 45), "Mon 13:45", "Tue 09:45"),
    ],
)
def test_the_steps_fit_the_time_that_is_left(since: datetime, second: str, everybody: str) -> None:
    assert told(since) == (second, everybody)


def test_bank_holidays_and_weekends_are_no_working_days() -> None:
    christmas_eve = datetime(2026, 12, 24, 16, tzinfo=LEEDS)
    # One hour on the 24th; then Christmas, Boxing Day, Sunday, and the holiday made up for on the
    # 28th.
    assert after_working_hours(christmas_eve, 4, PACE) == datetime(2026, 12, 29, 12, tzinfo=LEEDS)


def test_each_part_of_a_country_has_holidays_of_its_own() -> None:
    new_year = datetime(2027, 1, 1, 9, tzinfo=LEEDS)
    ends = {
        region: after_working_hours(
            new_year, 1, Pace.of(MailingList(1, "n", "x.example", "N", holidays=region))
        )
        .astimezone(LEEDS)
        .day
        for region in ("GB-ENG", "GB-SCT", "")
    }
    # The 1st is a Friday. In Scotland the 2nd is a holiday too, made up for on Monday the 4th.
    assert ends == {"GB-ENG": 4, "GB-SCT": 5, "": 1}


REGIONS = {"GB-ENG": True, "GB": True, "": True, "GB-XX": False, "Narnia": False, "-": False}


@pytest.mark.parametrize(("name", "known"), REGIONS.items())
def test_a_region_is_known_or_not(name: str, known: bool) -> None:
    assert good_region(name) is known


def test_a_region_that_the_library_has_forgotten_stops_nothing() -> None:
    pace = Pace.of(MailingList(1, "n", "x.example", "N", holidays="Narnia"))
    assert after_working_hours(november(17, 10), 4, pace) == november(17, 14)


moments = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda minutes: (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(
        LEEDS
    )
)


@given(moments, st.integers(1, 40), st.sampled_from(["Europe/London", "Asia/Kolkata", "UTC"]))
def test_working_hours_end_within_a_working_day(since: datetime, hours: int, zone: str) -> None:
    pace = Pace.of(MailingList(1, "n", "x.example", "N", timezone=zone))
    at = after_working_hours(since, hours, pace).astimezone(pace.zone)
    assert at > since and not pace.is_off(at.date()) and 9 <= at.hour <= 17
    assert at - since >= timedelta(hours=hours)
    assert after_working_hours(since, hours + 1, pace) > at


@given(moments, st.integers(1, 20 * 24 * 60), st.integers(1, 40))
def test_everybody_is_asked_in_time_and_after_the_second(
    since: datetime, minutes: int, hours: int
) -> None:
    round_up = since + timedelta(minutes=minutes)
    pace = Pace(LEEDS, hours, PACE.is_off)
    found = steps(since, round_up, pace)
    assert since <= found.second <= found.everybody
    if round_up - since >= SHORTEST:
        assert found.everybody < round_up
        assert found.everybody <= last_call(round_up) or round_up - since <= timedelta(hours=6)


@given(moments, st.integers(12 * 60, 20 * 24 * 60))
def test_nobody_is_woken(since: datetime, minutes: int) -> None:
    round_up = (since + timedelta(minutes=minutes)).replace(hour=10, minute=0)
    found = steps(since, round_up, PACE)
    for at in (found.second, found.everybody):
        assert 8 <= at.astimezone(LEEDS).hour <= 20 or round_up - since < timedelta(hours=12)


def test_a_date_without_an_end_of_holidays_is_not_searched_for_ever() -> None:
    never = Pace(LEEDS, 4, lambda day: isinstance(day, date))
    assert after_working_hours(november(17, 10), 4, never) == november(17, 14)
