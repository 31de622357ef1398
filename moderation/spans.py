"""Days away, as people write them: "3–17 August", "from Monday to Wednesday", "next week".

Pure. What comes out is half open: the first day, and the first day on which they are back.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from delivery.days import LONGEST
from delivery.spans import Span, day_from, has_two_days, read_two_ends
from delivery.times import fold, without_ending, without_opening, words
from delivery.until import read_length, read_until, read_whole

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST = timedelta(days=366)
FURTHEST = timedelta(days=2 * 366)


def read_span(text: str, today: date, language: str = "en") -> Span | None:
    """(first day, first day after) of what ``text`` names, or None when it is no span.

    "Until 17 August" takes that day in, as "3–17 August" does; "back on 18 August" does not. What
    is past, longer than a year, or further away than two years is None.
    """
    text = _plain(text)
    short = re.split(r" ?[,;(]", text, maxsplit=1)[0]
    for tried in dict.fromkeys((text, short, without_ending(short, "behind", language))):
        span = _read(tried, today, language) if len(tried) <= 2 * LONGEST else None
        if span and today < span[1] <= today + FURTHEST and span[0] < span[1] <= span[0] + MOST:
            return span
    return None


def has_end(text: str, language: str = "en") -> bool:
    """True when ``text`` says where it ends: "3 to 17 August", not "next week"."""
    return has_two_days(_plain(text), language)


def _plain(text: str) -> str:
    # Cut first: strangers write it, and no days are so long.
    return " ".join(fold(text[: 4 * LONGEST]).split()).strip(" .,;!")


def _read(text: str, today: date, language: str) -> Span | None:
    text = without_opening(text, "from", language)
    if end := _end(text, today, language):
        return today, end
    if length := read_length(text, language):
        return today, today + length
    whole = without_opening(text, "whole", language)
    if known := _by_name(whole, today, language):
        return known
    if one := day_from(whole, today, language):
        return one, one + DAY
    return read_two_ends(text, today, language)


def _by_name(text: str, today: date, language: str) -> Span | None:
    """Weeks, months and weekends."""
    if found := read_whole(text, today, language):
        return found
    bare = without_ending(without_opening(text, "next", language), "next_behind", language)
    if bare not in words(language, "weekend"):
        return None
    following = without_ending(without_opening(text, "following", language), "following", language)
    next_one = read_until(text, today, language)
    if following != text and next_one:
        return next_one, next_one + 2 * DAY
    monday = today - today.weekday() * DAY
    return max(today, monday + 5 * DAY), monday + WEEK


def _end(text: str, today: date, language: str) -> date | None:
    """The first day back of "until Friday", "until next week" or "back on Monday"."""
    if (last := without_opening(text, "until", language)) != text:
        day = day_from(last, today, language)
        return day + DAY if day else read_until(last, today, language)
    if (back := without_opening(text, "back", language)) != text:
        return day_from(back, today, language) or read_until(back, today, language)
    return None
