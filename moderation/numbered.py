"""Reads answers by number to a mail that shows several posts: "1 yes", "2 no, not our area".

Typed words in, verdicts by number out. Which post a number means is for the caller to know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from moderation.phrases import beginning, spelled
from moderation.typed import said_in
from moderation.verdict import MAX_REASON, Verdict, read_verdict
from moderation.words import fold, words

MOST_LINES = 300
MOST_NUMBERS = 200
LONGEST = 60
"""Characters of a line like "yes to 1, 3"."""

_NUMBER = re.compile(r"#?(\d{1,4})(?:\s?[-–]\s?(\d{1,4}))?(?![\w])")
_NUMBER_BEHIND = re.compile(r"[\s,&#]+(\d{1,4})[.!]?$")


@dataclass(frozen=True, slots=True)
class Numbered:
    """What was said about which posts. One that is named twice, differently, is unclear."""

    by_number: dict[int, Verdict] = field(default_factory=dict)
    rest: Verdict | None = None
    """With "all yes": for every post of the mail that is not named by its number."""
    unclear: tuple[str, ...] = ()
    """Lines that were not understood, to be quoted back."""


def read_numbered(
    reply: str,
    names: tuple[str, ...] = (),
    topics: frozenset[str] = frozenset(),
    language: str = "en",
) -> Numbered | None:
    """What the newly typed part of a reply says by number; None when it names no number.

    ``topics`` are the folded keys and names of the list's topics, for "3 yes housing".
    """
    lines = [line[:MAX_REASON] for line in said_in(reply)[:MOST_LINES]]
    entries = _entries(lines, language)
    if not any(numbers or everything for numbers, everything, _ in entries):
        return None
    found: dict[int, Verdict] = {}
    unclear: list[str] = []
    rest: Verdict | None = None
    for numbers, everything, text in entries:
        verdict = _read(text, names, topics, language)
        if verdict.kind == "unclear":
            unclear.append(text.split("\n")[0][:200])
        if everything:
            rest = verdict if rest is None or rest == verdict else Verdict("unclear", line=text)
        for number in numbers:
            before = found.get(number)
            same = before is None or (before.kind, before.reason) == (verdict.kind, verdict.reason)
            found[number] = verdict if same else Verdict("unclear", line=verdict.line)
    return Numbered(found, rest, tuple(unclear))


def _entries(lines: list[str], language: str) -> list[tuple[list[int], bool, str]]:
    """(numbers, whether all are meant, the words with the lines that follow them)."""
    entries: list[tuple[list[int], bool, str]] = []
    for line in lines:
        numbers, everything, words_said = _split(line, language)
        if numbers or everything:
            entries.append((numbers, everything, words_said))
        elif entries:
            last = entries[-1]
            entries[-1] = (*last[:2], f"{last[2]}\n{line}")
    return entries


def _split(line: str, language: str) -> tuple[list[int], bool, str]:
    everything = beginning(fold(line), words(language, "all"))
    if everything:
        return [], True, line[len(everything) :].lstrip(_MARKS)
    numbers, text = list[int](), line
    while len(numbers) < MOST_NUMBERS:
        at = _joined(text, language)
        match = _NUMBER.match(at)
        if match is None:
            break
        numbers += _from_to(int(match[1]), int(match[2] or match[1]))
        text = at[match.end() :].lstrip(_MARKS)
    return (numbers, False, text) if numbers else _behind(line, language)


_MARKS = " :.),-–&"


def _joined(text: str, language: str) -> str:
    """Without the "and" or "number" before a number."""
    while opening := beginning(fold(text), words(language, "numbers_and")):
        text = text[len(opening) :].lstrip(" :.")
    return text


def _from_to(first: int, last: int) -> list[int]:
    return list(range(first, last + 1)) if first <= last < first + MOST_NUMBERS else []


def _behind(line: str, language: str) -> tuple[list[int], bool, str]:
    """ "yes to 1, 3": the numbers at the end, with nothing but a plain word before them."""
    text, numbers = " ".join(line[:LONGEST].split()), list[int]()
    while match := _NUMBER_BEHIND.search(text):
        numbers.insert(0, int(match[1]))
        text = text[: match.start()]
        for joining in words(language, "numbers_and"):
            text = text.removesuffix(f" {joining}")
    plain = read_verdict(text, (), language).kind in ("yes", "no", "spam", "pass", "show")
    if not numbers or len(line) > LONGEST or not plain:
        return [], False, line
    return numbers, False, text


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
