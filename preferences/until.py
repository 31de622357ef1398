"""Reads how long a pause shall be: "1 June", "1 June 2027", "01/06/2027", "3 weeks". Day first."""

from __future__ import annotations

import re
from datetime import date, timedelta

from delivery.days import read_day
from preferences.words import LANGUAGES, fold, ordered, words

LONGEST = timedelta(days=2 * 366)
_FOR = re.compile(r"(?:for )?(\w+) (\w+)\Z")


def read_until(text: str, today: date, language: str = "en") -> date | None:
    """The first day on which mails come again: after today, at most two years away; else None."""
    until = _read(fold(text).strip(" ."), today, language)
    return until if until and today < until <= today + LONGEST else None


def _read(text: str, today: date, language: str) -> date | None:
    if text.removeprefix("until ") in words(language, "tomorrow"):
        return today + timedelta(days=1)
    if (match := _FOR.match(text)) and (until := _after(match[1], match[2], today, language)):
        return until
    # Without a year the next such day is meant, and today is none to wait for.
    return read_day(text, today + timedelta(days=1), language)


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
