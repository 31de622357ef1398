"""Knows again a text that was changed a little, by a sketch of it: the smallest hashes of its runs
of three words (Broder's bottom-k sketch), small enough to compare hundreds at once."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from zlib import crc32

SKETCH = 48
"""Hashes kept of a text; of a short one all that it has."""
ALIKE = 0.4
"""Share of common runs from which two posts look alike: a few sentences may differ."""
_FEWEST = 3
_MOST_CHARACTERS = 20_000
_WORD = re.compile(r"\w+")
_LONG_WORD = 12
"""Letters of a usual word at most: longer on average is a script without blanks."""


def sketch(text: str) -> bytes:
    """The sketch of a title and text; b"" where there are too few words to know it by."""
    runs = _runs(text[:_MOST_CHARACTERS].casefold())
    smallest = sorted({crc32(run.encode()) for run in runs})[:SKETCH]
    return struct.pack(f"<{len(smallest)}I", *smallest) if len(smallest) >= _FEWEST else b""


def likeness(one: bytes, other: bytes) -> float:
    """How much two sketched texts have in common: about the share of runs that are in both."""
    return _share(frozenset(_hashes(one)), frozenset(_hashes(other)))


def alike(mine: bytes, others: Iterable[tuple[int, bytes]]) -> list[tuple[float, int]]:
    """Those of the numbered sketches that are ALIKE at least, as (likeness, number)."""
    own = frozenset(_hashes(mine))
    found = []
    for number, other in others:
        theirs = _hashes(other)
        # No sketch with fewer in common can be alike, whatever is in the two together.
        if len(own.intersection(theirs)) < ALIKE * max(len(own), len(theirs)):
            continue
        if own and (share := _share(own, frozenset(theirs))) >= ALIKE:
            found.append((share, number))
    return found


def _share(mine: frozenset[int], theirs: frozenset[int]) -> float:
    if mine == theirs:
        return 1.0 if mine else 0.0
    together = sorted(mine | theirs)[:SKETCH]
    return len((mine & theirs).intersection(together)) / len(together)


def _runs(text: str) -> list[str]:
    words = _WORD.findall(text)
    if words and sum(map(len, words)) > _LONG_WORD * len(words):
        letters = "".join(words)
        return [letters[at : at + 4] for at in range(len(letters) - 3)]
    return [" ".join(words[at : at + 3]) for at in range(len(words) - 2)]


def _hashes(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 4}I", packed[: len(packed) // 4 * 4])
