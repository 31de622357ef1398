"""Reads days and times to wait as people write them: "4 December", "2 days", "until Friday".

Pure; the day comes before the month. A day that is not plainly named is none.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names
from babel.localedata import locale_identifiers

from moderation.words import fold, words

LONGEST_WAIT = 60
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z")
_NUMBERS = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\Z")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([^\W\d]+)\.?,?(?: (\d{4}))?\Z")
_MONTH_DAY = re.compile(r"([^\W\d]+) (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?\Z")
_COUNTED = re.compile(r"(\w+) (\w+)\Z")


def read_day(text: str, today: date, language: str = "en") -> date | None:
    """The day that ``text`` names; without a year the next such day from ``today`` on."""
    text = " ".join(fold(text[:80]).strip(" .!,").split())
    weekday = text.split(",")[0].split(" ")[0].rstrip(".")
    if weekday in _weekdays(language):
        text = text[len(weekday) :].strip(" .,")
        if not text:
            return _next(today, _weekdays(language)[weekday])
    if match := _ISO.match(text):
        return _date(int(match[3]), int(match[2]), int(match[1]), today)
    if match := _NUMBERS.match(text):
        return _date(int(match[1]), int(match[2]), int(match[3]) if match[3] else None, today)
    if match := _DAY_MONTH.match(text):
        return _named(match[1], match[2], match[3], today, language)
    if match := _MONTH_DAY.match(text):
        return _named(match[2], match[1], match[3], today, language)
    return None


def read_wait(text: str, today: date, language: str = "en") -> date | None:
    """Until which day "2 days", "a week" or "until Friday" waits; a bare wait is for one day."""
    text = fold(text[:80]).strip(" .!,")
    if not text:
        return today + timedelta(days=1)
    word = next((w for w in _openings(language) if text.startswith(f"{w} ")), "")
    text = text[len(word) :].strip()
    if text in words(language, "tomorrow"):
        return today + timedelta(days=1)
    if match := _COUNTED.match(text):
        count = _count(match[1], language)
        unit = 1 if match[2] in words(language, "days") else 7
        known = match[2] in words(language, "days") | words(language, "weeks")
        if known and 0 < count * unit <= LONGEST_WAIT:
            return today + timedelta(days=count * unit)
    day = read_day(text, today, language)
    return day if day and today < day <= today + timedelta(days=LONGEST_WAIT) else None


def begins_with_time(text: str, language: str = "en") -> bool:
    """Whether the folded words "until friday", "3–17 august" or "for two days" name a time."""
    found = text.split()
    openings = {word for phrase in _openings(language) for word in phrase.split()}
    while found and found[0] in openings:
        found.pop(0)
    if not found:
        return False
    counts = (words(language, f"count_{number}") for number in (1, 2, 3))
    kinds = (words(language, kind) for kind in ("tomorrow", "today"))
    named = {*_weekdays(language), *_months(language)}.union(*counts, *kinds)
    return found[0][:1].isdigit() or found[0].strip(".,") in named


def _openings(language: str) -> list[str]:
    return sorted(words(language, "until") | words(language, "during"), key=len, reverse=True)


def _next(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _named(day: str, month: str, year: str | None, today: date, language: str) -> date | None:
    number = _months(language).get(month)
    return _date(int(day), number, int(year) if year else None, today) if number else None


def _date(day: int, month: int, year: int | None, today: date) -> date | None:
    if year is not None and year < 100:
        year += 2000
    try:
        if year is not None:
            return date(year, month, day)
        found = date(today.year, month, day)
        return found if found >= today else date(today.year + 1, month, day)
    except ValueError:
        return None


def _count(word: str, language: str) -> int:
    if word.isdecimal():
        return int(word[:4])
    spelled = words(language, "count_1"), words(language, "count_2"), words(language, "count_3")
    return next((number for number, own in enumerate(spelled, 1) if word in own), 0)


@cache
def _months(language: str) -> dict[str, int]:
    names: dict[str, int] = {}
    for one in ("en", _known(language)):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=one).items():
                names[fold(name).rstrip(".")] = number
    return names | {"sept": 9}


@cache
def _weekdays(language: str) -> dict[str, int]:
    names: dict[str, int] = {}
    for one in ("en", _known(language)):
        for width in ("wide", "abbreviated"):
            for number, name in get_day_names(width, locale=one).items():
                names[fold(name).rstrip(".")] = number
    return names


def _known(language: str) -> str:
    name = language.partition("-")[0]
    return name if name in locale_identifiers() else "en"
