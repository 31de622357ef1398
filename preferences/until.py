"""Reads how long a pause shall be: "1 June", "01/06/2027", "3 weeks", "next Monday",
"after Easter", "from 3 to 17 August". Day first.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from delivery.days import months, read_day, weekdays
from preferences.feasts import easter
from preferences.words import LANGUAGES, fold, ordered, words

DAY = timedelta(days=1)
LONGEST = timedelta(days=2 * 366)
LONGEST_TEXT = 80
_TWO = {"two_days": 2, "fortnight": 14, "two_months": 60}
"""Arabic has a form for two of a thing, without a number."""
_FOR = re.compile(r"(?:for )?(\w+) (\w+)\Z")
_YEAR = re.compile(r"20\d\d\Z")
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?\Z")
_BETWEEN = re.compile(r" ?[–—−] ?| - |(?<=\d)-(?=\d{1,2}\D)| (\w+)(?= )")

Pause = tuple[date | None, date]
"""The first day without mail, None for today; and the first day on which mails come again."""


def read_pause(text: str, today: date, language: str = "en") -> Pause | None:
    """From when and until when, or None; see ``read_until``. Both days of a span are without mail,
    as those of a holiday are."""
    if until := read_until(text, today, language):
        return None, until
    text = _plain(text)
    for match in _BETWEEN.finditer(text):
        if match[1] is None or match[1] in words(language, "to"):
            first, last = text[: match.start()], text[match.end() :].strip()
            span = _span(_without(first, "from", language), last, today, language)
            if span and span[0] <= span[1] and today < span[1] + DAY <= today + LONGEST:
                return (span[0] if span[0] > today else None), span[1] + DAY
    return None


def read_until(text: str, today: date, language: str = "en") -> date | None:
    """The first day on which mails come again: after today, at most two years away; else None."""
    until = _read(_plain(text), today, language)
    return until if until and today < until <= today + LONGEST else None


def _plain(text: str) -> str:
    # Cut first: strangers write it, and no time is so long.
    return " ".join(fold(text[:LONGEST_TEXT]).split()).strip(" .")


def _read(text: str, today: date, language: str) -> date | None:
    if text.removeprefix("until ") in words(language, "tomorrow"):
        return today + DAY
    if (match := _FOR.match(text)) and (until := _after(match[1], match[2], today, language)):
        return until
    two = _without(text.removeprefix("for "), "numbers", language)
    for kind, length in _TWO.items():
        if two in words(language, kind):
            return today + timedelta(days=length)
    if (behind := _without(text, "after", language)) != text:
        day = _feast(behind, today, language, after=True) or _day(behind, today, language)
        return day + DAY if day else None
    if (end := _without(text, "end_of", language)) != text:
        return _end(end, today, language)
    return _day(text, today, language)


def _day(text: str, today: date, language: str) -> date | None:
    """Without a year the next such day is meant, and today is none to wait for."""
    if found := read_day(text, today + DAY, language):
        return found
    bare = _without(text, "next", language)
    if bare in weekdays(language):
        ahead = (weekdays(language)[bare] - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    if bare != text and bare in words(language, "weeks"):
        return today + timedelta(days=7 - today.weekday())
    if bare != text and bare in words(language, "months"):
        return _first_of(today.month + 1, today)
    name, _, year = text.partition(" ")
    if name in months(language) and (not year or _YEAR.match(year)):
        found = _first_of(months(language)[name], today)
        return found.replace(year=int(year)) if year else found
    return _feast(text, today, language)


def _first_of(month: int, today: date) -> date:
    """The first day of a month, the next such; 13 is January."""
    year, month = today.year + (month - 1) // 12, (month - 1) % 12 + 1
    found = date(year, month, 1)
    return found if found > today else date(year + 1, month, 1)


def _end(text: str, today: date, language: str) -> date | None:
    """The day after the end of "January", "the month", "the year" or "the week"."""
    bare = _without(text, "next", language)
    if bare in months(language):
        number = months(language)[bare]
        return _first_of(number % 12 + 1, _first_of(number, today.replace(day=1) - DAY))
    if bare in words(language, "months"):
        return _first_of(today.month + 1, today)
    if bare in words(language, "weeks"):
        return today + timedelta(days=7 - today.weekday())
    return date(today.year + 1, 1, 1) if bare in words(language, "years") else None


def _feast(text: str, today: date, language: str, *, after: bool = False) -> date | None:
    """Feasts that last longer end with their last day."""
    if text in words(language, "christmas"):
        return _next((12, 26 if after else 25), today)
    if text in words(language, "new_year"):
        return _next((1, 1), today)
    if text in words(language, "easter"):
        last = timedelta(days=1 if after else 0)
        days = (easter(today.year + more) + last for more in (0, 1))
        return next(day for day in days if day > today)
    return None


def _next(month_day: tuple[int, int], today: date) -> date:
    found = date(today.year, *month_day)
    return found if found > today else date(today.year + 1, *month_day)


def _span(first: str, last: str, today: date, language: str) -> tuple[date, date] | None:
    """Both days; "3" before "17 August" is the third of August."""
    if number := _NUMBER.match(first):
        end = read_day(last, today + DAY, language)
        try:
            return (end.replace(day=int(number[1])), end) if end else None
        except ValueError:
            return None
    begin = read_day(first, today, language) or _day(first, today, language)
    if begin is None:
        return None
    end = read_day(last, begin, language) or _day(last, begin - DAY, language)
    return (begin, end) if end else None


def _without(text: str, kind: str, language: str) -> str:
    """The text without one of the words of that kind before it."""
    fitting = [word for word in words(language, kind) if text.startswith(f"{word} ")]
    return text.removeprefix(max(fitting, key=len, default="")).strip()


def _after(number: str, unit: str, today: date, language: str) -> date | None:
    count = _count(number, language)
    if count is None or count > 999:
        return None
    if unit in words(language, "days"):
        return today + timedelta(days=count)
    if unit in words(language, "weeks"):
        return today + timedelta(weeks=count)
    if unit in words(language, "months"):
        return today + timedelta(days=30 * count)
    return None


def _count(number: str, language: str) -> int | None:
    if number.isdecimal():
        return int(number[:4])
    # "a" and "one" stand first and are both 1.
    for tried in (language, "en"):
        spelled = ordered(tried, "numbers") if tried in LANGUAGES else ()
        if number in spelled:
            return max(spelled.index(number), 1)
    return None
