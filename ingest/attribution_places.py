"""Attributions that stand behind an author's own words, before their quote on one line, or on lines
of which only the last looks like one. What an attribution is, is known in ``attribution``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from ingest.attribution import FULL_DATE, Strength, attribution, begins_so, has_verb
from ingest.quoting_words import LONGEST

_SHARED = re.compile(r"(?<=[\w.!?,;:)…\s-])[\s-]*(?:On|Am|Le|El|Il|Em|Op|Den) (?=.{0,30}\d)")


def shared_with_words(line: str) -> Sequence[int]:
    """Where on the line an attribution may begin behind words of the author's own."""
    if not any(
        intro in line for intro in ("On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den ")
    ):
        return ()
    starts = (found.start() for found in _SHARED.finditer(line[:LONGEST]))
    return [at for at in starts if line[:at].strip("- ") and not FULL_DATE.search(line[:at])]


_QUOTED_BEHIND = re.compile(r"[:：] ?>+ ")


def before_quote_on_line(line: str) -> int | None:
    """Where an attribution begins that has its quote behind it on the same line, as when all line
    ends were lost: "Yes On 18 Nov 2026, News <…> wrote: > A room"; None when there is none."""
    end = _QUOTED_BEHIND.search(line[:LONGEST]) if "> " in line else None
    if end is None:
        return None
    begins = [0] if begins_so(line.casefold()) and "@" in line else []
    for start in (*shared_with_words(line[: end.start() + 1]), *begins):
        found = attribution([line[start : end.start() + 1].lstrip("- ")], quote_follows=True)
        if found is Strength.DATED:
            return start
    return None


_ORIGINAL_BEHIND = re.compile(r"[:：] {2,}(?=\S)")
_COLONS_TRIED = 3


def before_original_on_line(line: str) -> bool:
    """Does the line begin with an attribution that has the first words of the original behind it,
    without a mark? Yahoo's apps set three blanks between them: "On …, Bob<bob@…> wrote:   A …"."""
    ends = _ORIGINAL_BEHIND.finditer(line[:LONGEST]) if ":  " in line and "@" in line else ()
    return any(
        "@" in line[: end.start()]
        and attribution([line[: end.start() + 1]], quote_follows=False) is Strength.DATED
        for end in islice(ends, _COLONS_TRIED)
    )


_NAME_AND_ADDRESS = re.compile(
    r"[^.!?:;]{0,60}[<(\[]{1,2}[^\s<>@]{1,64}@[^\s<>@]{1,100}[>)\]]{1,2}(?: \S{1,12}){0,2}$"
)
_WORDS_ABOVE = 6
_DATE_FIRST = ("on ", "am ", "le ", "el ", "il ", "em ", "op ", "den ")


def goes_on(above: str, below: str) -> bool:
    """Is what looks like an attribution by itself only the rest of one that began on the line
    above it? In some languages the name stands first: "Bob <bob@…>" and below it "于…写道："."""
    if below.startswith(("<", "(", "[")) or above.endswith("<"):
        return True
    if "@" in below or below.casefold().startswith(_DATE_FIRST):
        return False
    if _NAME_AND_ADDRESS.match(above[:LONGEST]):
        return True
    # "Robert Adeyemi schreef op" and below it "18-11-2026 om 09:13:".
    unended = above[-1] not in ".!?:;,…。！？" and len(above.split()) <= _WORDS_ABOVE
    return unended and above[0].isupper() and has_verb(above[:LONGEST].casefold())
