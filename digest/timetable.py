"""When a list's round-ups are due: a timetable in words, and its slots as moments in UTC.

Pure arithmetic on local dates and the zone's rules. What was sent already is not known here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from storage.records import MailingList

Scheduled = Literal["daily", "weekly", "monthly"]
SCHEDULED: tuple[Scheduled, ...] = ("daily", "weekly", "monthly")

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_LIKE = {"daily": '"10:00"', "weekly": '"mon 10:00"', "monthly": '"first mon 10:00" or "15 10:00"'}
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_ONE_DAY = timedelta(days=1)


class WrongTimetable(ValueError):
    """Words that are no timetable; the message is one sentence for the person who wrote them."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The days of one frequency and their hour, in one time zone."""

    zone: ZoneInfo
    at: time
    weekday: int | None = None
    """0 is Monday; None is any."""
    week: int | None = None
    """0 the first such weekday of the month … 3 the fourth, -1 the last; None is every one."""
    day: int | None = None
    """Day of the month; in a shorter month its last day."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    at: datetime
    """In UTC."""
    day: date
    """The local date: it names the slot, also when the clocks change."""

    @property
    def period(self) -> str:
        return self.day.isoformat()


def of_list(mailing_list: MailingList, frequency: Scheduled) -> Timetable:
    """The list's own timetable. Raises WrongTimetable."""
    words: str = getattr(mailing_list, frequency)
    return parse(frequency, words, mailing_list.timezone)


def parse(frequency: Scheduled, words: str, zone: str) -> Timetable:
    """Reads "10:00" (daily), "mon 10:00" (weekly), "first mon 10:00" or "15 10:00" (monthly).

    ``zone`` is a name such as "Europe/London". Raises WrongTimetable.
    """
    *days, clock = words.lower().split() or [""]
    where, at = read_zone(zone), _time(clock)
    match frequency, days:
        case "daily", []:
            return Timetable(where, at)
        case "weekly", [day]:
            return Timetable(where, at, weekday=_weekday(day))
        case "monthly", [day]:
            return Timetable(where, at, day=_day_of_month(day))
        case "monthly", [week, day]:
            return Timetable(where, at, weekday=_weekday(day), week=_week(week))
    raise WrongTimetable(f'"{words}" is no {frequency} timetable: write it like {_LIKE[frequency]}')


def read_zone(name: str) -> ZoneInfo:
    """The zone from the system's data or, where that is missing, from the tzdata package."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WrongTimetable(f'"{name}" is no time zone: write it like "Europe/London"') from error


def last_slot(table: Timetable, now: datetime) -> Slot:
    """The newest slot that is not after ``now``."""
    # A zone that skips hours may put tomorrow's slot before now; so we start a day ahead.
    days = _days_back(table, now.astimezone(table.zone).date() + _ONE_DAY)
    return next(slot for slot in (slot_on(table, day) for day in days) if slot.at <= now)


def previous_slot(table: Timetable, slot: Slot) -> Slot:
    """The slot before this one."""
    return slot_on(table, next(_days_back(table, slot.day - _ONE_DAY)))


def next_slot(table: Timetable, now: datetime) -> Slot:
    """The first slot after ``now``."""
    day = now.astimezone(table.zone).date() - _ONE_DAY
    while not (_is_day(table, day) and slot_on(table, day).at > now):
        day += _ONE_DAY
    return slot_on(table, day)


def slot_for(table: Timetable, at: datetime) -> Slot:
    """The slot to whose window ``at`` belongs: the one at that moment, else the next."""
    return next_slot(table, at - timedelta(microseconds=1))


def slot_on(table: Timetable, day: date) -> Slot:
    """The timetable's hour on that local day.

    An hour that the clocks jump over is taken as much later; of one that comes twice, the first
    (PEP 495, fold=0).
    """
    return Slot(datetime.combine(day, table.at, tzinfo=table.zone).astimezone(UTC), day)


def _days_back(table: Timetable, day: date) -> Iterator[date]:
    while True:
        if _is_day(table, day):
            yield day
        day -= _ONE_DAY


def _is_day(table: Timetable, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    if table.day is not None:
        return day.day == min(table.day, length)
    if table.weekday is not None and day.weekday() != table.weekday:
        return False
    if table.week is None:
        return True
    return day.day + 7 > length if table.week < 0 else (day.day - 1) // 7 == table.week


def _time(words: str) -> time:
    found = _TIME.fullmatch(words)
    if not found:
        raise WrongTimetable(f'"{words}" is no time of day: write it like "10:00"')
    return time(int(found[1]), int(found[2]))


def _weekday(words: str) -> int:
    # "mon", "monday", and whatever lies between.
    for number, name in enumerate(DAYS):
        if len(words) >= 3 and name.startswith(words):
            return number
    raise WrongTimetable(f'"{words}" is no day of the week: write it like "mon"')


def _day_of_month(words: str) -> int:
    if words.isascii() and words.isdigit() and len(words) <= 2 and 1 <= int(words) <= 31:
        return int(words)
    raise WrongTimetable(f'"{words}" is no day of a month: write 1 to 31, or "first mon"')


def _week(words: str) -> int:
    if words in WEEKS:
        return WEEKS[words]
    raise WrongTimetable(f'"{words}" is none of {", ".join(WEEKS)}')
