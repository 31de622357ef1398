"""The lines "title: …", "topics: …", "date: …" and "closes: …" that may come with a yes."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from delivery.days import read_day
from moderation.phrases import LONGEST_LINE
from moderation.words import fold, words

FIELDS = ("topics", "title", "date", "closes")
DATES = ("date", "closes")
LONGEST_VALUE = 500
NOTHING = ("none", "no", "-", "–")


def fields_of(lines: list[str], language: str = "en") -> dict[str, str]:
    """Their values by field. On one line further fields come after a comma or semicolon."""
    found: dict[str, str] = {}
    for line in (line[:LONGEST_LINE] for line in lines):
        named = _named(line, language)
        ends = [match.start(1) for match in named[1:]] + [len(line)]
        for match, end in zip(named, ends, strict=bool(named)):
            value = line[match.end() : end].strip(" ,;")
            found.setdefault(_names(language)[fold(match[1])], value[:LONGEST_VALUE])
    return found


def without_fields(line: str, language: str = "en") -> str:
    """What stands before the first field."""
    named = _named(line[:LONGEST_LINE], language)
    return line[: named[0].start()] if named else line


def _named(line: str, language: str) -> list[re.Match[str]]:
    """Where fields are named: "title: Save the date: 4 May" is one, for there is no comma."""
    every = list(_pattern(language).finditer(line))
    return [
        match
        for number, match in enumerate(every)
        if number == 0 or line[: match.start(1)].rstrip().endswith((",", ";"))
    ]


def unreadable(fields: dict[str, str], today: date, language: str = "en") -> str:
    """The first "date: …" that names no day that we can read, as it was written; "" when all do."""
    for name in DATES:
        value = fields.get(name, "")
        if value and value.casefold() not in NOTHING and read_day(value, today, language) is None:
            return f"{name}: {value}"
    return ""


def day_of(value: str, today: date, language: str = "en") -> date | None:
    """The day of a field; None also for "none", which takes a wrong date away."""
    return None if value.casefold() in NOTHING else read_day(value, today, language)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    longest_first = sorted(_names(language), key=len, reverse=True)
    either = "|".join(re.escape(name) for name in longest_first)
    return re.compile(rf"(?i)(?:^|[\s,;.–—*•-])({either})\s?[:=]")


@cache
def _names(language: str) -> dict[str, str]:
    return {word: name for name in FIELDS for word in words(language, f"field_{name}")}
