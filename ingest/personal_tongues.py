"""Finds in a piece of text what is private in other languages than English: patterns that are data,
words/personal/LANGUAGE.toml. All languages are looked for, whatever the list's own is: partners
write in theirs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.personal_words import HAS_DIGIT, KINDS, Found

_FOLDER = Path(__file__).parent / "words" / "personal"
NUMBERED = frozenset(("birth", "home", "child", "phone", "case"))
"""Kinds of which every pattern asks for a digit."""


@dataclass(frozen=True, slots=True)
class _Tongue:
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    """Kind and pattern."""
    no_person: re.Pattern[str]


def other_tongues(piece: str) -> Iterator[Found]:
    """What in the piece is private, as ``Found`` of any language but English."""
    has_digit = HAS_DIGIT.search(piece)
    for tongue in _TONGUES:
        for kind, pattern in tongue.patterns:
            match = pattern.search(piece) if has_digit or kind not in NUMBERED else None
            if match and not (kind == "birth" and tongue.no_person.search(piece)):
                yield Found(kind, match[0].strip())


def _read(file: Path) -> _Tongue:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    no_person = re.compile(data.pop("no_person"), re.IGNORECASE)
    assert data.keys() <= set(KINDS), file
    return _Tongue(
        tuple(
            (kind, re.compile(one, re.IGNORECASE)) for kind, many in data.items() for one in many
        ),
        no_person,
    )


_TONGUES = tuple(_read(file) for file in sorted(_FOLDER.glob("*.toml")))
