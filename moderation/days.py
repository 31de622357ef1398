"""Reads how long a moderator wants to wait: "2 days", "a week", "until Friday". Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from delivery import times
from delivery.days import months, weekdays
from delivery.until import LENGTHS, read_when
from moderation.words import fold, words

DAY = timedelta(days=1)
LONGEST_WAIT = 60
OPENINGS = ("until", "during", "ahead", "from", "to", "next", "after", "end_of", "more", "another",
            "whole", "back", "numbers")  # fmt: skip
"""What stands before a time: "until the end of", "from the", "for two"."""
NAMED = ("tomorrow", "today", "days", "weeks", "months", "hours", "weekend", "week_after_next",
         "christmas", "new_year", "easter", *LENGTHS)  # fmt: skip


def read_wait(text: str, today: date, language: str = "en") -> date | None:
    """The day until which ``text`` waits, at most two months away; a bare wait is for one day."""
    text = " ".join(fold(text[:80]).split()).strip(" .!,")
    if not text or text in words(language, "awhile"):
        return today + DAY
    # "Until Friday, I am asking Bob" says why, too.
    tried = dict.fromkeys((text, *re.split(r" ?[,;(–—] ?| - ", text, maxsplit=1)[:1]))
    days = (read_when(one.rstrip("?"), today, language) for one in tried)
    day = next((found for found in days if found), None)
    return day if day and day <= today + LONGEST_WAIT * DAY else None


def begins_with_time(text: str, language: str = "en") -> bool:
    """Whether the folded words "until friday", "3–17 august" or "for two days" name a time."""
    if text in words(language, "awhile"):
        return True
    found = text.split()
    while found and found[0] in _single(OPENINGS, language):
        found.pop(0)
    if not found:
        return False
    named = {*weekdays(language), *months(language), *_single(NAMED, language)}
    return found[0][:1].isdigit() or found[0].strip(".,'") in named


@cache
def _single(kinds: tuple[str, ...], language: str) -> frozenset[str]:
    """The single words of openings, and the first ones of what they open."""
    every = frozenset[str]().union(*(times.words(language, kind) for kind in kinds))
    split = (phrase.replace("/", " ").split() for phrase in every)
    return frozenset(word for one in split for word in (one if kinds is OPENINGS else one[:1]))
