"""Finds in the text of a post what may be about one private person: their numbers, home, child, or
immigration matters. An organisation's own phone number and address are not meant.

A hint for the moderator, who reads the post; it refuses nothing and proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.personal_numbers import numbers
from ingest.personal_people import people
from ingest.personal_tongues import other_tongues
from ingest.personal_words import Found

MOST_CHARACTERS = 50_000
MOST_FOUND = 6
_LONGEST_PIECE = 600
"""Characters of one sentence or line that are looked at together."""


def personal_data(text: str) -> tuple[Found, ...]:
    """What in the text may be private, each kind once, in the order of the text. Linear in time."""
    found: dict[str, Found] = {}
    before = ""
    for piece in _pieces(text[:MOST_CHARACTERS]):
        for one in _in_piece(piece, before):
            if one.kind not in found or (one.strong and not found[one.kind].strong):
                found[one.kind] = one
        before = piece
    if "home" in found:
        found.pop("address", None)
    return tuple(found.values())[:MOST_FOUND]


_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(])|\n\s*\n|\n(?=\s*[-*•·\d])")
_ABBREVIATION = re.compile(r"(?:^|\W)(?:mr|mrs|ms|dr|st|no|ref|tel|nos|approx|d\.o\.b|c)\.$", re.I)


def _pieces(text: str) -> Iterator[str]:
    """Sentences and paragraphs, long ones in parts that overlap a little."""
    start = 0
    for end in _END.finditer(text):
        if _ABBREVIATION.search(text[max(start, end.start() - 10) : end.start()]):
            continue
        yield from _in_parts(text[start : end.start()])
        start = end.end()
    yield from _in_parts(text[start:])


def _in_parts(piece: str) -> Iterator[str]:
    for at in range(0, len(piece), _LONGEST_PIECE - 100):
        yield piece[at : at + _LONGEST_PIECE]


def _in_piece(piece: str, before: str) -> Iterator[Found]:
    yield from numbers(piece)
    yield from people(piece, before)
    yield from other_tongues(piece)
