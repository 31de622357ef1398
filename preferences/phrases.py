"""Reads what stands on one line beside a wish's word: topics, dates, numbers, an address.

Lines are folded and plain (see ``courtesies.plain``) but for addresses. Pure, and linear in what
strangers write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from delivery import times
from preferences.courtesies import beginning, ending, plain, stands_alone, without_courtesies
from preferences.pauses import Pause, read_pause
from preferences.spelling import nearest
from preferences.tongues import OWN_NAMES, read_language
from preferences.words import LANGUAGES, fold, ordered, words
from storage.records import Frequency, Topic

FREQUENCIES: dict[str, Frequency] = {
    "straight_away": "straight away",
    "daily": "daily",
    "weekly": "weekly",
    "monthly": "monthly",
}
MOST_BETWEEN = 2
"""Words between "my address" and the address."""
ADDRESS = re.compile(r"[^\s<>\"(),:;@\[\]\\\\]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def topics(
    line: str, known_topics: Sequence[Topic], language: str, begin: str
) -> tuple[int, ...] | None:
    """The ids after the word ("topics", "without" or "also"), or None when the line does not name
    topics that we all know."""
    word = beginning(line, words(language, begin))
    if not word:
        return None
    known, between = _names(known_topics), words(language, "between_topics")
    chosen: list[int] = []
    rest = " ".join(re.sub(r"[,&+]", " ", line[len(word) :]).split())
    while tail := ending(rest, words(language, "tails")):
        rest = rest[: -len(tail)].rstrip()
    while rest:
        # A topic's own name may hold an "and": the longest name is looked for first.
        first = rest.split(" ", 1)[0]
        name = beginning(rest, frozenset(known))
        if not name and (joined := _joined(rest, known, language)):
            rest = joined
            continue
        meant = name or nearest(first, known)
        if not meant and first not in between:
            return None
        chosen += [known[meant]] if meant else []
        rest = rest[len(name or first) :].strip()
    return tuple(dict.fromkeys(chosen)) or None


def _joined(rest: str, known: Mapping[str, int], language: str) -> str:
    """What begins with one of ``known`` behind an "and" that is written as one word with it."""
    for word in ordered(language, "joined") if language in LANGUAGES else ():
        if rest.startswith(word) and beginning(rest[len(word) :], frozenset(known)):
            return rest[len(word) :]
    return ""


def own_frequency(
    line: str, known_topics: Sequence[Topic], language: str
) -> dict[int, Frequency] | None:
    """ "jobs daily": one topic at its own frequency."""
    known = _names(known_topics)
    name = beginning(line, frozenset(known))
    if not name:
        return None
    for word, frequency in FREQUENCIES.items():
        if stands_alone(line[len(name) :].lstrip(" ,"), words(language, word), language, "rest"):
            return {known[name]: frequency}
    return None


def more(line: str, language: str) -> tuple[int, ...]:
    """ "more 3", "more 2 and 5 please": the numbers of items."""
    begin = beginning(line, words(language, "more"))
    return _numbers(line[len(begin) :], words(language, "between_numbers")) if begin else ()


def choices(text: str, language: str) -> tuple[int, ...]:
    """The numbers in "2", "1, 4", "1 and 4 please": choices from a menu; () when the first line
    is anything else. Further lines count while they too hold numbers only."""
    numbers: tuple[int, ...] = ()
    lines = [line for line in text.splitlines()[:40] if line.strip()]
    for line in lines:
        bare = without_courtesies(plain(line[:300]).rstrip(" ."), language)
        found = _numbers(bare, words(language, "between_choices"))
        if not found:
            break
        numbers += found
    return numbers


def pause(line: str, today: date, language: str) -> Pause | None:
    begin = beginning(line, words(language, "pause"))
    if not begin:
        return None
    said, last = line[len(begin) :].strip(), begin.split()[-1]
    # "Pause from Monday" says no end, and "pause for December" is no pause until then.
    meant = times.words(language, "from") | times.words(language, "during")
    return read_pause(f"{last} {said}" if last in meant else said, today, language)


def language_named(line: str, language: str) -> str:
    """ "language arabic", "in arabic": the language's code, or ""."""
    begin = beginning(line, words(language, "language"))
    named = line[len(begin) :].strip()
    # "in it" names no language, though "it" is the code of one; "language it" does.
    by_code = len(named) < 4 and named.isascii()
    return "" if not begin or (by_code and len(begin) < 3) else read_language(named)


def new_address(line: str, language: str) -> str:
    """ "new address carol@new.example": the address as it was typed, or ""."""
    folded = without_courtesies(fold(line).replace(":", " ").strip(), language)
    word = beginning(" ".join(folded.split()), words(language, "new_address"))
    found = ADDRESS.findall(line)
    if not word or len(found) != 1:
        return ""
    # "Use the form or write to help@council.example" is no new address.
    between = folded.partition(fold(found[0]))[0].split()[len(word.split()) :]
    return "" if len(between) > MOST_BETWEEN else str(found[0]).rstrip(".")


def only(line: str, known_topics: Sequence[Topic], language: str) -> tuple[int, ...] | None:
    """ "housing only": the ids, as of "only housing"."""
    word = ending(line, words(language, "only"))
    if not word:
        return None
    begin = next(iter(sorted(words(language, "topics"))))
    return topics(f"{begin} {line[: -len(word)].strip(' ,')}", known_topics, language, "topics")


def language_alone(line: str) -> str:
    """ "Arabic": the code of a language that many people know by its name, or ""."""
    found = read_language(line) if len(line) > 3 or not line.isascii() else ""
    return found if found in OWN_NAMES else ""


def search(line: str, language: str) -> str:
    """ "search housing advice": what is looked for, or ""."""
    begin = beginning(line, words(language, "search"))
    return line[len(begin) :].strip() if begin else ""


def _names(known_topics: Sequence[Topic]) -> dict[str, int]:
    """The names as they stand in a line, where commas and the like are gone."""
    return {
        " ".join(re.sub(r"[,&+]", " ", plain(name)).split()): topic.id
        for topic in known_topics
        for name in (topic.key, topic.name)
    }


def _numbers(rest: str, between: frozenset[str]) -> tuple[int, ...]:
    # Word by word: a pattern for all of it would take for ever on a line made to be slow.
    found = re.sub(r"[,#&+.]|\bو(?=\d)", " ", rest).split()
    numbers = tuple(int(word) for word in found if word.isdecimal() and len(word) < 5)
    return numbers if all(word.isdecimal() or word in between for word in found) else ()
