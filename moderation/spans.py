"""Spans of days as people write them: "3–17 August", "from Monday to Wednesday", "next week".

Pure. What comes out is half open: the first day, and the first day on which they are back.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from delivery.days import LONGEST, fold_day, months, read_day, weekdays

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST = timedelta(days=366)
UNSAID = timedelta(days=183)
"""Without a year nobody means more: "17 to 3 August" is a mistake."""
FURTHEST = timedelta(days=2 * 366)

Span = tuple[date, date]

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_TO = re.compile(r" ?(?:[-–—‐−]|\b(?:to|until|till|til|through|and)\b) ?")
_FOR = re.compile(r"(?:for )?(\w+) (days?|weeks?|months?)\Z")
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_UNITS = {"day": 1, "week": 7, "month": 30}


def read_span(text: str, today: date, language: str = "en") -> Span | None:
    """(first day, first day after) of what ``text`` names, or None when it is no span.

    "Until 17 August" takes that day in, as "3–17 August" does; "back on 18 August" does not. What
    is past, longer than a year, or further away than two years is None.
    """
    text = fold_day(text)
    for tried in dict.fromkeys((text, re.split(r" ?[,;(]", text, maxsplit=1)[0])):
        span = _read(tried, today, language) if len(tried) <= 2 * LONGEST else None
        if span and today < span[1] <= today + FURTHEST and span[0] < span[1] <= span[0] + MOST:
            return span
    return None


def _read(text: str, today: date, language: str) -> Span | None:
    # The dashes inside of 2026-08-03 part no days.
    text = _ISO.sub(lambda found: f"{found[3]}/{found[2]}/{found[1]}", text)
    text = text.removeprefix("from ").removeprefix("on ")
    if known := _by_name(text, today):
        return known
    if match := _FOR.match(text):
        count = _COUNTS.get(match[1]) or (int(match[1]) if match[1].isdecimal() else 0)
        unit = _UNITS[match[2].rstrip("s")]
        return (today, today + min(count, 999) * unit * DAY) if count else None
    for word, more in (("until ", DAY), ("till ", DAY), ("til ", DAY), ("back on ", 0 * DAY)):
        if text.startswith(word):
            end = _day(text.removeprefix(word), today, language)
            return (today, end + more) if end else None
    if one := _day(text, today, language):
        return one, one + DAY
    return _two_days(text, today, language)


def _by_name(text: str, today: date) -> Span | None:
    monday = today - today.weekday() * DAY
    return {
        "today": (today, today + DAY),
        "tomorrow": (today + DAY, today + 2 * DAY),
        "this week": (today, monday + WEEK),
        "next week": (monday + WEEK, monday + 2 * WEEK),
        "the week after next": (monday + 2 * WEEK, monday + 3 * WEEK),
        "this weekend": (max(today, monday + 5 * DAY), monday + WEEK),
    }.get(text)


def _two_days(text: str, today: date, language: str) -> Span | None:
    parts = _TO.split(text)
    if len(parts) != 2 or not all(parts):
        return None
    left, right = _completed(parts[0], parts[1], language)
    if _has_year(left) and not _has_year(right):
        start = _day(left, today, language)
        end = _day(right, start, language) if start else None
    else:
        # Away already since the 3rd, or over New Year: the end is to come, the start before it.
        end = _day(right, today, language)
        start = _last_before(left, end, today, language) if end else None
        if start and end and not _has_year(right) and end - start > UNSAID:
            return None
    return (start, end + DAY) if start and end else None


def _completed(left: str, right: str, language: str) -> tuple[str, str]:
    """ "3" of "3–17 August" lies in August, too, and "17" of "August 3–17"."""
    number = re.compile(r"(?:\w+ )?(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?\Z")
    month = re.search(r"(?:[ /.])(?:of )?([^\W\d]+|\d{1,2})\.?(?:[ /]\d{4})?\Z", right)
    named = month and (month[1] in months(language) or month[1].isdecimal())
    if month and named and (found := number.match(left)):
        return _with_month(found[1], month[1]), right
    if found := number.match(right):
        month = re.match(r"([^\W\d]+) \d", left) or re.search(r"\d\S* ([^\W\d]+)", left)
        return left, f"{found[1]} {month[1]}" if month else right
    return left, right


def _with_month(day: str, month: str) -> str:
    return f"{day}/{month}" if month.isdecimal() else f"{day} {month}"


def _has_year(text: str) -> bool:
    return bool(re.search(r"\d{4}\Z|[/.]\d{1,2}[/.]\d{2}\Z", text))


def _last_before(text: str, end: date, today: date, language: str) -> date | None:
    """The newest such day up to ``end``."""
    if _has_year(text):
        return _day(text, end, language)
    if text in _near(today, language):
        return _near(today, language)[text]
    start = _day(text, end - MOST + DAY, language)
    while start and (later := _day(text, start + DAY, language)) and start < later <= end:
        start = later
    return start


def _day(text: str, first: date, language: str) -> date | None:
    return _near(first, language).get(text) or read_day(text, first, language)


def _near(today: date, language: str) -> dict[str, date]:
    """Today, tomorrow, and the next of each weekday."""
    names = weekdays(language)
    days = {name: today + ((number - today.weekday()) % 7) * DAY for name, number in names.items()}
    days |= {
        f"next {name}": today + (((n - today.weekday() - 1) % 7) + 1) * DAY
        for name, n in names.items()
    }
    return days | {"today": today, "tomorrow": today + DAY, "now": today}
