"""Reads the answer to the proof of a round-up: typed words in, orders out. Changes nothing.

Each line is an order of its own, such as "drop 7". What is not plainly one makes the whole answer
unclear: half of what somebody said must not happen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from digest.words import fold, words

Kind = Literal["hold", "go", "drop", "keep", "top", "shorten", "whole", "intro", "help", "unclear"]
NUMBERED: tuple[Kind, ...] = ("drop", "keep", "shorten", "whole")
ALONE: tuple[Kind, ...] = ("hold", "go", "help")

MOST_LINES = 60
LONGEST_LINE = 1000
MOST_NUMBERS = 50
LONGEST_INTRO = 1000


@dataclass(frozen=True, slots=True)
class Order:
    kind: Kind
    numbers: tuple[int, ...] = ()
    text: str = ""
    """The new intro; or the line that was not understood."""


def read_orders(reply: str, names: Sequence[str] = (), language: str = "en") -> list[Order]:
    """What ``reply``, the newly typed part of a letter, orders. ``names`` are the people who may
    sign. One "unclear" alone, when there is anything in it that is no order; also for no order."""
    lines = [line.strip()[:LONGEST_LINE] for line in reply.splitlines()]
    lines = [line for line in lines if not line.startswith(">")][:MOST_LINES]
    orders: list[Order] = []
    line = ""
    while lines:
        above, line = line, lines.pop(0)
        intro = _intro(line, language)
        if intro is not None:
            orders.append(_whole_intro(intro, lines, names, language))
        elif order := _order(line, language):
            orders.append(order)
        elif not _is_harmless(line, names, language, signs=bool(orders) and not above):
            return [Order("unclear", text=line)]
    return orders or [Order("unclear")]


def _is_harmless(line: str, names: Sequence[str], language: str, *, signs: bool) -> bool:
    """``signs``: it stands where a name stands, below the orders and an empty line."""
    if not line or _says_nothing(line, names, language):
        return True
    return signs and _signs(line, language)


def _order(line: str, language: str) -> Order | None:
    text = " ".join(re.sub(r"[.,;:!&+]", " ", fold(line)).split())
    bare = _without(text, words(language, "beside"))
    for kind in ALONE:
        if bare in words(language, kind):
            return Order(kind)
    if bare in words(language, "no_intro"):
        return Order("intro")
    for kind in NUMBERED:
        for word in words(language, kind):
            numbers = _numbers(text.removeprefix(f"{word} "), language)
            if text.startswith(f"{word} ") and numbers:
                return Order(kind, numbers)
    return _to_top(text, language)


def _to_top(text: str, language: str) -> Order | None:
    """ "move 4 top", "4 first"."""
    for word in words(language, "top"):
        if text.endswith(f" {word}"):
            text = text.removesuffix(f" {word}")
            break
    else:
        return None
    moved = next((w for w in words(language, "move") if text.startswith(f"{w} ")), "")
    numbers = _numbers(text.removeprefix(f"{moved} "), language)
    return Order("top", numbers) if numbers else None


def _numbers(text: str, language: str) -> tuple[int, ...]:
    """The numbers that ``text`` is made of; none, when it says anything else."""
    allowed = words(language, "between_numbers") | words(language, "beside")
    found: list[int] = []
    for word in text.replace("#", " ").split():
        if word.isascii() and word.isdigit() and len(word) <= 4:
            found.append(int(word))
        elif word not in allowed:
            return ()
    return tuple(dict.fromkeys(found))[:MOST_NUMBERS]


def _intro(line: str, language: str) -> str | None:
    """What stands behind "intro:"; None for a line that is about something else."""
    name, colon, rest = line.partition(":")
    return rest.strip() if colon and fold(name) in words(language, "intro") else None


def _whole_intro(first: str, lines: list[str], names: Sequence[str], language: str) -> Order:
    """It goes on to the end of the answer, or to a line that is an order by itself."""
    if fold(first) in words(language, "nothing"):
        return Order("intro")
    said = [first] if first else []
    while lines and _order(lines[0], language) is None:
        said.append(lines.pop(0))
    while len(said) > 1 and (not said[-1] or _says_nothing(said[-1], names, language)):
        said.pop()
    return Order("intro", text="\n".join(said).strip()[:LONGEST_INTRO])


def _says_nothing(line: str, names: Sequence[str], language: str) -> bool:
    """A greeting, thanks or a name, and no more than four words."""
    text = " ".join(re.sub(r"[^\w' ]", " ", fold(line)).split())
    own = {word for name in names for word in fold(name).split()}
    left = _without(text, words(language, "polite"))
    orders = frozenset[str]().union(*(words(language, kind) for kind in (*ALONE, *NUMBERED)))
    return len(text.split()) <= 4 and not (set(left.split()) - (own - orders))


def _signs(line: str, language: str) -> bool:
    """A name below an empty line: "Bob Smith"."""
    said = line.strip(" ,.").split()
    orders = frozenset[str]().union(*(words(language, kind) for kind in (*ALONE, *NUMBERED)))
    named = all(word.replace("-", "").isalpha() and word.istitle() for word in said)
    return named and len(said) <= 3 and not {fold(word) for word in said} & orders


def _without(text: str, choices: frozenset[str]) -> str:
    """``text`` without such words at its ends."""
    changed = True
    while changed:
        changed = False
        for word in choices:
            if text == word:
                return ""
            if text.startswith(f"{word} "):
                text, changed = text.removeprefix(f"{word} "), True
            if text.endswith(f" {word}"):
                text, changed = text.removesuffix(f" {word}"), True
    return text
