"""Finds the days that a text names, such as "Tuesday 8 December". Pure; what a day means is for
others to say. Only what is plainly a date is found: a wrong one would take an item out too soon.

One day typed by itself is read in days.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from delivery.days import months, weekdays
from delivery.near_digits import near_digits

LOOKED_AT = 20_000
"""Characters of a text that are read for days."""
PAST = timedelta(days=90)
"""A day without a year may lie so far back; else it is in the year to come."""


@dataclass(frozen=True, slots=True)
class FoundDay:
    day: date
    start: int
    """Where it stands in the text, with its weekday and, in a span, with the days before it."""
    end: int
    spans: bool = False
    """It is the last of several days: "8 to 10 December"."""


def days_in(text: str, today: date, language: str = "en") -> list[FoundDay]:
    """The days named in ``text``, in their order.

    ``today`` tells the year where there is none. A date whose weekday does not fit is left out,
    for one of the two is a mistake.
    """
    text = text[:LOOKED_AT]
    matches = near_digits(_written(language), text)
    found = [day for match in matches if (day := _read(match, today, language))]
    found += [day for match in near_digits(_FIGURES, text) if (day := _read_figures(match))]
    return sorted(found, key=lambda one: one.start)


_FIGURES = re.compile(
    r"(?<![\w/.-])(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})([/.])(\d{1,2})\5(\d{4}|\d{2}))(?![\w/-])"
)


@cache
def _written(language: str) -> re.Pattern[str]:
    """A day with its month in words. Each repetition is bounded, so the search is linear."""
    month, week = _one_of(months(language)), _one_of(weekdays(language))
    ordinal = r"(?:st|nd|rd|th)?"
    between = rf"(?:-|–|—|&|,|to\b|and\b|until\b)\s?(?:(?:{week})\.?,?\s)?"
    first = rf"(?:(?P<first>\d{{1,2}}){ordinal}\s?{between})?"
    day = rf"(?P<day>\d{{1,2}}){ordinal}(?!\d)"
    after = (
        rf"{first}{day}\s{{1,2}}(?:of\s)?(?P<month>{month})\b\.?(?:,?\s{{1,2}}(?P<year>20\d\d))?"
    )
    before = rf"(?P<month2>{month})\b\.?\s{{1,2}}(?P<day2>\d{{1,2}}){ordinal}(?!\d)"
    before += r"(?:,?\s{1,2}(?P<year2>20\d\d))?"
    named = rf"(?:(?P<weekday>{week})\b\.?,?\s{{1,2}})?(?:the\s)?(?:{after}|{before})"
    return re.compile(rf"(?<![\w/.]){named}(?!\w)", re.IGNORECASE)


def _one_of(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


def _read(match: re.Match[str], today: date, language: str) -> FoundDay | None:
    month = months(language)[(match["month"] or match["month2"]).casefold()]
    number, year = int(match["day"] or match["day2"]), match["year"] or match["year2"]
    day = _in_year(int(year), month, number) if year else _nearest(month, number, today)
    if day is None:
        return None
    weekday = match["weekday"]
    spans = match["first"] is not None
    # In "Mon 7 – 9 December" the weekday is that of another day.
    if weekday and not spans and day.weekday() != weekdays(language)[weekday.casefold()]:
        return None
    return FoundDay(day, match.start(), match.end(), spans)


def _read_figures(match: re.Match[str]) -> FoundDay | None:
    """ "8/12/2026" has the day first, as in Britain and most of the world."""
    if match[1]:
        day = _in_year(int(match[1]), int(match[2]), int(match[3]))
    else:
        year = int(match[7]) + (2000 if len(match[7]) == 2 else 0)
        day = _in_year(year, int(match[6]), int(match[4]))
    return FoundDay(day, match.start(), match.end()) if day and 2000 <= day.year < 2100 else None


def _nearest(month: int, number: int, today: date) -> date | None:
    candidates = (_in_year(year, month, number) for year in (today.year - 1, today.year))
    near = [day for day in candidates if day is not None and day >= today - PAST]
    return near[0] if near else _in_year(today.year + 1, month, number)


def _in_year(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
