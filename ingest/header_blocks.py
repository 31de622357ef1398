"""Recognises the header lines that programs put above an original message ("From: … Sent: … To: …
Subject: …") in many languages, and tells them from a typed memo or an event's times."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import takewhile

from ingest.quoting_words import LONGEST, WORDS

MOST_LINES = 30
"""A block with all its wrapped addresses is not longer."""

_KINDS = {label.casefold(): kind for kind, labels in WORDS["labels"].items() for label in labels}
_LABEL = re.compile(r"[*_>\s]*([^\W\d_][^:：<>@*|]{0,28}?)\s*[*_]*\s*[:：][*_]*\s*(.*)", re.DOTALL)
_INNER_LABEL = re.compile(r"(?:^|\s)\*?([^\W\d_][\w'’. -]{0,20}?)\*?\s?[:：]")
_TIME = re.compile(r"\d{1,2}\s?[:.h時时点點시]\s?\d{2}")

_YEAR = re.compile(r"\d{4}|\d[./-]\s?\d{1,2}[./-]\s?\d{2}")
"""Programs write the year; a journey "From: Leeds / To: London / Date: 4 May, 9:30" has none."""


# Arabic may be written with or without its vowel signs; French puts a hard blank before a colon.
_SPELLING = dict.fromkeys(range(0x064B, 0x0653)) | {0xA0: " "}


def label(line: str) -> tuple[str, str] | None:
    """Kind ("from", "to", "date", "subject", "other") and value of a header line, or None."""
    found = _LABEL.match(line) if len(line) <= LONGEST * 2 else None
    if found is None:
        return None
    written = found[1].casefold().translate(_SPELLING)
    kind = _KINDS.get(" ".join(written.split())) or _KINDS.get(written.replace(" ", ""))
    return (kind, found[2].strip("* ")) if kind else None


def is_header_block(found: Sequence[tuple[str, str]]) -> bool:
    """Do these labels and values describe a message? A typed memo or an event's times do not."""
    kinds = {kind for kind, _ in found}
    values = " ".join(value for _, value in found)
    timed = any(kind == "date" and _TIME.search(value) for kind, value in found)
    dated = any(kind == "date" and _YEAR.search(value) for kind, value in found)
    if "@" not in values and not (timed and dated):
        return False
    if "from" in kinds:
        others = len(kinds & {"to", "date", "subject"})
        return others >= 2 or ("subject" in kinds or ("date" in kinds and "@" in values))
    return {"to", "date"} <= kinds and timed and ("@" in values or "subject" in kinds)


def is_strange_block(lines: Sequence[str]) -> bool:
    """Do the lines begin with a header in a language that we do not know? It has two addresses, a
    date with its hour, and a label before each; below a title between dashes that is sure enough,
    while a meeting that somebody announced there has one address to write to."""
    found = list(takewhile(bool, (_LABEL.match(line[:LONGEST]) for line in lines)))
    values = [match[2] for match in found if match]
    dated = any(_TIME.search(value) and _YEAR.search(value) for value in values)
    return dated and sum("@" in value for value in values) >= 2


def one_line_block(line: str) -> bool:
    """A whole header block on one line, as HTML without line breaks leaves it."""
    if label(line) is None or len(line) > LONGEST * 2:
        return False
    kinds = [_KINDS.get(m[1].strip().casefold(), "") for m in _INNER_LABEL.finditer(line)]
    return len({*kinds} & {"from", "to", "date", "subject"}) >= 3 and bool(
        "@" in line or _TIME.search(line)
    )


def past_block(lines: Sequence[str], at: int) -> int:
    """The number of the line below the block that begins at line ``at``; ``at`` when none does."""
    first = label(lines[at])
    if first is None:
        return at
    if one_line_block(lines[at]):
        return at + 1
    found, past, strange, blank = [first], at + 1, 0, 0
    for row in range(at + 1, min(len(lines), at + MOST_LINES)):
        line = lines[row]
        blank = 0 if line else blank + 1
        if labelled := label(line):
            found.append(labelled)
            past, strange = row + 1, 0
        elif line:
            if _continues(line, found[-1], alone=strange == 0, near=row == past):
                found[-1] = (found[-1][0], line)
                past = row + 1
            strange += 1
        if strange > 2 or blank > 2:
            break
    return past if is_header_block(found) else at


