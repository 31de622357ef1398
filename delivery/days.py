"""Days as people write them, day first: "3 August", "the 3rd of August 2027", "03/08/27", "Aug 3".

One day at a time and pure; spans and pauses are put together by the desks that ask for them.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache

from babel.dates import get_day_names, get_month_names
from babel.localedata import locale_identifiers

LONGEST = 60
"""A day takes no more characters: what is longer is none, and costs nothing to refuse."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z")
_NUMBERS = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2})?)?\Z")
_DAY_MONTH = re.compile(
    r"(?:[^\W\d]{2,12},? )?(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? "
    r"([^\W\d]+),?(?: (\d{4}))?\Z"
)
_MONTH_DAY = re.compile(r"([^\W\d]+) (?:the )?(\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?\Z")


def read_day(text: str, first: date, language: str = "en") -> date | None:
    """The day that ``text`` names; where it names no year, the next such from ``first`` on."""
    text = fold_day(text)
    if len(text) > LONGEST:
        return None
    if match := _ISO.match(text):
        return _date(int(match[3]), int(match[2]), match[1], first)
    if match := _NUMBERS.match(text):
        return _date(int(match[1]), int(match[2]), match[3], first)
    if match := _DAY_MONTH.match(text):
        return _named(match[1], match[2], match[3], first, language)
    if match := _MONTH_DAY.match(text):
        return _named(match[2], match[1], match[3], first, language)
    return None


def months(language: str) -> dict[str, int]:
    """The names of the months, long and short, in one language and in English; 1 is January."""
    return {**_months("en"), **_months(_known(language))}


def weekdays(language: str) -> dict[str, int]:
    """The names of the days of the week, long and short; 0 is Monday."""
    return {**_weekdays("en"), **_weekdays(_known(language))}


def fold_day(text: str) -> str:
    """Case, width and blanks do not matter."""
    # Cut first: strangers write the text, and no day is so long.
    text = unicodedata.normalize("NFKC", text[: 4 * LONGEST]).casefold().strip(" .,;!")
    return " ".join(text.split())


@cache
def _months(locale: str) -> dict[str, int]:
    names: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for number, name in get_month_names(width, locale=locale).items():
            names[fold_day(name).rstrip(".")] = number
    # British English shortens September to "Sept" in some books and to "Sep" in others.
    return names | ({"sept": 9, "sep": 9} if locale == "en" else {})


@cache
def _weekdays(locale: str) -> dict[str, int]:
    names: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for number, name in get_day_names(width, locale=locale).items():
            names[fold_day(name).rstrip(".")] = number
    # In Welsh "dydd Gwener" is "ddydd Gwener" behind many words: its second word is enough.
    names |= {name.removeprefix("dydd "): number for name, number in names.items()}
    return names | ({"tues": 1, "weds": 2, "thur": 3, "thurs": 3} if locale == "en" else {})


def _known(language: str) -> str:
    name = language.partition("-")[0]
    return name if name in locale_identifiers() else "en"


def _named(day: str, month: str, year: str | None, first: date, language: str) -> date | None:
    number = months(language).get(month)
    return _date(int(day), number, year, first) if number else None


def _date(day: int, month: int, year: str | None, first: date) -> date | None:
    try:
        if year:
            return date(int(year) if len(year) > 2 else 2000 + int(year), month, day)
        found = date(first.year, month, day)
        return found if found >= first else date(first.year + 1, month, day)
    except ValueError:
        # "29 February" in a year that has none is a mistake, and not one of years ahead.
        return None
