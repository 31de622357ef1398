"""Finds in a post what people look for first: when, where, what it costs, who for, how to book,
and the last day. Pure and linear. Labelled lines ("Where: Town Hall") are believed; beside them
only what is hard to misread. What a fact does is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

from delivery.found_days import LOOKED_AT, FoundDay, days_in
from delivery.wording import fold, words

Kind = Literal["when", "time", "where", "cost", "who", "book", "closing"]
KINDS: tuple[Kind, ...] = ("when", "time", "where", "cost", "who", "book", "closing")
_SHOWN_WHOLE: tuple[Kind, ...] = ("where", "cost", "who", "book")
LONGEST = 160
"""Characters of a fact; what is longer is a paragraph and stays in the text."""
NEAR = 45

Mark = Literal["", "cancelled", "corrected"]


@dataclass(frozen=True, slots=True)
class Facts:
    event_date: date | None = None
    closing_date: date | None = None
    time: str = ""
    """As the author wrote it, such as "10am to 1pm"."""
    where: str = ""
    cost: str = ""
    """"" when it was not found, "free" when a sentence says so."""
    who: str = ""
    book: str = ""
    lines: frozenset[str] = field(default=frozenset())
    """The lines, folded, that a fact above says whole: they need not be shown again."""
    event_lines: frozenset[str] = field(default=frozenset())
    """Those that say no more than ``event_date`` and ``time``."""
    closing_lines: frozenset[str] = field(default=frozenset())
    """Those that say no more than ``closing_date``."""


def read_facts(title: str, text: str, today: date, language: str = "en") -> Facts:
    """The facts in a post that came on ``today``, which is the list's date."""
    text = text[:LOOKED_AT]
    lines = text.split("\n")
    labelled, said = _labelled(lines, language)
    event_date, time = _event(title, text, labelled, today, language)

    def whole(kind: Kind, time: str) -> frozenset[str]:
        only = _is_only_day(labelled.get(kind, ""), time, today, language)
        return said[kind] if only else frozenset()

    is_only_time = bool(time) and labelled.get("time") == time
    return Facts(
        event_date=event_date,
        closing_date=_closing(text, labelled, today, language),
        time=time,
        where=labelled.get("where", ""),
        cost=labelled.get("cost", "") or _free(text, language),
        who=labelled.get("who", ""),
        book=labelled.get("book", "") or _booking(lines, language),
        lines=frozenset().union(*(said.get(kind, ()) for kind in _SHOWN_WHOLE)),
        event_lines=whole("when", time) | (said["time"] if is_only_time else frozenset()),
        closing_lines=whole("closing", ""),
    )


def read_mark(title: str, language: str = "en") -> Mark:
    """Whether a title says that something was cancelled or put right: "Cancelled: Drop-in"."""
    start = fold(title)[:80].lstrip("*[( ")
    if _starts(start, words(language, "cancelled")):
        return "cancelled"
    return "corrected" if _starts(start, words(language, "corrected")) else ""


def _starts(text: str, choices: Sequence[str]) -> bool:
    """Before a colon or dash, or alone: "Cancellation policy training" is no cancellation."""
    return any(re.match(rf"{re.escape(word)}\s*(?:[\]):;,!–—-]|$)", text) for word in choices)


# Lines that say what they are ------------------------------------------------------------------

_LABEL = re.compile(r"[\s*_•·>–-]{0,8}([^:*_\n]{2,40}?)[\s*_]{0,4}[:：][\s*_]{0,4}(.{0,400})$")


def _labelled(
    lines: Sequence[str], language: str
) -> tuple[dict[Kind, str], dict[Kind, frozenset[str]]]:
    """The first value of each kind, and the lines, folded, that hold no more than these."""
    found: dict[Kind, str] = {}
    said: dict[Kind, frozenset[str]] = {}
    for at, line in enumerate(lines):
        match = _LABEL.match(line[:600])
        kind = _kinds(language).get(fold(match[1])) if match else None
        if match is None or kind is None or kind in found:
            continue
        value = match[2].strip(" *_\t")
        following = lines[at + 1].strip(" *_\t•·-") if at + 1 < len(lines) else ""
        below = not value and bool(following) and not _LABEL.match(following[:600])
        value = following if below else value
        if not value or len(value) > LONGEST:
            continue
        found[kind] = value
        whole = (line, lines[at + 1]) if below else (line,)
        # In HTML the dash of a list is no part of the line.
        bare = (" ", " *_\t•·>–-")
        said[kind] = frozenset(fold(one.strip(ends)) for one in whole for ends in bare)
    return found, said


