"""Matches what was typed with the words of a language: alone on a line, or at its beginning.

Works on one line at a time, in time proportional to its length. What a word means is not known.
"""

from __future__ import annotations

import re
from functools import cache

from moderation.words import fold, known, words

LONGEST_LINE = 1000
MOST_WORDS = 8
"""Longer lines are no single words, so nobody's spelling is mended in them."""
SHORTEST_MENDED = 5
"""Letters: among shorter words one letter makes another word, such as "no" and "now"."""


def stands_alone(line: str, kind: str, names: frozenset[str], language: str) -> bool:
    """Whether the line is made of words of that kind and of what may stand beside them.

    ``names`` are the folded words with which people sign. A question is never plain.
    """
    if "?" in line and line.strip() != "?":
        return False
    text = spelled(line, language)
    before = words(language, "before") | words(language, "greetings") | names
    after = before | words(language, "beside") | words(language, f"beside_{kind}")
    begun = False
    while text:
        word = beginning(text, words(language, kind))
        begun = begun or bool(word)
        word = word or beginning(text, after if begun else before)
        if not word:
            return False
        text = text[len(word) :].strip()
    return begun


_BETWEEN = re.compile(r"[^\w'\s👍✅✔☑👎❌?.]|(?<!\w)\.|\.(?!\w)")


def spelled(line: str, language: str) -> str:
    """The words of the line, folded, without punctuation, small slips of the keys mended."""
    found = _BETWEEN.sub(" ", fold(line[:LONGEST_LINE])).split()
    if len(found) <= MOST_WORDS:
        found = [_mended(word, language) for word in found]
    return " ".join(found)


def _mended(word: str, language: str) -> str:
    """ "aprove" is approve and "yesss" is yes; a word that we know stays what it is."""
    if word in known(language):
        return word
    short = re.sub(r"(.)\1{2,}", r"\1", word)
    if short in known(language):
        return short
    if len(word) < SHORTEST_MENDED or not word.isalpha():
        return word
    near = {kind: choice for choice, kind in _mendable(language) if _one_slip(word, choice)}
    return next(iter(near.values())) if len(near) == 1 else word


@cache
def _mendable(language: str) -> tuple[tuple[str, str], ...]:
    """Words that a slip of the keys leaves readable, each with its kind."""
    kinds = ("yes", "no", "spam", "undo", "urgent", "waiting", "cancel", "correct")
    every = ((word, kind) for kind in kinds for word in sorted(words(language, kind)))
    return tuple(one for one in every if len(one[0]) >= SHORTEST_MENDED and one[0].isalpha())


def _one_slip(typed: str, meant: str) -> bool:
    """One letter left out, doubled, changed or swapped with its neighbour; not another end, which
    makes other words, such as "approver"."""
    if typed[0] != meant[0] or abs(len(typed) - len(meant)) > 1:
        return False
    pairs = enumerate(zip(typed, meant, strict=False))
    first = next((number for number, pair in pairs if pair[0] != pair[1]), None)
    if first is None:
        return len(typed) < len(meant)
    rest, right = typed[first:], meant[first:]
    swapped = rest[:2] == right[1::-1] and rest[2:] == right[2:] and len(right) > 1
    changed = rest[1:] == right[1:] and len(right) > 1
    return changed or rest[1:] == right or rest == right[1:] or swapped


def beginning(text: str, choices: frozenset[str]) -> str:
    """The longest of the choices that ``text`` begins with as whole words, or ""."""
    fitting = [word for word in choices if text.startswith(word) and _ends_at(text, len(word))]
    return max(fitting, key=len, default="")


def _ends_at(text: str, end: int) -> bool:
    return end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum())


def after(line: str, kind: str, language: str) -> str | None:
    """What follows a word of that kind at the beginning of the line; None without such a word."""
    text = without_opening(line.strip(), language)
    word = beginning(fold(text[:LONGEST_LINE]), words(language, kind))
    return text[len(word) :] if word else None


def without_opening(text: str, language: str) -> str:
    """Without the "Sorry, " or "Hi, " before a word."""
    openings = words(language, "before") | words(language, "greetings")
    head, rest = text[:LONGEST_LINE], text[LONGEST_LINE:]
    while word := beginning(fold(head), openings):
        head = head[len(word) :].lstrip(" ,.!–—-")
    return head + rest


def tokens(text: str) -> list[str]:
    return re.findall(r"[\w']+", fold(text))
