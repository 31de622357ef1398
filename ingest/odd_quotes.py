"""Finds lines that are quoted in unusual ways: by a tab (mailx), ":", "%", "}", a wide indent, the
writer's name, or "<<" and ">>" round the whole. They count only below a certain attribution."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest import attribution
from ingest.attribution import Strength
from ingest.quoting_words import LONGEST

MOST_TRIES = 200
"""Lines that look like attributions and are looked at closely."""
_MOST_BETWEEN = 200
_MARK = re.compile(r"\t| {4,}|[:%}#»›¦](?= |$)|[#=](?=\w)|[-=*]> ?|[A-Za-z]{1,10}> |<<")
_BULLET = re.compile(r"[\t >:%}#»›¦=-]*(?:[-*•·–+o] |\(?[0-9a-zA-Z]{1,2}[.)])")


def oddly_quoted(
    lines: Sequence[str], plain: Sequence[str], quoted: Sequence[bool], next_said: Sequence[int]
) -> Iterator[int]:
    """The numbers of such lines. ``plain`` are the lines as they are compared, ``next_said`` says
    for each the first one from there on that is not blank."""
    tries = MOST_TRIES
    for at, line in enumerate(plain):
        below = next_said[at + 1]
        if quoted[at] or below == len(lines) or quoted[below]:
            continue
        mark = _mark(lines[below])
        if not mark or tries <= 0 or not attribution.may_end_attribution(line):
            continue
        tries -= 1
        if _is_below_attribution(plain, at, mark):
            yield from _run(lines, plain, below, mark)


def _mark(line: str) -> str:
    """What stands before a line, as it came, that may quote it; "" without it."""
    found = _MARK.match(line[:LONGEST])
    return "" if found is None or _BULLET.match(line[:LONGEST]) else found[0]


def _is_below_attribution(plain: Sequence[str], last: int, mark: str) -> bool:
    # Indented text may be anybody's own; few people begin their lines with "}".
    enough = Strength.BEFORE_QUOTE if mark.strip() else Strength.NAMED
    for first in range(last, max(-1, last - attribution.MOST_LINES), -1):
        lines = plain[first : last + 1]
        if not all(lines):
            return False
        if attribution.attribution(lines, quote_follows=True) >= enough:
            return True
    return False


def _run(lines: Sequence[str], plain: Sequence[str], at: int, mark: str) -> Iterator[int]:
    """Every line with the mark, as far as the first without it."""
    if mark == "<<":
        yield from _between(plain, at)
        return
    while at < len(lines) and (not plain[at] or lines[at].startswith(mark)):
        if plain[at]:
            yield at
        at += 1


def _between(plain: Sequence[str], at: int) -> Iterator[int]:
    """AOL sets "<<" and ">>" round the whole of what it quotes."""
    for end in range(at, min(len(plain), at + _MOST_BETWEEN)):
        if plain[end].endswith(">>"):
            yield from (row for row in range(at, end + 1) if plain[row])
            return