@cache
def _kinds(language: str) -> dict[str, Kind]:
    return {fold(word): kind for kind in KINDS for word in words(language, kind)}


# Days ------------------------------------------------------------------------------------------


def _event(
    title: str, text: str, labelled: dict[Kind, str], today: date, language: str
) -> tuple[date | None, str]:
    """The one day on which it is, and its time. Where several days are named there is none: the
    item must not leave after the first of them."""
    time = _time(labelled.get("time", ""))
    for source in (labelled.get("when", ""), title):
        days = days_in(source, today, language)
        if days:
            only = _only(days)
            return only, (time or _time(source)) if only else ""
    coming = [
        day
        for day in days_in(text, today, language)
        # A letter's own date is today's.
        if day.day > today and not _is_last_day(text, day, language)
    ]
    only = _only(coming)
    if only is None:
        return None, time
    behind = text[coming[0].end : coming[0].end + NEAR].partition("\n")[0]
    return only, time or _time(behind)


def _only(days: Sequence[FoundDay]) -> date | None:
    different = {day.day for day in days}
    return different.pop() if len(different) == 1 and not any(day.spans for day in days) else None


_BESIDE_A_DAY = re.compile(r"(?:\b(?:at|from|on|by)\b|[\s,.;:()–—-])*")


def _is_only_day(value: str, time: str, today: date, language: str) -> bool:
    """Whether ``value`` is one day, perhaps with this time, and nothing else."""
    days = days_in(value, today, language)
    if len(days) != 1 or days[0].spans:
        return False
    rest = " ".join((value[: days[0].start] + value[days[0].end :]).split())
    return bool(_BESIDE_A_DAY.fullmatch(rest.replace(time, "", 1) if time else rest))


def _closing(text: str, labelled: dict[Kind, str], today: date, language: str) -> date | None:
    days = days_in(labelled.get("closing", ""), today, language)
    if days:
        return days[0].day
    found = {
        day.day
        for day in days_in(text, today, language)
        if day.day >= today and _is_last_day(text, day, language)
    }
    return max(found, default=None)


def _is_last_day(text: str, day: FoundDay, language: str) -> bool:
    """Whether the words before it on its line say that something ends then."""
    line = text[max(0, day.start - NEAR) : day.start].rpartition("\n")[2]
    before = fold(re.split(r"[.;!?]\s", line)[-1])
    if any(before == word or before.endswith(f" {word}") for word in words(language, "last_day")):
        return True
    return any(word in before for word in words(language, "closes"))


_CLOCK = r"\d{1,2}(?:[.:]\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.)|\d{1,2}[.:]\d{2}|noon|midday"
_TIME = re.compile(
    rf"(?<![\w.:])(?:(?:{_CLOCK}|\d{{1,2}})\s?(?:-|–|—|to|until|till)\s?)?(?:{_CLOCK})(?!\w)",
    re.IGNORECASE,
)


def _time(text: str) -> str:
    found = _TIME.search(text[:LONGEST])
    return " ".join(found[0].split()) if found else ""


# What one sentence says ------------------------------------------------------------------------


def _free(text: str, language: str) -> str:
    known = fold(text)
    return "free" if any(phrase in known for phrase in words(language, "free")) else ""


def _booking(lines: Sequence[str], language: str) -> str:
    return next((line for line in _short(lines) if _books(line, language)), "")


def _short(lines: Sequence[str]) -> Iterator[str]:
    stripped = (line.strip(" *_\t•·-") for line in lines)
    return (line for line in stripped if line and len(line) <= LONGEST)


def _books(line: str, language: str) -> bool:
    start = fold(line)
    # Without an address it tells nobody how.
    return ("@" in line or "://" in line or "www." in line or any(map(str.isdigit, line))) and any(
        start.startswith(word) for word in words(language, "books")
    )