_RECIPIENT_LINES = 6


def past_recipients(lines: Sequence[str], at: int) -> int:
    """Past the lines "To: …" and "Subject: …" that Yandex's app sets above an attribution, or
    ``at``."""
    found = [label(line) for line in lines[at : at + _RECIPIENT_LINES]]
    kinds = list(takewhile(bool, (labelled and labelled[0] for labelled in found)))
    return at + len(kinds) if {"to", "subject"} <= {*kinds} <= {"to", "subject", "other"} else at


# Lotus Notes sets the labels apart from their values, without a colon, often at the line's end.
_NOTES_LINES = 24
_NOTES_DATE = re.compile(r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4},? +\d{1,2}[:.]\d{2}")
_WIDE = re.compile(r" {2,}")


def bare_subjects(lines: Sequence[str]) -> list[int]:
    """The numbers of the lines that end in a bare "Subject", in any language."""
    return [at for at, line in enumerate(lines) if _bare_label(line) == "subject"]


def past_notes_block(lines: Sequence[str], at: int, subjects: Sequence[int]) -> int:
    """Past the head that Notes writes above an original ("Bob / date / To / … / Subject / …"), or
    ``at``. ``subjects`` are the lines that `bare_subjects` found."""
    return max(_past_bare_labels(lines, at, subjects), _past_older_notes(lines, at))


_NOTES_TIME = (
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},? \d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?(?: [A-Z]{2,4})?$"
)
_NOTES_ON = re.compile(rf".{{2,160}}? on {_NOTES_TIME}")
_NOTES_ALONE = re.compile(_NOTES_TIME)
_NOTES_FROM = re.compile(r"From: .{2,80} {2,}(?=\d)")


def _past_older_notes(lines: Sequence[str], at: int) -> int:
    """ "Bob Smith@COUNCIL on 12/12/2000 04:53 PM", or in two lines; then To, cc and Subject."""
    line = lines[at][:200]
    if not line or not (line[-1].isdigit() or line[-1].isalpha() or line[-1] == ">"):
        return at
    row = at + 1
    if from_line := _NOTES_FROM.match(line):
        dated = bool(_NOTES_ALONE.match(line[from_line.end() :]))
    elif row < len(lines) and _NOTES_ALONE.match(lines[row]):
        dated, row = label(lines[at]) is None, row + 1
    else:
        dated = bool(_NOTES_ON.match(line))
    return _past_to_and_subject(lines, row) or at if dated else at


def _past_to_and_subject(lines: Sequence[str], start: int) -> int:
    kinds: set[str] = set()
    for row in range(start, min(len(lines), start + _NOTES_LINES)):
        labelled = label(lines[row])
        if labelled is not None:
            kinds.add(labelled[0])
            if labelled[0] == "subject":
                return row + 1 if "to" in kinds else 0
        elif lines[row] and not kinds and not lines[row].startswith("Please respond to"):
            return 0
    return 0


def _past_bare_labels(lines: Sequence[str], at: int, subjects: Sequence[int]) -> int:
    place = bisect_right(subjects, at)
    if place == len(subjects) or subjects[place] > at + _NOTES_LINES or not lines[at]:
        return at
    end = subjects[place]
    dated = next((n for n in range(at, min(at + 5, end)) if _NOTES_DATE.match(lines[n])), None)
    if dated is None or not all(lines[at:dated]):
        return at
    kinds = {_bare_label(line) for line in lines[at:end]}
    return end + 1 if kinds & {"to", "other"} else at


def _bare_label(line: str) -> str:
    """The kind of the label with which the line ends, when it stands alone there."""
    if len(line) > LONGEST:
        return ""
    return str(_KINDS.get(_WIDE.split(line)[-1].casefold(), ""))


def _continues(line: str, above: tuple[str, str], *, alone: bool, near: bool) -> bool:
    """Is this the value of the label above, or a wrapped list of addresses?"""
    if above[1] == "":
        return alone
    return near and ("@" in line or above[1].endswith((",", ";")))
