"""Knows one order to a round-up by its words: "drop 7 and 8", "put 4 first", "looks good". Pure."""

from __future__ import annotations

import re
from typing import Literal

from digest.words import fold, words

Kind = Literal[
    "hold", "go", "fine", "drop", "keep", "top", "shorten", "whole", "intro", "help", "unclear"
]
NUMBERED: tuple[Kind, ...] = ("drop", "keep", "shorten", "whole")
ALONE: tuple[Kind, ...] = ("go", "fine", "help", "hold")
MOST_NUMBERS = 50
NUMBERS = "_"
"""Stands for the numbers among the words of an order."""

_MARKS = re.compile(r"[.,;:!&+()\"“”#*]|(?<!\w)[-–—]|[-–—](?!\w)")
_RANGE = re.compile(r"(?<!\w)(\d{1,4})\s?[-–]\s?(\d{1,4})(?!\w)")


def order_of(text: str, own: frozenset[str], language: str) -> tuple[Kind, tuple[int, ...]] | None:
    """(kind, numbers) of what ``text`` orders; None when it says anything else, or more.

    ``own`` are folded words that may stand beside it, such as the names of those who run the list.
    """
    said = unasked(without_punctuation(text), language)
    for kind in ALONE:
        if _is_made_of(said, kind, own, language):
            return kind, ()
    bare = _bare(said, own, language)
    if bare in words(language, "no_intro"):
        return "intro", ()
    shape, numbers = _shape(bare, language)
    if not numbers:
        return None
    for kind in NUMBERED:
        if shape in _shapes(kind, language):
            return kind, numbers
    return ("top", numbers) if shape in _top_shapes(language) else None


def says_nothing(text: str, own: frozenset[str], language: str) -> bool:
    """A greeting, thanks or a name, and no more than six words."""
    said = without_punctuation(text)
    if len(said.split()) > 6:
        return False
    nothing = words(language, "polite") | words(language, "joining") | _named(own, language)
    return not _left(said, nothing)


def unasked(said: str, language: str) -> str:
    """ "Could you drop 7?" asks for the same as "drop 7"."""
    bare = _left(said, words(language, "asking"))
    return bare if bare == said else bare.removesuffix("?").strip()


def without_opening(text: str, own: frozenset[str], language: str) -> str:
    """ "Hi Bob, please hold - it is wrong" without what is said before the order."""
    opening = words(language, "opening") | words(language, "polite") | _named(own, language)
    before = "|".join(map(re.escape, sorted(opening, key=len, reverse=True)))
    return re.sub(rf"\A(?:(?:{before})[\s,.!]+)+", "", text)


def without_punctuation(text: str) -> str:
    text = _RANGE.sub(r"\1 to \2", fold(text))
    return " ".join(_MARKS.sub(" ", text).replace("?", " ? ").split())


def _named(own: frozenset[str], language: str) -> frozenset[str]:
    """Somebody may be called Hold: then the word means what it says."""
    orders = frozenset[str]().union(*(words(language, kind) for kind in (*ALONE, *NUMBERED)))
    return own - orders - words(language, "doubts")


def _is_made_of(said: str, kind: str, own: frozenset[str], language: str) -> bool:
    """ "Ok go ahead, thanks Bob": words of the kind and of politeness, at least one of the kind."""
    weaker = words(language, "fine") if kind == "go" else frozenset[str]()
    kinds = ("beside", "polite", "joining")
    beside = weaker.union(_named(own, language), *(words(language, one) for one in kinds))
    left = _left(said, beside | words(language, kind))
    return not left and bool(_left(said, beside - words(language, kind)))


def _left(said: str, choices: frozenset[str]) -> str:
    """What is left of ``said`` when such words are taken off its beginning."""
    while said:
        found = [word for word in choices if said == word or said.startswith(f"{word} ")]
        if not found:
            return said
        said = said[len(max(found, key=len)) :].strip()
    return said


def _bare(said: str, own: frozenset[str], language: str) -> str:
    """Without "please" before it and "thanks Bob" behind it."""
    opening = words(language, "opening") | words(language, "polite") | _named(own, language)
    said = _left(said, opening) or said
    behind = words(language, "beside") | words(language, "polite") | _named(own, language)
    while ending := [word for word in behind if said.endswith(f" {word}")]:
        said = said[: -len(max(ending, key=len))].strip()
    return said


def _shape(said: str, language: str) -> tuple[str, tuple[int, ...]]:
    """ "drop items 7 and 8" as ("drop _", (7, 8)); no numbers where they stand in two places."""
    shape: list[str] = []
    numbers: list[int] = []
    joins: list[str] = []
    for word in said.split():
        if word.isascii() and word.isdigit() and len(word) <= 4:
            if numbers and shape[-1] != NUMBERS:
                return said, ()
            shape += [] if numbers else [NUMBERS]
            numbers += _run(numbers, joins, int(word), language)
            joins = []
        elif shape[-1:] == [NUMBERS] and _joins(word, language):
            joins.append(word)
        elif word not in words(language, "item"):
            shape, joins = [*shape, *joins, word], []
    return " ".join([*shape, *joins]), tuple(dict.fromkeys(numbers))[:MOST_NUMBERS]


def _joins(word: str, language: str) -> bool:
    return any(word in words(language, kind) for kind in ("item", "joining", "range_to"))


def _run(numbers: list[int], joins: list[str], last: int, language: str) -> list[int]:
    if not (numbers and set(joins) & words(language, "range_to")):
        return [last]
    return list(range(numbers[-1] + 1, min(last, numbers[-1] + MOST_NUMBERS) + 1)) or [last]


def _shapes(kind: str, language: str) -> frozenset[str]:
    """ "drop" may stand before and behind its numbers, "leave _ out" around them."""
    said = words(language, kind)
    around = {word for word in said if NUMBERS in word}
    return frozenset(around | {one for word in said - around for one in (f"{word} _", f"_ {word}")})


def _top_shapes(language: str) -> frozenset[str]:
    top, moves = words(language, "top"), words(language, "move")
    return frozenset(
        {f"_ {one}" for one in top}
        | {f"{move} _ {one}" for one in top for move in moves}
        | {f"{one} _" for one in words(language, "top_before")}
    )
