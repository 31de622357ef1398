"""Reads answers by number to a mail that shows several posts: "1 yes", "2 no, not our area".

Typed words in, verdicts by number out. Which post a number means is for the caller to know.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from moderation.number_lines import Entry, LineReader
from moderation.phrases import LONGEST_LINE, beginning, spelled
from moderation.verdict import MAX_TEXT, WITH_TEXT, Verdict, read_verdict
from moderation.words import fold, words

MOST_LINES = 1000
MOST_ENTRIES = 300


@dataclass(frozen=True, slots=True)
class Numbered:
    """What was said about which posts. One that is named twice, differently, is unclear."""

    by_number: dict[int, Verdict] = field(default_factory=dict)
    rest: Verdict | None = None
    """With "all yes": for every post of the mail that is not named by its number."""
    left: frozenset[int] = frozenset()
    """With "all yes except 3": these wait on."""
    unclear: tuple[str, ...] = ()
    """Lines that were not understood, to be quoted back."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a line names, and the lines below that belong to it."""

    entry: Entry
    below: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join((self.entry.text, *self.below))


def read_numbered(
    reply: str,
    names: tuple[str, ...] = (),
    topics: frozenset[str] = frozenset(),
    language: str = "en",
    shown: Collection[int] | None = None,
) -> Numbered | None:
    """What the newly typed part of a reply says by number; None when it names no number.

    ``topics`` are the folded keys and names of the list's topics, for "3 yes housing"; ``shown``
    are the numbers of the mail, by which "12 High Street" is known for a part of a signature.
    """

    def read(text: str) -> Verdict:
        return _read(text, names, topics, language)

    known = frozenset(shown) if shown is not None else None
    everything_said = _gather(reply[:MAX_TEXT], LineReader(read, language, known), known, language)
    if not everything_said:
        return None
    found: dict[int, Verdict] = {}
    left: set[int] = set()
    unclear: list[str] = []
    rest: Verdict | None = None
    for said in everything_said:
        verdict, entry = read(said.text), said.entry
        left.update(entry.left)
        if verdict.kind == "unclear":
            unclear.append(entry.text[:200])
        if entry.everything:
            rest = verdict if rest is None or rest == verdict else Verdict("unclear")
        for number in entry.numbers:
            before = found.get(number)
            same = before is None or (before.kind, before.reason) == (verdict.kind, verdict.reason)
            found[number] = verdict if same else Verdict("unclear", line=verdict.line)
    return Numbered(found, rest, frozenset(left - found.keys()), tuple(unclear))


def _gather(
    reply: str, reader: LineReader, shown: frozenset[int] | None, language: str
) -> list[_Said]:
    said: list[_Said] = []
    for number, line in enumerate(reply.splitlines()):
        text = line.strip()
        if text[:1] in (">", "|"):
            continue
        looked_at = text and number < MOST_LINES and len(said) < MOST_ENTRIES
        new = reader.entries(text) if looked_at else []
        if said and (not new or _goes_on(said[-1].entry, new, reader, shown, language)):
            said[-1].below.append(line.rstrip())
        else:
            said += map(_Said, new)
    return said


def _goes_on(
    last: Entry, new: list[Entry], reader: LineReader, shown: frozenset[int] | None, language: str
) -> bool:
    """Whether a line that begins with a number belongs to what is said above it: "10 June, 2 pm"
    in a new text, or the street in a signature."""
    if any(entry.everything for entry in new) or reader.are_clear(new):
        return False
    if shown is not None and not any(shown.intersection(entry.numbers) for entry in new):
        return True
    above = fold(last.text[:LONGEST_LINE])
    return any(beginning(above, words(language, kind)) for kind in WITH_TEXT)


def _read(text: str, names: tuple[str, ...], topics: frozenset[str], language: str) -> Verdict:
    verdict = read_verdict(text, names, language)
    if verdict.kind != "unclear":
        return verdict
    first, _, rest = text.partition("\n")
    word = beginning(spelled(first, language), words(language, "yes"))
    wanted = _topics_of(fold(first)[len(word) :], topics) if word else []
    if not wanted:
        return verdict
    plain = read_verdict(f"{word}\n{rest}", names, language)
    return replace(plain, fields=plain.fields | {"topics": ", ".join(wanted)}, line=first)


def _topics_of(text: str, topics: frozenset[str]) -> list[str]:
    """The topics that ``text`` is made of, and of nothing else; [] when there is more to it."""
    found: list[str] = []
    text = text.strip(" ,.:;-–/&")
    while text:
        topic = beginning(text, topics)
        if not topic:
            return []
        found.append(topic)
        text = text[len(topic) :].strip(" ,.:;-–/&")
        text = text.removeprefix("and ").strip()
    return found
