"""Spans of days as people write them: "3–17 August", "from Monday to Wednesday", "next week".

Pure. What comes out is half open: the first day, and the first day on which they are back.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from delivery.days import LONGEST, fold_day, months, read_day, weekdays
from delivery.times import without_ending, without_opening, words
from delivery.until import read_length, read_one_day, read_until, read_whole

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST = timedelta(days=366)
UNSAID = timedelta(days=183)
"""Without a year nobody means more: "17 to 3 August" is a mistake."""
FURTHEST = timedelta(days=2 * 366)

Span = tuple[date, date]

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


def read_span(text: str, today: date, language: str = "en") -> Span | None:
    """(first day, first day after) of what ``text`` names, or None when it is no span.

    "Until 17 August" takes that day in, as "3–17 August" does; "back on 18 August" does not. What
    is past, longer than a year, or further away than two years is None.
    """
    text = fold_day(text)
    short = re.split(r" ?[,;(]", text, maxsplit=1)[0]
    for tried in dict.fromkeys((text, short, without_ending(short, "behind", language))):
        span = _read(tried, today, language) if len(tried) <= 2 * LONGEST else None
        if span and today < span[1] <= today + FURTHEST and span[0] < span[1] <= span[0] + MOST:
            return span
    return None


def has_end(text: str, language: str = "en") -> bool:
    """True when ``text`` says where it ends: "3 to 17 August", not "next week"."""
    return bool(_between(language).search(_ISO.sub("", fold_day(text))))


def _read(text: str, today: date, language: str) -> Span | None:
    # The dashes inside of 2026-08-03 part no days.
    text = _ISO.sub(lambda found: f"{found[3]}/{found[2]}/{found[1]}", text)
    text = without_opening(text, "from", language).removeprefix("on ")
    if end := _end(text, today, language):
        return today, end
    if length := read_length(text, language):
        return today, today + length
    if known := _by_name(without_opening(text, "whole", language), today, language):
        return known
    if one := _day(text, today, language):
        return one, one + DAY
    return _two_days(text, today, language) or _from_then(text, today, language)


def _by_name(text: str, today: date, language: str) -> Span | None:
    """Today, tomorrow, weeks and months."""
    monday = today - today.weekday() * DAY
    if text in words(language, "today"):
        return today, today + DAY
    if text in words(language, "tomorrow"):
        return today + DAY, today + 2 * DAY
    if text in ("this weekend", "the weekend", "weekend"):
        return max(today, monday + 5 * DAY), monday + WEEK
    if found := read_whole(text, today, language):
        return found[0] or today, found[1]
    begin = read_until(text, today, language)
    if begin and begin.weekday() == 5 and set(text.split()) & words(language, "weekend"):
        return begin, begin + 2 * DAY
    return None


def _end(text: str, today: date, language: str) -> date | None:
    """The first day back of "until Friday", "until next week" or "back on Monday"."""
    if (last := without_opening(text, "until", language)) != text:
        day = _day(last, today, language)
        return day + DAY if day else read_until(last, today, language)
    if (back := without_opening(text, "back", language)) != text:
        return _day(back, today, language) or read_until(back, today, language)
    return None


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
    return _day(text, today, language) or read_until(text, today, language)


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
    if years == (True, False) or left in _near(today, language):
        # On a Wednesday "Monday to Friday" is next week: who is away already says "until Friday".
        start = _day(left, today, language)
        end = _last(right, start, language) if start else None
    else:
        # Away already since the 3rd, or over New Year: the end is to come, the start before it.
        end = _last(right, today, language)
        start = _last_before(left, end, language) if end else None
    if start and end and not any(years) and end - start > UNSAID:
        return None
    return (start, end + DAY) if start and end else None


def _last(text: str, first: date, language: str) -> date | None:
    """The day that is named, or the one before those back after "after Christmas"."""
    if day := _day(text, first, language):
        return day
    back = read_until(text, first, language)
    return back - DAY if back else None


def _completed(left: str, right: str, language: str) -> tuple[str, str]:
    """ "3" of "3–17 August" lies in August, too, and "17" of "August 3–17"."""
    number = re.compile(r"(?:\w+ )?(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?\Z")
    month = re.search(r"(?:[ /.])(?:of )?([^\W\d]+|\d{1,2})\.?(?:[ /]\d{4})?\Z", right)
    named = month and (month[1] in months(language) or month[1].isdecimal())
    if month and named and (found := number.match(left)):
        return _with_month(found[1], month[1]), right
    if found := number.match(right):
        month = re.match(r"([^\W\d]+) \d", left) or re.search(r"\d\S* ([^\W\d]+)", left)
        named = month and month[1] in months(language)
        return left, f"{found[1]} {month[1]}" if month and named else right
    return left, right


def _with_month(day: str, month: str) -> str:
    return f"{day}/{month}" if month.isdecimal() else f"{day} {month}"


def _has_year(text: str) -> bool:
    return bool(re.search(r"\d{4}\Z|[/.]\d{1,2}[/.]\d{2}\Z", text))


def _last_before(text: str, end: date, language: str) -> date | None:
    """The newest such day up to ``end``."""
    if _has_year(text):
        return _day(text, end, language)
    start = _day(text, end - MOST + DAY, language)
    while start and (later := _day(text, start + DAY, language)) and start < later <= end:
        start = later
    return start


def _day(text: str, first: date, language: str) -> date | None:
    found = _near(first, language).get(text) or read_day(text, first, language)
    return found or read_one_day(text, first - DAY, language)


def _near(today: date, language: str) -> dict[str, date]:
    """Today, tomorrow, and the next of each weekday."""
    names = weekdays(language)
    days = {name: today + ((number - today.weekday()) % 7) * DAY for name, number in names.items()}
    days |= {
        f"next {name}": today + (((n - today.weekday() - 1) % 7) + 1) * DAY
        for name, n in names.items()
    }
    return days | {"today": today, "tomorrow": today + DAY, "now": today}
