"""Reads how long a pause shall be: "1 June", "1 June 2027", "01/06/2027", "3 weeks". Day first."""

from __future__ import annotations

import re
from datetime import date, timedelta

from babel.dates import get_month_names
from babel.localedata import locale_identifiers

from preferences.words import fold, ordered, words

LONGEST = timedelta(days=2 * 366)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z")
_NUMBERS = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\Z")
_DAY_MONTH = re.compile(r"(?:\w+,? )?(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([^\W\d]+),?(?: (\d{4}))?\Z")
_MONTH_DAY = re.compile(r"([^\W\d]+) (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?\Z")
_FOR = re.compile(r"(?:for )?(\w+) (\w+)\Z")


def read_until(text: str, today: date, language: str = "en") -> date | None:
    """The first day on which mails come again: after today, at most two years away; else None."""
    until = _read(fold(text).strip(" ."), today, language)
    return until if until and today < until <= today + LONGEST else None


def _read(text: str, today: date, language: str) -> date | None:
    if text.removeprefix("until ") in words(language, "tomorrow"):
        return today + timedelta(days=1)
    if match := _ISO.match(text):
        return _date(int(match[3]), int(match[2]), int(match[1]), today)
    if match := _NUMBERS.match(text):
        year = int(match[3]) if match[3] else None
        return _date(int(match[1]), int(match[2]), year, today)
    if (match := _FOR.match(text)) and (until := _after(match[1], match[2], today, language)):
        return until
    if match := _DAY_MONTH.match(text):
        return _named(match[1], match[2], match[3], today, language)
    if match := _MONTH_DAY.match(text):
        return _named(match[2], match[1], match[3], today, language)
    return None


def _named(day: str, month: str, year: str | None, today: date, language: str) -> date | None:
    number = _months(language).get(month) or _months("en").get(month)
    return _date(int(day), number, int(year) if year else None, today) if number else None


def _months(language: str) -> dict[str, int]:
    names = {}
    for width in ("wide", "abbreviated"):
        for number, name in get_month_names(width, locale=_known(language)).items():
            names[fold(name).rstrip(".")] = number
    return names


def _known(language: str) -> str:
    name = language.partition("-")[0]
    return name if name in locale_identifiers() else "en"


def _date(day: int, month: int, year: int | None, today: date) -> date | None:
    """Without a year the next such day is meant."""
    if year is not None and year < 100:
        year += 2000
    try:
        if year is not None:
            return date(year, month, day)
        found = date(today.year, month, day)
        return found if found > today else date(today.year + 1, month, day)
    except ValueError:
        return None


def _after(number: str, unit: str, today: date, language: str) -> date | None:
    count = _count(number)
    if count is None or count > 999:
        return None
    if unit in words(language, "days"):
        return today + timedelta(days=count)
    if unit in words(language, "weeks"):
        return today + timedelta(weeks=count)
    if unit in words(language, "months"):
        return today + timedelta(days=30 * count)
    return None


def _count(number: str) -> int | None:
    if number.isdecimal():
        return int(number[:4])
    # "a" and "one" stand first and are both 1.
    spelled = ordered("en", "numbers")
    return max(spelled.index(number), 1) if number in spelled else None
