"""Reads what a reader asks for: typed words in, Wishes out. Changes nothing, knows no database.

Each line may hold one wish, and the first line must; what stands below it and is none (a name,
a signature) is passed over. What comes after a word (topics, dates, numbers) is in phrases.py, the
please and the thanks in courtesies.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from preferences import courtesies, phrases
from preferences.courtesies import plain, stands_alone
from preferences.phrases import FREQUENCIES
from preferences.spelling import nearest
from preferences.words import fold, words
from storage.records import Topic

Kind = Literal[
    "join", "stop", "change", "settings", "more", "search", "address", "data", "help", "unclear"
]

_SIMPLE: dict[str, tuple[Kind, dict[str, Any]]] = {
    "join": ("join", {}),
    "stop": ("stop", {}),
    "settings": ("settings", {}),
    "data": ("data", {}),
    "help": ("help", {}),
    "resume": ("change", {"paused_until": None}),
    "all_topics": ("change", {"topics": ()}),
    "html": ("change", {"format": "html"}),
    "plain": ("change", {"format": "plain"}),
    "large": ("change", {"format": "large"}),
    "print": ("change", {"format": "print"}),
    "short": ("change", {"length": "short"}),
    "full": ("change", {"length": "full"}),
    "included": ("change", {"attachments": "included"}),
    "linked": ("change", {"attachments": "linked"}),
    **{word: ("change", {"frequency": value}) for word, value in FREQUENCIES.items()},
}
_ONLY_SHOWN = ("settings", "data", "help")
"""What may be asked for with a question mark: it changes nothing."""
MAX_LINES = 40
MAX_LINE = 300
MAX_SEVERAL = 160
MOST_SEVERAL = 5
"""Wishes in one line, and lines of which each may hold several."""


@dataclass(frozen=True, slots=True)
class Wish:
    kind: Kind
    changes: dict[str, Any]
    """With "change" fields of Subscriber with their new values, and "also" or "without" with
    topics; "numbers" with "more", "address" with "address", "for" with "search"."""
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
    if first[0].kind == "unclear":
        return first
    rest = (
        wish
        for number, line in enumerate(lines[1:])
        for wish in _read(line, topics, today, language, several=number < MOST_SEVERAL)
    )
    return (*first, *(wish for wish in rest if wish.kind != "unclear"))


def _greets(line: str, language: str) -> bool:
    """ "Hi Postround team," or "Thanks!", and no more."""
    text = " ".join(re.findall(r"[\w']+", fold(line)))
    greeting = courtesies.beginning(text, words(language, "greetings"))
    return (bool(greeting) and len(text.split()) <= 4) or text in words(language, "polite")


def _read(
    line: str, topics: Sequence[Topic], today: date, language: str, *, several: bool = True
) -> tuple[Wish, ...]:
    """The wishes of one line, most often one; or one that is unclear."""
    folded = plain(courtesies.unsigned(line, language))
    bare = courtesies.without_courtesies(folded, language)
    if "?" in bare.strip("? "):
        return (Wish("unclear", {}, line),)
    for text in dict.fromkeys((folded, *courtesies.without_requests(folded, language))):
        if wish := _wish(text, line, topics, today, language):
            return (wish,)
    if several and (found := _several(line, topics, today, language)):
        return found
    if _leaves_and_says_why(line, language):
        return (Wish("stop", {}, line),)
    if wanted := phrases.search(bare, language):
        return (Wish("search", {"for": wanted}, line),)
    return (_misspelt(bare, line, language),)


def _wish(text: str, line: str, topics: Sequence[Topic], today: date, language: str) -> Wish | None:
    """What all of ``text`` means, which is ``line`` or the heart of it; None for nothing plain."""
    for word, (kind, changes) in _SIMPLE.items():
        may_ask = text.rstrip(" ?") if kind in _ONLY_SHOWN and text.strip("? ") else text
        more = "rest" if word in FREQUENCIES else ""
        if stands_alone(may_ask, words(language, word), language, more):
            return Wish(kind, changes, line)
    if address := phrases.new_address(line, language):
        return Wish("address", {"address": address}, line)
    if changed := _changes(text, topics, today, language):
        return Wish("change", changed, line)
    if numbers := phrases.more(text, language):
        return Wish("more", {"numbers": numbers}, line)
    return None


def _several(line: str, topics: Sequence[Topic], today: date, language: str) -> tuple[Wish, ...]:
    """ "weekly, large print": several wishes in one line, where all of it is plain. Nobody leaves
    in half a sentence, and an address has a line of its own."""
    found: list[Wish] = []
    unsigned = courtesies.unsigned(line, language)
    rest = courtesies.with_commas(unsigned) if len(line) <= MAX_SEVERAL else ""
    while rest and len(found) < MOST_SEVERAL:
        for before, after in ((rest, ""), *reversed(courtesies.parts(rest, language))):
            wish = _of_part(before, topics, today, language)
            if wish:
                found, rest = [*found, wish], after
                break
        else:
            return ()
    return () if rest else tuple(found)


def _leaves_and_says_why(line: str, language: str) -> bool:
    """ "I have retired, please remove me": a plain stop among sentences that are reasons."""
    if len(line) > MAX_SEVERAL or "?" in line:
        return False
    halves = re.sub(r"\s[-–—]\s", ", ", courtesies.unsigned(line, language))
    unsigned = courtesies.with_commas(halves)
    parts = [one.strip() for one in unsigned.split(",") if one.strip()]
    reasons = words(language, "why_stop")
    stops = [any(_stops(text, language) for text in _asked(one, language)) for one in parts]
    whys = (courtesies.beginning(one, reasons) for one in parts)
    return any(stops) and all(stop or why for stop, why in zip(stops, whys, strict=True))


def _asked(text: str, language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text, *courtesies.without_requests(text, language))))


def _stops(text: str, language: str) -> bool:
    return stands_alone(text, words(language, "stop"), language)


def _of_part(text: str, topics: Sequence[Topic], today: date, language: str) -> Wish | None:
    for tried in _asked(text, language):
        wish = _wish(tried, text, topics, today, language)
        if wish and wish.kind not in ("stop", "join", "address"):
            return wish
    return None


def _changes(line: str, topics: Sequence[Topic], today: date, language: str) -> dict[str, Any]:
    """What a line of a word and something more would change; empty for nothing."""
    if chosen := phrases.topics(line, topics, language, "topics"):
        return {"topics": chosen}
    if chosen := phrases.only(line, topics, language):
        return {"topics": chosen}
    if own := phrases.own_frequency(line, topics, language):
        return {"topic_frequencies": own}
    if pause := phrases.pause(line, today, language):
        since, until = pause
        return {"paused_until": until} | ({"paused_from": since} if since else {})
    for word in ("without", "also"):
        if chosen := phrases.topics(line, topics, language, word):
            return {word: chosen}
    if tongue := phrases.language_named(line, language) or phrases.language_alone(line):
        return {"language": tongue}
    return {}


def _misspelt(bare: str, line: str, language: str) -> Wish:
    """One of the words that stand alone, with a slip in it."""
    known = {word: own for own in _SIMPLE for word in words(language, own)}
    if found := nearest(bare, known):
        kind, changes = _SIMPLE[known[found]]
        return Wish(kind, changes, line)
    return Wish("unclear", {}, line)
