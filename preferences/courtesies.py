"""What people write around a wish, and may be passed over: "Hello, could you … Thanks, Carol".

Lines are folded and plain (see ``plain``) where nothing else is said. Pure, and linear in what
strangers write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from preferences.words import fold, words

MOST_PARTS = 4
"""Each way of parting a line costs."""
_NAME = re.compile(r"[,.!]? [A-Z][\w'’-]{1,30}(?: [A-Z][\w'’-]{1,30})?[.!]?\Z")
_PARTING = re.compile(r" ?[,&+] ?| و(?=\w)| (\w+)(?= )")


def plain(line: str) -> str:
    """Folded, without the punctuation that ends a word; dates and lists keep theirs."""
    text = re.sub(r"[!;:\"()]|(?<!\d)\.|\.(?!\d)", " ", fold(line))
    return " ".join(text.split())


def stands_alone(line: str, own: frozenset[str], language: str, more: str = "") -> bool:
    """Whether the line is one of the words and what may stand beside it, and no question.

    ``more`` names further words that may stand there.
    """
    text, found = " ".join(line.replace(",", " ").split()), False
    if "?" in text and text != "?":
        return False
    beside = _beside(language, more)
    while text:
        word = beginning(text, own)
        found = found or bool(word)
        word = word or beginning(text, beside)
        if not word:
            return False
        text = text[len(word) :].strip()
    return found


@cache
def _beside(language: str, more: str) -> frozenset[str]:
    kinds = ("beside", "polite", "greetings", *filter(None, (more,)))
    return frozenset(word for kind in kinds for word in words(language, kind))


def unsigned(line: str, language: str) -> str:
    """Without a name behind the thanks: "stop, thank you, Carol"."""
    found = _NAME.search(line)
    if found is None:
        return line
    before = line[: found.start()].rstrip(" ,.!")
    return before if ending(f" {plain(before)}", words(language, "polite")) else line


def without_courtesies(line: str, language: str) -> str:
    """Without the "please" before and the "thanks" after."""
    polite = words(language, "polite") | words(language, "greetings")
    while word := beginning(line, polite):
        line = line[len(word) :].lstrip(" ,")
    while word := ending(line, polite):
        line = line[: -len(word)].rstrip(" ,")
    return line


def without_requests(line: str, language: str) -> Iterator[str]:
    """Without courtesies; then without "can you" before and, where it is asked so, the "?" behind;
    then without "send me", too."""
    line = without_courtesies(line, language)
    yield line
    asks, polite = words(language, "asks"), words(language, "polite")
    if beginning(line, asks):
        line = without_courtesies(line.rstrip(" ?"), language)
    for before in (asks | polite, asks | polite | words(language, "requests")):
        while word := beginning(line, before):
            line = line[len(word) :].lstrip(" ,")
        yield line


def with_commas(line: str) -> str:
    """Plain, with a comma wherever a sentence or a half of one ends."""
    return plain(re.sub(r"[;.](?!\d)|(?<!\d)[;.]", ",", fold(line))).strip(" ,")


def parts(line: str, language: str) -> list[tuple[str, str]]:
    """The line parted at its first comma, full stop or "and", at its second, and so on: what stands
    before, and the rest."""
    joining = words(language, "and_then")
    found = []
    for match in _PARTING.finditer(line):
        if match[1] is None or match[1] in joining:
            before, rest = line[: match.start()], line[match.end() :]
            while word := beginning(rest, joining):
                rest = rest[len(word) :].lstrip(" ,")
            if before.strip() and rest.strip():
                found.append((before.strip(), rest.strip()))
    return found[:MOST_PARTS]


def beginning(text: str, known: frozenset[str]) -> str:
    """The longest of ``known`` with which the text begins, as a whole word; "" for none."""
    fitting = [word for word in known if text == word or text.startswith((f"{word} ", f"{word},"))]
    return max(fitting, key=len, default="")


def ending(text: str, known: frozenset[str]) -> str:
    """The longest of ``known`` with which the text ends, as a whole word; "" for none."""
    fitting = [word for word in known if text.endswith((f" {word}", f",{word}"))]
    return max(fitting, key=len, default="")
