"""Spans of days: "3–17 August", "from Monday to Wednesday", "from 3 August for two weeks".

Pure. What comes out is half open: the first day, and the first day after it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from delivery.days import months, read_day, weekdays
from delivery.times import words
from delivery.until import read_length, read_one_day, read_until, read_whole

DAY = timedelta(days=1)
YEAR = timedelta(days=366)
UNSAID = timedelta(days=183)
"""Who has begun already without saying the year began no longer ago."""
UNSAID_TO_COME = timedelta(days=300)
"""Without a year nobody means more: "17 to 3 August" is a mistake."""

Span = tuple[date, date]

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


def read_two_ends(text: str, today: date, language: str = "en") -> Span | None:
    """The span that folded words name by two days, or by a day and a length; else None.

    Both days belong to it. It may have begun before ``today``, and may even be over.
    """
    text = _without_iso(text)
    return _two_days(text, today, language) or _from_then(text, today, language)


def has_two_days(text: str, language: str = "en") -> bool:
    """True when ``text`` says where it ends: "3 to 17 August", not "next week"."""
    return bool(_between(language).search(_without_iso(text)))


def day_from(text: str, first: date, language: str = "en") -> date | None:
    """The day that "today", "Friday", "3 August" or "Easter" names, on ``first`` or after it."""
    found = _near(first, language).get(text) or read_day(text, first, language)
    return found or read_one_day(text, first - DAY, language)


def _without_iso(text: str) -> str:
    # The dashes inside of 2026-08-03 part no days.
    return _ISO.sub(lambda found: f"{found[3]}/{found[2]}/{found[1]}", text)


def _from_then(text: str, today: date, language: str) -> Span | None:
    """ "From 3 August for two weeks", "two weeks from Monday"."""
    for kind, first in (("during", 0), ("from", 1)):
        for word in words(language, kind):
            parts = text.split(f" {word} ")
            if len(parts) != 2:
                continue
            begin = _start(parts[first], today, language)
            length = read_length(parts[1 - first], language)
            if begin and length:
                return begin, begin + length
    return None


def _start(text: str, today: date, language: str) -> date | None:
    if text in months(language) and (month := read_whole(text, today, language)):
        return month[0]
    return day_from(text, today, language) or read_until(text, today, language)


@cache
def _between(language: str) -> re.Pattern[str]:
    """What stands between two days: a dash or a word."""
    to = sorted(words(language, "to") | words(language, "until"), key=len, reverse=True)
    return re.compile(rf" ?(?:[-–—‐−]|(?<!\S)(?:{'|'.join(map(re.escape, to))})(?!\S)) ?")


def _two_days(text: str, today: date, language: str) -> Span | None:
    parts = _between(language).split(text)
    if len(parts) != 2 or not all(parts):
        return None
    left, right = _completed(parts[0], parts[1], language)
    years = _has_year(left), _has_year(right)
    # On a Wednesday "Monday to Friday" is next week: who is away already says "until Friday".
    to_come = years == (True, False) or left in _near(today, language)
    if not to_come:
        begun = _begun(left, right, today, language)
        if begun and (any(years) or begun[1] - begun[0] <= UNSAID):
            return begun
    return _to_come(left, right, today, language, sure=any(years))


def _begun(left: str, right: str, today: date, language: str) -> Span | None:
    """Away already since the 3rd, or over New Year: the end is to come, the start before it."""
    last = _last(right, today, language)
    start = _last_before(left, last, language) if last else None
    return (start, last + DAY) if start and last else None


def _to_come(left: str, right: str, today: date, language: str, *, sure: bool) -> Span | None:
    start = _start(left, today, language)
    if start is None:
        return None
    near = _now(language) | words(language, "tomorrow")
    # "From Monday to tomorrow" is none, although there is a day after Monday.
    end = _last(right, today if right in near else start, language)
    if {left, right} <= months(language).keys() and (month := read_whole(right, start, language)):
        end = month[1] - DAY
    if end is None or end < start or (end - start > UNSAID_TO_COME and not sure):
        return None
    return start, end + DAY


def _last(text: str, first: date, language: str) -> date | None:
    """The day that is named, or the one before those back after "after Christmas"."""
    if day := day_from(text, first, language):
        return day
    back = read_until(text, first, language)
    return back - DAY if back else None


def _completed(left: str, right: str, language: str) -> tuple[str, str]:
    """ "3" of "3–17 August" lies in August, too, and "17" of "August 3–17"."""
    month = re.search(r"(?:[ /.])(?:of )?([^\W\d]+|\d{1,2})\.?(?:[ /]\d{4})?\Z", right)
    named = month and (month[1] in months(language) or month[1].isdecimal())
    if month and named and (number := _number(left, language)):
        return _with_month(number, month[1]), right
    if number := _number(right, language):
        month = re.match(r"([^\W\d]+) (\d+)", left)
        named, day = (month[1], month[2]) if month else ("", "")
        if not month and (month := re.search(r"(\d+)\S*(?: of)? ([^\W\d]+)", left)):
            day, named = month[1], month[2]
        # The 5th in "28 December to the 5th" is one of January.
        later = named in months(language) and int(day[:4]) <= int(number)
        return left, f"{number} {named}" if later else right
    return left, right


def _number(text: str, language: str) -> str:
    """ "17" of "the 17th" and of "Monday 17", and nothing of "August 17"."""
    found = re.match(r"(?:(\w+) )?(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?\Z", text)
    return found[2] if found and found[1] not in months(language) else ""


def _with_month(day: str, month: str) -> str:
    return f"{day}/{month}" if month.isdecimal() else f"{day} {month}"


def _has_year(text: str) -> bool:
    return bool(re.search(r"\d{4}\Z|[/.]\d{1,2}[/.]\d{2}\Z", text))


def _last_before(text: str, end: date, language: str) -> date | None:
    """The newest such day up to ``end``."""
    if _has_year(text):
        return day_from(text, end, language)
    start = day_from(text, end - YEAR + DAY, language)
    while start and (later := day_from(text, start + DAY, language)) and start < later <= end:
        start = later
    return start


def _near(today: date, language: str) -> dict[str, date]:
    """Today, tomorrow, and the next of each weekday."""
    names = weekdays(language)
    days = {name: today + ((number - today.weekday()) % 7) * DAY for name, number in names.items()}
    days |= {
        f"next {name}": today + (((n - today.weekday() - 1) % 7) + 1) * DAY
        for name, n in names.items()
    }
    days |= dict.fromkeys(_now(language), today)
    return days | dict.fromkeys(words(language, "tomorrow"), today + DAY)


def _now(language: str) -> frozenset[str]:
    return words(language, "today") | words(language, "now")
