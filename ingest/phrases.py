"""Finds the phrases of a long list in a short text, whatever their case and accents.

One alternation of them all would take a second to compile at each start of a reading process. What
phrases mean is not known here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

JOINTS = " -_'’"
"""Between the words of a phrase may stand one of these, or nothing."""
_SAME = str.maketrans("İıςſ", "iiσs")
"""Letters with another capital or small form than ``lower`` knows, or with one more letter."""


def folded(text: str) -> str:
    """The text in small letters, each in its place: what ``Phrases`` are looked for in."""
    return text.translate(_SAME).lower().translate(_SAME)


class Phrases:
    """Phrases as they are, and without their accents, as older servers write them."""

    def __init__(self, *lists: Iterable[str]) -> None:
        both = {form for words in lists for word in words for form in (word, _unaccented(word))}
        self._by_opening: dict[str, list[tuple[str, ...]]] = {}
        for phrase in both:
            words = tuple(folded(phrase).split(" "))
            self._by_opening.setdefault(words[0][:2], []).append(words)

    def ends(self, text: str, start: int) -> Iterator[int]:
        """Where each phrase ends that the folded text has at this place, perhaps one inside
        another."""
        for length in (1, 2):
            for words in self._by_opening.get(text[start : start + length], ()):
                if (end := _end(text, start, words)) is not None:
                    yield end

    def are_in(self, text: str, starts: Iterable[int]) -> bool:
        """True when one of them begins at one of these places of the folded text."""
        return any(True for start in starts for _ in self.ends(text, start))


def _end(text: str, start: int, words: tuple[str, ...]) -> int | None:
    at = start
    for word in words:
        if at > start and at < len(text) and text[at] in JOINTS:
            at += 1
        if not text.startswith(word, at):
            return None
        at += len(word)
    return at


def _unaccented(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    return "".join(c for c in letters if not "\u0300" <= c <= "\u036f")
