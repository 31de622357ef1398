"""Reads what a reader asks for: typed words in, Wishes out. Changes nothing, knows no database.

Each line may hold one wish, and the first line must; what stands below it and is none (a name,
a signature) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from preferences.until import read_until
from preferences.words import fold, words
from storage.records import Topic

Kind = Literal["join", "stop", "change", "settings", "more", "help", "unclear"]

_FREQUENCIES = {
    "straight_away": "straight away",
    "daily": "daily",
    "weekly": "weekly",
    "monthly": "monthly",
}
_SIMPLE: dict[str, tuple[Kind, dict[str, Any]]] = {
    "join": ("join", {}),
    "stop": ("stop", {}),
    "settings": ("settings", {}),
    "help": ("help", {}),
    "resume": ("change", {"paused_until": None}),
    "all_topics": ("change", {"topics": ()}),
    "html": ("change", {"format": "html"}),
    "plain": ("change", {"format": "plain"}),
    **{word: ("change", {"frequency": value}) for word, value in _FREQUENCIES.items()},
}
MAX_LINES = 40
MAX_LINE = 300


@dataclass(frozen=True, slots=True)
class Wish:
    kind: Kind
    changes: dict[str, Any]
    """Fields of Subscriber with their new values, with "change"; "numbers" with "more"."""
    line: str = ""
    """The line that was read, to be quoted back when it was unclear."""


def read_wishes(
    text: str, topics: Sequence[Topic], today: date, language: str = "en"
) -> tuple[Wish, ...]:
    """The wishes in ``text``, the newly typed part of a letter, in order; never empty.

    ``topics`` are the list's, ``today`` is the list's local date. When the first line that does
    not greet is no wish, the answer is one unclear Wish: nothing shall be changed by chance.
    """
    lines = [line.strip(" \t*•-")[:MAX_LINE] for line in text.splitlines()]
    lines = [line for line in lines if line and line[0] not in ">|"][:MAX_LINES]
    while len(lines) > 1 and _greets(lines[0], language):
        lines.pop(0)
    if not lines:
        return (Wish("unclear", {}),)
    first = _read(lines[0], topics, today, language)
    if first.kind == "unclear":
        return (first,)
    rest = (_read(line, topics, today, language) for line in lines[1:])
    return (first, *(wish for wish in rest if wish.kind != "unclear"))


def _greets(line: str, language: str) -> bool:
    """ "Hi Postround team," or "Thanks!", and no more."""
    text = " ".join(re.findall(r"[\w']+", fold(line)))
    greeting = _beginning(text, words(language, "greetings"))
    return (bool(greeting) and len(text.split()) <= 4) or text in words(language, "polite")


def _read(line: str, topics: Sequence[Topic], today: date, language: str) -> Wish:
    folded = _plain(line)
    if "?" in folded.strip("? "):
        return Wish("unclear", {}, line)
    for word, (kind, changes) in _SIMPLE.items():
        if _stands_alone(folded, words(language, word), language):
            return Wish(kind, changes, line)
    folded = _without_courtesies(folded, language)
    chosen = _topics(folded, topics, language)
    if chosen is not None:
        return Wish("change", {"topics": chosen}, line)
    own = _own_frequency(folded, topics, language)
    if own:
        return Wish("change", {"topic_frequencies": own}, line)
    if numbers := _more(folded, language):
        return Wish("more", {"numbers": numbers}, line)
    paused_until = _pause(folded, today, language)
    if paused_until:
        return Wish("change", {"paused_until": paused_until}, line)
    return Wish("unclear", {}, line)


def _plain(line: str) -> str:
    """Folded, without the punctuation that ends a word; dates and lists keep theirs."""
    text = re.sub(r"[!;:\"()]|(?<!\d)\.|\.(?!\d)", " ", fold(line))
    return " ".join(text.split())


def _without_courtesies(line: str, language: str) -> str:
    """Without the "please" before and the "thanks" after."""
    polite = words(language, "polite") | words(language, "greetings")
    while word := _beginning(line, polite):
        line = line[len(word) :].lstrip(" ,")
    while word := _end(line, polite):
        line = line[: -len(word)].rstrip(" ,")
    return line


def _stands_alone(line: str, own: frozenset[str], language: str) -> bool:
    """Whether the line is one of the words and what may stand beside it, and no question."""
    text, found = line.replace(",", " ").strip(), False
    if "?" in text and text != "?":
        return False
    beside = words(language, "beside") | words(language, "polite") | words(language, "greetings")
    while text:
        word = _beginning(text, own)
        found = found or bool(word)
        word = word or _beginning(text, beside)
        if not word:
            return False
        text = text[len(word) :].strip()
    return found


def _beginning(text: str, choices: frozenset[str]) -> str:
    fitting = [word for word in choices if text == word or text.startswith(word + " ")]
    return max(fitting, key=len, default="")


def _end(text: str, choices: frozenset[str]) -> str:
    fitting = [word for word in choices if text.endswith((f" {word}", f",{word}"))]
    return max(fitting, key=len, default="")


def _topics(line: str, topics: Sequence[Topic], language: str) -> tuple[int, ...] | None:
    """The ids after "topics", or None when the line does not name topics that we all know."""
    begin = _beginning(line, words(language, "topics"))
    if not begin:
        return None
    known, between = _names(topics), words(language, "between_topics")
    chosen: list[int] = []
    rest = " ".join(re.sub(r"[,&+]", " ", line[len(begin) :]).split())
    while rest:
        # A topic's own name may hold an "and": the longest name is looked for first.
        name = _beginning(rest, frozenset(known))
        if not name and rest.split()[0] not in between:
            return None
        chosen += [known[name]] if name else []
        rest = rest[len(name or rest.split()[0]) :].strip()
    return tuple(dict.fromkeys(chosen)) or None


def _own_frequency(line: str, topics: Sequence[Topic], language: str) -> dict[int, str] | None:
    """ "jobs daily": one topic at its own frequency."""
    known = _names(topics)
    name = _beginning(line, frozenset(known))
    if not name:
        return None
    for word, frequency in _FREQUENCIES.items():
        if _stands_alone(line[len(name) :], words(language, word), language):
            return {known[name]: frequency}
    return None


def _names(topics: Sequence[Topic]) -> dict[str, int]:
    """The names as they stand in a line, where commas and the like are gone."""
    return {
        " ".join(re.sub(r"[,&+]", " ", _plain(name)).split()): topic.id
        for topic in topics
        for name in (topic.key, topic.name)
    }


def _more(line: str, language: str) -> tuple[int, ...]:
    """ "more 3", "more 2 and 5 please": the numbers of items."""
    begin = _beginning(line, words(language, "more"))
    if not begin:
        return ()
    # Word by word: a pattern for all of it would take for ever on a line made to be slow.
    rest = re.sub(r"[,#&]", " ", line[len(begin) :]).split()
    between = words(language, "between_numbers")
    numbers = tuple(int(word) for word in rest if word.isdecimal() and len(word) < 5)
    return numbers if all(word.isdecimal() or word in between for word in rest) else ()


def _pause(line: str, today: date, language: str) -> date | None:
    begin = _beginning(line, words(language, "pause"))
    return read_until(line[len(begin) :].strip(), today, language) if begin else None
