"""Reads a subject: what it is about, and which topics its author named in square brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.characters import NO_SUBJECT, clean_line, safe_title, without_prefixes

_FRONT = re.compile(r"\[([^\[\]]{1,60})\]\s*")
_BACK = re.compile(r"\s*\[([^\[\]]{1,60})\]\s*$")
_BETWEEN_TOPICS = re.compile(r"\s*[,;/&]\s*")
_STAMPS = frozenset(
    {
        *("external", "ext", "extern", "external email", "external sender", "spam", "bulk"),
        *("suspected spam", "marketing", "caution", "official", "official-sensitive", "secure"),
    }
)
"""What mail services stamp on a subject; nobody wrote it."""
_MOST_TOPICS = 10


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    """At most 150 characters, "(no subject)" when there is none."""
    topics: tuple[str, ...]
    """What stood in square brackets at either end, lower case."""
    whole: str
    """As ``text``, with the brackets."""


def read_title(subject: str) -> Title:
    """The title and the topics of a decoded subject."""
    words = without_prefixes(clean_line(subject)[:2000])
    front, words = _taken(words, _FRONT)
    back, words = _taken_from_end(words)
    topics = [topic for bracket in (*front, *back) for topic in _BETWEEN_TOPICS.split(bracket)]
    names = tuple(dict.fromkeys(topic.strip().casefold() for topic in topics if topic.strip()))
    whole = " ".join([*(f"[{b}]" for b in front), words, *(f"[{b}]" for b in back)])
    text = safe_title(words)
    return Title(
        safe_title(whole) if text == NO_SUBJECT else text, names[:_MOST_TOPICS], safe_title(whole)
    )


def _taken(words: str, pattern: re.Pattern[str]) -> tuple[list[str], str]:
    found: list[str] = []
    while match := pattern.match(words):
        if match[1].strip().casefold() not in _STAMPS:
            found.append(match[1].strip())
        words = without_prefixes(words[match.end() :])
    return found, words


def _taken_from_end(words: str) -> tuple[list[str], str]:
    found: list[str] = []
    while words.endswith("]") and (match := _BACK.search(words, max(0, len(words) - 70))):
        if match[1].strip().casefold() not in _STAMPS:
            found.insert(0, match[1].strip())
        words = words[: match.start()]
    return found, words
