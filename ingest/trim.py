"""Finds what of a letter's lines is not the post: earlier mails, signatures, disclaimers, banners.
What somebody passed on for others to read is the post, and stays. Lines come from plain text or
from a page alike; nothing is taken away here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest import quoting
from ingest.characters import clean_line, cut_at_word
from ingest.reply import typed_part

LONGEST_SIGNATURE = 20
_LINES_OF_HEADER = 30
_NESTED = 5
_MOST_TRIES = 100
"""Lines that look like headers and are none: a text with more of them passes nothing on."""
_LAST_PARAGRAPHS = 15
_FIRST_PARAGRAPHS = 3
_EXCERPT = 60
_SHORT = 600
_MARKS_TOGETHER = 3

_WORDS = tomllib.loads((Path(__file__).parent / "words" / "disclaimers.toml").read_text("utf-8"))
_ALONE: tuple[str, ...] = tuple(_WORDS["alone"])
_LANGUAGES: tuple[tuple[str, ...], ...] = tuple(map(tuple, _WORDS["languages"].values()))
_NEWSLETTER: tuple[str, ...] = tuple(_WORDS["newsletters"]["marks"])
_BANNERS: tuple[str, ...] = tuple(_WORDS["banners"]["first"])
_SAYS_FORWARDED = re.compile(
    r"forward|weitergeleitet|transf[eé]r|r[eé]exp[eé]di|reenviad|encaminhad|inoltrat|doorgest"
    r"|vidarebefordra|videresend|przekaz|пересыл|переслан|转发|轉寄|転送|معاد|محولة|הועבר|ymlaen"
    r"|iletilen|välitetty",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Trimmed:
    """Which lines stay, and what stands instead of those that go."""

    kept: set[int]
    instead: dict[int, str] = field(default_factory=dict)
    """At the number of a line that goes: words to put there ("Passed on from …")."""
    notes: list[str] = field(default_factory=list)


def trim(lines: Sequence[str], *, forward: bool, depth: int = 0) -> Trimmed:
    """What stays of the lines of a letter. ``forward``: its subject says that it passes something
    on. A letter that is nothing but an earlier mail keeps it: somebody meant it to be read."""
    result = (_passed_on(lines, forward, depth) if depth < _NESTED else None) or _typed(lines)
    _cut_paragraphs(lines, result)
    return result


def without_disclaimers(text: str) -> str:
    """A typed answer without the paragraphs below it in which an organisation speaks to whoever
    has no business with it: "If you are not the intended recipient, do not …"."""
    lines = text.split("\n")
    paragraphs = _paragraphs(lines, set(range(len(lines))))[1:]
    gone = {
        number
        for numbers in paragraphs
        if _is_disclaimer(" ".join(lines[number] for number in numbers).casefold()[:5000])
        for number in numbers
    }
    return "\n".join(line for number, line in enumerate(lines) if number not in gone).rstrip()


def is_passed_on(lines: Sequence[str], *, forward: bool) -> bool:
    """True when the letter passes on a mail in its own text."""
    return _start_of_forward(lines, forward) is not None


# What was passed on ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    start: int
    past: int
    name: str
    date: str


def _passed_on(lines: Sequence[str], forward: bool, depth: int) -> Trimmed | None:
    header = _start_of_forward(lines, forward)
    if header is None:
        return None
    above = _typed(lines[: header.start])
    below = trim(lines[header.past :], forward=False, depth=depth + 1)
    kept = above.kept | {header.past + number for number in below.kept}
    instead = {header.past + number: words for number, words in below.instead.items()}
    if not any(lines[number].strip() for number in below.kept):
        return None
    return Trimmed(kept, {**instead, header.start: _from(header)}, above.notes + below.notes)


def _start_of_forward(lines: Sequence[str], forward: bool) -> _Header | None:
    plain = [quoting.plain(line) for line in lines]
    tries = _MOST_TRIES
    for number, line in enumerate(plain):
        separated = quoting.is_separator(line) or quoting.is_heading(line)
        below = _next_said(plain, number + 1) if separated else number
        if below >= len(plain) or quoting.label(plain[below].lstrip("> ")) is None:
            continue
        header = _header(plain, number, below)
        tries -= 1
        if tries == 0:
            return None
        if header is None:
            continue
        said = separated and _SAYS_FORWARDED.search(line)
        nothing_above = not any(plain[:number])
        return header if forward or said or nothing_above else None
    return None


def _next_said(plain: Sequence[str], at: int) -> int:
    while at < len(plain) and not plain[at]:
        at += 1
    return at


def _header(plain: Sequence[str], start: int, at: int) -> _Header | None:
    """The lines "From: … Date: … Subject: …" that begin at ``at``."""
    found: list[tuple[str, str]] = []
    row = at
    while row < min(len(plain), at + _LINES_OF_HEADER):
        line = plain[row].lstrip("> ")
        labelled = quoting.label(line)
        if labelled is not None:
            found.append(labelled)
        elif line and found[-1][1] == "":
            found[-1] = (found[-1][0], line)
        elif not _continues(found[-1][0], line) and not (not line and _goes_on(plain, row)):
            break
        row += 1
    if not quoting.is_header_block(found):
        return None
    values = dict(reversed(found))
    return _Header(start, row, _name(values.get("from", "")), clean_line(values.get("date", "")))


def _continues(kind: str, line: str) -> bool:
    """Long lists of those to whom the mail went run over several lines."""
    return kind in ("to", "other") and ("@" in line or ";" in line)


def _goes_on(plain: Sequence[str], row: int) -> bool:
    return row + 1 < len(plain) and quoting.label(plain[row + 1].lstrip("> ")) is not None


def _name(value: str) -> str:
    """The name of a sender, without the address; of an address alone what stands before the @."""
    name = re.split(r"[<\[(]", clean_line(value))[0].strip("\"'* ")
    return name.partition("@")[0] if "@" in name else name


def _from(header: _Header) -> str:
    parts = [part for part in (header.name, header.date) if part]
    return f"Passed on from {', '.join(parts)}:" if parts else "Passed on:"


# What was typed --------------------------------------------------------------------------------


def _typed(lines: Sequence[str]) -> Trimmed:
    kept = _kept(lines)
    if not any(lines[number].strip() for number in kept):
        everything = Trimmed(set(range(len(lines))))
        if any(line.strip() for line in lines):
            everything.notes.append("Its author wrote nothing above the earlier mail shown here.")
        return everything
    result = Trimmed(set(kept))
    for run in _runs_of_words(lines, kept):
        if not lines[run[0]].strip("-–—― \xa0"):
            if len(run) > LONGEST_SIGNATURE:
                result.kept.update(range(run[0], run[-1] + 1))
            elif len(run) > 1:
                result.notes.append(f"A signature was cut ({_excerpt(lines, run[1:])}).")
        elif not all(quoting.is_footer(quoting.plain(lines[number])) for number in run):
            result.notes.append(f"An earlier mail quoted here was cut ({_excerpt(lines, run)}).")
    return result


def _kept(lines: Sequence[str]) -> set[int]:
    """The numbers of the lines that `typed_part` keeps, blank ones among them."""
    typed = [line for line in typed_part("\n".join(lines)).split("\n") if line.strip()]
    kept: set[int] = set()
    at = 0
    for number, line in enumerate(lines):
        if at < len(typed) and line.rstrip() == typed[at]:
            kept.add(number)
            at += 1
        elif not line.strip():
            kept.add(number)
    return kept if at == len(typed) else set(range(len(lines)))


def _runs_of_words(lines: Sequence[str], kept: set[int]) -> list[list[int]]:
    """The lines that go, in runs that only empty lines interrupt."""
    said = [number for number, line in enumerate(lines) if line.strip()]
    places = {number: place for place, number in enumerate(said)}
    gone = [places[number] for number in said if number not in kept]
    return [[said[place] for place in run] for run in _runs(gone)]


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _excerpt(lines: Sequence[str], numbers: Sequence[int]) -> str:
    words = clean_line(" ".join(lines[number] for number in numbers[:3]))
    return f"“{cut_at_word(words, _EXCERPT)}”"


# What every mail carries -----------------------------------------------------------------------


def _cut_paragraphs(lines: Sequence[str], result: Trimmed) -> None:
    paragraphs = _paragraphs(lines, result.kept)
    last = len(paragraphs) - _LAST_PARAGRAPHS
    for place, numbers in enumerate(paragraphs):
        words = " ".join(lines[number] for number in numbers).casefold()[:5000]
        first, late = place < _FIRST_PARAGRAPHS, place >= max(last, 1)
        kind = _kind(words, first=first, late=late)
        if kind is None or len(paragraphs) == 1:
            continue
        result.kept.difference_update(numbers)
        result.notes.append(f"{kind} was cut ({_excerpt(lines, numbers)}).")


def _kind(words: str, *, first: bool, late: bool) -> str | None:
    if first and len(words) < _SHORT and any(mark in words for mark in _BANNERS):
        return "A warning of a mail service"
    if late and _is_disclaimer(words):
        return "A disclaimer"
    short = len(words) < _SHORT / 2
    if (first or late) and short and any(mark in words for mark in _NEWSLETTER):
        return "The footer of another newsletter"
    return None


def _paragraphs(lines: Sequence[str], kept: set[int]) -> list[list[int]]:
    said = [number for number in sorted(kept) if lines[number].strip()]
    return _runs(said)


def _is_disclaimer(words: str) -> bool:
    if any(mark in words for mark in _ALONE):
        return True
    return len(words) > 80 and any(
        sum(mark in words for mark in language) >= _MARKS_TOGETHER for language in _LANGUAGES
    )
