"""Knows a word that was typed with a slip of the finger: "unsubcribe", "weeky", "setings".

Only long words, and only when one alone is near: what is not plain shall change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 24
SHORTEST = 5
LONG = 9
"""From here on two slips are forgiven."""


def nearest(typed: str, known: Iterable[str]) -> str:
    """The one of ``known`` that ``typed`` was meant to be; "" when it is none or may be two."""
    if not SHORTEST <= len(typed) <= LONGEST or not typed.replace(" ", "").isalpha():
        return ""
    near = {word for word in known if _is_near(typed, word)}
    best = min((distance(typed, word) for word in near), default=0)
    closest = [word for word in near if distance(typed, word) == best]
    return closest[0] if len(closest) == 1 else ""


def _is_near(typed: str, word: str) -> bool:
    if len(word) < SHORTEST or typed[0] != word[0] or typed == word + "s":
        return False
    return distance(typed, word) <= (2 if len(word) >= LONG else 1)


def distance(one: str, other: str) -> int:
    """How many letters were left out, added, exchanged, or swapped with the next one
    (Damerau 1964)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            step = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                step = min(step, before[j - 2] + 1)
            row.append(step)
        before, last = last, row
    return last[-1]
