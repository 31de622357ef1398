"""How fast more people are asked about a post: pure arithmetic over working hours and round-ups.

After some working hours the second is asked, after as many again everybody. Where the next
round-up is closer than that, the steps come sooner, at a weekend too: somebody must be able to
decide before it leaves. Nothing here asks anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from storage.records import MailingList

OPENS, CLOSES = time(9), time(17)
WAKES, SLEEPS = time(8), time(20)
"""Nobody's telephone shall ring at night because of us."""
EVENING_BEFORE = timedelta(hours=16)
"""Before a round-up at ten everybody is asked at six in the evening."""
LAST_CALL = timedelta(hours=2)
ENOUGH = timedelta(hours=4)
SHORTEST = timedelta(minutes=30)
"""A post that comes later than this before a round-up cannot count on it."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    zone: ZoneInfo
    hours: int
    """Working hours from one step to the next."""
    is_off: Callable[[date], bool]
    """Whether nobody works on that day."""

    @classmethod
    def of(cls, sender: MailingList) -> Pace:
        return cls(ZoneInfo(sender.timezone), sender.ask_hours, _days_off(sender.holidays))


@dataclass(frozen=True, slots=True)
class Steps:
    second: datetime
    """When the second is asked, in UTC."""
    everybody: datetime


def steps(since: datetime, round_up: datetime, pace: Pace) -> Steps:
    """When more people are asked about a post that waits ``since`` then.

    ``round_up`` is the next one that can take it.
    """
    second = after_working_hours(since, pace.hours, pace)
    everybody = after_working_hours(since, 2 * pace.hours, pace)
    latest = _latest(since, round_up, pace.zone)
    if everybody > latest and round_up - since >= SHORTEST:
        everybody = latest
        half_way = since + (latest - since) / 2
        second = min(second, _awake(half_way, since, latest, pace.zone))
    return Steps(min(second, everybody), everybody)


def after_working_hours(since: datetime, hours: int, pace: Pace) -> datetime:
    """The moment when so many working hours have passed, in UTC."""
    left = hours * HOUR
    day = since.astimezone(pace.zone).date()
    for _ in range(400):
        opens, closes = (_at(day, hour, pace.zone) for hour in (OPENS, CLOSES))
        start = max(since.astimezone(UTC), opens)
        if not pace.is_off(day) and start < closes:
            if left <= closes - start:
                return start + left
            left -= closes - start
        day += DAY
    return since.astimezone(UTC) + hours * HOUR


def last_call(round_up: datetime) -> datetime:
    """When those who moderate hear once more of what still waits."""
    return round_up - LAST_CALL


def _latest(since: datetime, round_up: datetime, zone: ZoneInfo) -> datetime:
    """The latest moment at which asking everybody still helps: the evening before, or else as
    long before the round-up as the time that is left allows."""
    evening = _awake(round_up - EVENING_BEFORE, since, round_up, zone)
    if evening - since >= ENOUGH and evening <= round_up - LAST_CALL:
        return evening
    if last_call(round_up) - since >= HOUR:
        return last_call(round_up).astimezone(UTC)
    return (since + (round_up - since) * 2 / 3).astimezone(UTC)


def _awake(at: datetime, after: datetime, before: datetime, zone: ZoneInfo) -> datetime:
    """``at``, or where that is at night the evening before it; where that is not after ``after``
    the morning after it, but never later than ``before``."""
    local = at.astimezone(zone)
    if WAKES <= local.time() <= SLEEPS:
        return at.astimezone(UTC)
    evening = local.date() if local.time() > SLEEPS else local.date() - DAY
    if (found := _at(evening, SLEEPS, zone)) > after:
        return found
    return min(_at(evening + DAY, WAKES, zone), before.astimezone(UTC))


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)


# Days off ----------------------------------------------------------------------------------------


def good_region(name: str) -> bool:
    """Whether bank holidays are known for it: "GB", "GB-ENG", "US-CA"; "" means for none."""
    try:
        _bank_holidays(name)
    except (NotImplementedError, KeyError):
        return False
    return True


@lru_cache(maxsize=100)
def _bank_holidays(region: str) -> holidays.HolidayBase | None:
    """It works out each year when it is first asked for."""
    country, _, part = region.partition("-")
    return holidays.country_holidays(country, subdiv=part or None) if region else None


def _days_off(region: str) -> Callable[[date], bool]:
    try:
        known = _bank_holidays(region)
    except (NotImplementedError, KeyError):
        # An update of the library must not stop the asking.
        known = None

    def is_off(day: date) -> bool:
        return day.weekday() >= 5 or (known is not None and day in known)

    return is_off
