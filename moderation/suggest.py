"""Finds in a post the days and topics that it may be about: suggestions, which a person confirms.

Only days that are written out count ("4 May", "Monday 4 May 2026", "04/05/2026"); "next Tuesday" is
no more certain than its reader's guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from delivery.days import read_day
from delivery.near_digits import near_digits
from storage.records import Topic

_MOST_CHARACTERS = 20_000
_MOST_DAYS = 40
_FURTHEST = timedelta(days=400)
_BEFORE = 60
"""Characters in front of a day that say what it is."""
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = re.compile(
    r"(?<![\w./-])(?P<first>\d{1,2}(?:st|nd|rd|th)?(?:,| ?(?:-|–|to|and|&|or)) ?)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTHS}\b\.?(?:,? 20\d\d\b)?"
    rf"|{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?\b(?!:)(?:,? 20\d\d\b)?"
    r"|\d{1,2}[./]\d{1,2}[./](?:20)?\d\d(?![\w/]|\.\d)|20\d\d-\d\d-\d\d(?![\w-]))",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\b(?:deadline|closing date|closes?|closing|apply by|applications?[^.\n]{0,30} by"
    r"|(?:book|register|rsvp|sign up|reply|respond|submit|send|return|received|in)[^.\n]{0,30}"
    r" (?:by|before)|no later than"
    r"|latest|until|expires?)\b[^.\n]{0,40}$",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:since|updated?|posted|dated|published|as of|version|last|sent)\b.{0,12}$", re.I
)


@dataclass(frozen=True, slots=True)
class Days:
    event: date | None = None
    closing: date | None = None


def days_in(title: str, text: str, today: date, language: str = "en") -> Days:
    """The first day to come that is said to close something, and the first other one."""
    event = closing = None
    for day, before in _named(f"{title}\n{text}", today, language):
        if _CLOSES.search(before):
            closing = closing or day
        elif not _PAST.search(before):
            event = event or day
    return Days(event, closing)


def all_days(text: str, today: date, language: str = "en") -> frozenset[date]:
    """Every day that is written out, also those that are over when they have a year."""
    return frozenset(day for day, _ in _named(text, today, language, past=True))


def _named(text: str, today: date, language: str, *, past: bool = False) -> list[tuple[date, str]]:
    text = " ".join(text[:_MOST_CHARACTERS].split(" "))
    found, above = [], 0
    for match in near_digits(_DAY, text):
        before = text[max(above, match.start() - _BEFORE) : match.start()]
        above = match.end()
        day = read_day(_first_of(match), today, language)
        if day is None or not (past or today <= day <= today + _FURTHEST):
            continue
        found.append((day, before))
        if len(found) == _MOST_DAYS:
            break
    return found


def _first_of(match: re.Match[str]) -> str:
    """ "23 and 30 December" begins on 23 December."""
    first, rest = match["first"] or "", match[0].removeprefix(match["first"] or "")
    month = re.sub(r"^\d{1,2}(?:st|nd|rd|th)?(?: of)? ", "", rest)
    if not first or month == rest:
        return rest
    return f"{''.join(c for c in first if c.isdigit())} {month}"


def topics_of(title: str, text: str, topics: Sequence[Topic]) -> tuple[Topic, ...]:
    """The topics whose name or words the post uses, at most three, the most named first."""
    words = f"{title} {title} {text}"[:_MOST_CHARACTERS].casefold()
    counts = {topic.id: _count(words, topic) for topic in topics}
    named = sorted((t for t in topics if counts[t.id] > 1), key=lambda t: -counts[t.id])
    return tuple(named[:3])


def _count(text: str, topic: Topic) -> int:
    words = {topic.name.casefold(), *(w.strip().casefold() for w in topic.words.split(","))}
    return sum(
        len(re.findall(rf"\b{re.escape(word)}(?:s|es)?\b", text)) for word in words if len(word) > 2
    )
