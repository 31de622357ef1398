"""Reads the answer to the proof of a round-up: typed words in, orders out. Changes nothing.

Each line is an order, or several: "drop 7", "shorten 2 and move 4 to the top". What is not plainly
one makes the whole answer unclear: half of what somebody said must not happen. Only "hold" counts
whatever follows, for a round-up that left cannot be called back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.proof_words import (
    Kind,
    order_of,
    says_nothing,
    unasked,
    without_opening,
    without_punctuation,
)
from digest.words import fold, words

MOST_LINES = 60
LONGEST_LINE = 1000
MOST_CLAUSES = 8
LONGEST_WITH_CLAUSES = 300
LONGEST_INTRO = 1000
LONGEST_SIGNATURE = 8
"""Lines, and words in each."""
LONGEST_EXPLANATION = 25
"""Words."""

_BETWEEN = r"[,;.!]\s+|\s+[-–—]\s+|\s+\("
_SEPARATES = re.compile(r"\s*[,;:.!–—-]")
_INTRO = re.compile(r"\s*(?::|\s[-–—]\s)\s*")


@dataclass(frozen=True, slots=True)
class Order:
    kind: Kind
    """ "fine": nothing is to be changed, which is no "go" to what somebody holds."""
    numbers: tuple[int, ...] = ()
    text: str = ""
    """The new intro; or the line that was not understood."""


def read_orders(reply: str, names: Sequence[str] = (), language: str = "en") -> list[Order]:
    """What ``reply``, the newly typed part of a letter, orders. ``names`` are the people who may
    sign. One "unclear" alone, when there is anything in it that is no order; also for no order."""
    lines = [line.strip()[:LONGEST_LINE] for line in reply.splitlines()]
    lines = [line for line in lines if not line.startswith(">")][:MOST_LINES]
    own = frozenset(word for name in names for word in without_punctuation(name).split())
    reader = _Reader(own, language)
    orders = reader.orders(lines)
    if orders[0].kind == "unclear" and reader.begins_with_hold(lines):
        return [Order("hold")]
    return orders


class _Reader:
    """Of one answer, by somebody whose team's names are ``own``."""

    def __init__(self, own: frozenset[str], language: str) -> None:
        self._own = own
        self._language = language

    def orders(self, lines: list[str]) -> list[Order]:
        left, orders, above = list(lines), list[Order](), ""
        while left:
            line = left.pop(0)
            intro = self._intro(line)
            if intro is not None:
                orders.append(self._whole_intro(intro, left))
            elif (said := self._read(line)) is not None:
                orders += said
                above = "" if said else line or "blank"
            elif orders and self._is_signature([line, *left], above):
                break
            else:
                return [Order("unclear", text=line)]
        return orders or [Order("unclear")]

    def begins_with_hold(self, lines: list[str]) -> bool:
        """ "Hold - item 3 has the wrong date", with no go, and no "actually", in all of it."""
        said = [line for line in lines if self._read(line) != []]
        rest = self._behind_hold(said[0]) if said else None
        if rest is None:
            return False
        text = without_punctuation(" ".join([rest, *said[1:]]))
        against = self._words("go", "fine", "doubts_of_a_hold")
        return not any(f" {word} " in f" {text} " for word in against)

    def _behind_hold(self, line: str) -> str | None:
        text = unasked(without_opening(fold(line), self._own, self._language), self._language)
        for word in sorted(self._words("hold"), key=len, reverse=True):
            rest = text.removeprefix(word)
            if rest != text and not rest[:1].isalnum():
                following = set(without_punctuation(rest).split()[:1])
                goes_on = following <= self._words("hold_goes_on")
                return rest if goes_on or _SEPARATES.match(rest) else None
        return None

    def _words(self, *kinds: str) -> frozenset[str]:
        return frozenset[str]().union(*(words(self._language, kind) for kind in kinds))

    # A line ------------------------------------------------------------------------------------

    def _read(self, line: str) -> list[Order] | None:
        """What the line orders, [] for nothing at all, or None when there is more in it."""
        if len(line) > LONGEST_WITH_CLAUSES:
            return self._one(line)
        joining = "|".join(map(re.escape, self._words("joining")))
        between = re.finditer(rf"{_BETWEEN}|\s(?:{joining})\s", line, re.IGNORECASE)
        ends = [found.start() for found in between][:MOST_CLAUSES]
        return self._clauses(line, [0, *ends, len(line)])

    def _clauses(self, line: str, ends: list[int]) -> list[Order] | None:
        """The longest beginning that is an order, and then the rest; found from behind."""
        known: list[list[Order] | None] = [None] * (len(ends) - 1) + [[]]
        for begin in reversed(range(len(ends) - 1)):
            for end in reversed(range(begin + 1, len(ends))):
                said, more = self._one(line[ends[begin] : ends[end]]), known[end]
                if more is None and said and said[-1].numbers and self._explains(line[ends[end] :]):
                    more = []
                if said is not None and more is not None:
                    known[begin] = [*said, *more]
                    break
        return known[0]

    def _one(self, text: str) -> list[Order] | None:
        if says_nothing(text, self._own, self._language):
            return []
        found = order_of(text, self._own, self._language)
        return [Order(*found)] if found else None

    def _explains(self, text: str) -> bool:
        """ ", it is a duplicate of 3" behind an order."""
        said = set(without_punctuation(text).split())
        short = 0 < len(said) <= LONGEST_EXPLANATION
        telling = self._words("drop", "keep", "shorten", "whole", "top", "hold", "go", "doubts")
        return short and "?" not in text and not said & telling

    # What goes on to the end -------------------------------------------------------------------

    def _intro(self, line: str) -> str | None:
        """What stands behind "intro:"; None for a line that is about something else."""
        name, *rest = _INTRO.split(line, maxsplit=1)
        return rest[0].strip() if rest and fold(name) in self._words("intro") else None

    def _whole_intro(self, first: str, lines: list[str]) -> Order:
        """It goes on to the end of the answer, or to a line that is an order by itself."""
        if fold(first) in self._words("nothing"):
            return Order("intro")
        said = [first] if first else []
        while lines and not self._is_order(lines[0]):
            said.append(lines.pop(0))
        while len(said) > 1 and (not said[-1] or says_nothing(said[-1], self._own, self._language)):
            said.pop()
        return Order("intro", text="\n".join(said).strip()[:LONGEST_INTRO])

    def _is_order(self, line: str) -> bool:
        found = order_of(line, self._own, self._language)
        return found is not None and found[0] != "fine"

    def _is_signature(self, lines: list[str], above: str) -> bool:
        """A name below the orders, and perhaps a role, a street and a telephone number."""
        said = [line for line in lines if line]
        names = said[0].strip(" ,.").split()
        named = all(one.replace("-", "").isalpha() and one.istitle() for one in names)
        begins = above not in ("", "blank") or (bool(above) and named and len(names) <= 3)
        return begins and len(said) <= LONGEST_SIGNATURE and all(map(self._may_sign, said))

    def _may_sign(self, line: str) -> bool:
        said = set(without_punctuation(line).split())
        telling = self._words("hold", "go", "drop", "keep", "shorten", "whole", "item", "doubts")
        small = [word for word in line.split() if word[:1].islower() and "." not in word]
        begins = line[:1].isupper() or line[:1].isdigit() or line[:1] in "+(" or "@" in line
        short = len(said) <= LONGEST_SIGNATURE and len(small) <= 2
        return begins and short and "?" not in line and not said & telling
