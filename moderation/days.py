"""Reads how long a moderator wants to wait: "2 days", "a week", "until Friday". Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from delivery.days import months, read_day, weekdays
from moderation.words import fold, words

LONGEST_WAIT = 60
_COUNTED = re.compile(r"(\w+) (\w+)\Z")


def read_wait(text: str, today: date, language: str = "en") -> date | None:
    """The day until which ``text`` waits, at most two months away; a bare wait is for one day."""
    text = fold(text[:80]).strip(" .!,")
    if not text:
        return today + timedelta(days=1)
    word = next((w for w in _openings(language) if text.startswith(f"{w} ")), "")
    text = text[len(word) :].strip()
    if text in words(language, "tomorrow"):
        return today + timedelta(days=1)
    if match := _COUNTED.match(text):
        unit = 1 if match[2] in words(language, "days") else 7
        known = match[2] in words(language, "days") | words(language, "weeks")
        if known and 0 < (count := _count(match[1], language)) * unit <= LONGEST_WAIT:
            return today + timedelta(days=count * unit)
    if text in weekdays(language):
        return today + timedelta(days=(weekdays(language)[text] - today.weekday() - 1) % 7 + 1)
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
    kinds = (words(language, kind) for kind in ("tomorrow", "today", "next", "this"))
    named = {*weekdays(language), *months(language)}.union(*counts, *kinds)
    return found[0][:1].isdigit() or found[0].strip(".,") in named


def _openings(language: str) -> list[str]:
    return sorted(words(language, "until") | words(language, "during"), key=len, reverse=True)


def _count(word: str, language: str) -> int:
    if word.isdecimal():
        return int(word[:4])
    spelled = (words(language, f"count_{number}") for number in (1, 2, 3))
    return next((number for number, own in enumerate(spelled, 1) if word in own), 0)
