"""Reads an author's reply: typed words in, what they mean out. Knows no database."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from moderation.fields import fields_of, without_fields
from moderation.phrases import after, beginning, spelled, tokens
from moderation.typed import body_below, said_in
from moderation.words import fold, words

Kind = Literal["cancel", "correct", "polite", "unclear"]

MAX_TEXT = 100_000
ALIKE = 0.6
"""Such a share of the words of a post in a reply makes it the same text, corrected."""
FEWEST_WORDS = 8
"""A shorter reply is no whole post, whatever it shares with it."""


_PARTED = re.compile(r"((?:(?!\s[–—-]\s|[,;:.!?]|\s(?:because|as|since)\s).)*)([,;:.!?]?)(.*)")
"""What is asked, and why."""


@dataclass(frozen=True, slots=True)
class Said:
    kind: Kind
    text: str = ""
    """The new text; or, where it is unclear, all that was typed."""
    fields: dict[str, str] = field(default_factory=dict)
    """A new title, with a correction."""
    line: str = ""
    """The first line, to be quoted back."""


def read_author(
    reply: str, post_text: str = "", names: tuple[str, ...] = (), language: str = "en"
) -> Said:
    """What the newly typed part of an author's reply says about their post; ``names`` may sign it.

    A reply that has most of the words of ``post_text`` is a corrected text, also without a word
    that says so. An empty one is unclear.
    """
    lines = said_in(reply)
    while len(lines) > 1 and _greets(lines[0], language):
        lines.pop(0)
    if not lines:
        return Said("unclear")
    first = lines[0][:200]
    if _cancels(first, language):
        return Said("cancel", line=first)
    if (found := _correction(reply, lines[0], language)) is not None:
        return found
    signing = frozenset(word for name in names for word in tokens(name))
    if len(lines) <= 4 and all(_is_polite(line, signing, language) for line in lines):
        return Said("polite", line=first)
    text = _whole(reply)
    if is_alike(text, post_text):
        return Said("correct", text, line=first)
    return Said("unclear", text, line=first)


def is_alike(text: str, post_text: str) -> bool:
    """Whether ``text`` has most of the words of the post, and not many others."""
    new, old = (Counter(tokens(one[:MAX_TEXT])) for one in (text, post_text))
    most = max(new.total(), old.total())
    return old.total() >= FEWEST_WORDS and (new & old).total() >= ALIKE * most


def _greets(line: str, language: str) -> bool:
    text = " ".join(tokens(line))
    return bool(beginning(text, words(language, "greetings"))) and len(text.split()) <= 4


def _cancels(line: str, language: str) -> bool:
    """ "Sorry, could you please take it down? The date is wrong": a word, what it is about, why."""
    text, asked = fold(line).strip(), False
    before = words(language, "before") | words(language, "greetings")
    asking = words(language, "asking")
    while word := beginning(text, before | asking):
        asked = asked or word in asking
        text = text[len(word) :].lstrip(" ,.!–—-")
    head, mark, why = _PARTED.match(text).groups()  # type: ignore[union-attr]
    # "Remove this: the phone number" is about a part of it.
    if mark == ":" or (mark == "?" and not asked) or "?" in why:
        return False
    if beginning(why.lstrip(" –—-"), words(language, "doubts")):
        return False
    left = spelled(head, language)
    found = beginning(left, words(language, "cancel"))
    left = left[len(found) :].strip()
    beside = words(language, "cancelled") | words(language, "beside") | words(language, "polite")
    while left and (word := beginning(left, beside)):
        left = left[len(word) :].strip()
    return bool(found) and not left


def _correction(reply: str, first: str, language: str) -> Said | None:
    """ "Correct", alone or before a colon, with the new text below or behind it."""
    rest = after(first, "correct", language)
    if rest is None or (rest.strip(" .!*") and rest.lstrip()[:1] not in (":", "-", "–", "—")):
        return None
    found: dict[str, str] = {}
    lines = body_below(reply, first[:1000], frozenset(), language).split("\n")
    while lines and (not lines[0].strip() or not without_fields(lines[0], language).strip()):
        found |= fields_of([lines.pop(0)], language)
    behind = rest.lstrip(" .:!–—-*").rstrip(" *")
    text = "\n".join([behind, *lines] if behind else lines)[:MAX_TEXT].strip()
    return Said("correct", text, found, line=first[:200]) if text or found else None


def _is_polite(line: str, signing: frozenset[str], language: str) -> bool:
    """ "Many thanks", "Great, thank you, Bob" or a name, and nothing that somebody should read."""
    text = spelled(line, language)
    if "?" in line or any(character.isdigit() for character in text):
        return False
    kind = words(language, "polite") | words(language, "closings") | words(language, "greetings")
    known = beginning(text, kind)
    while text and (word := beginning(text, kind | signing)):
        text = text[len(word) :].strip()
    # "Thank you, Bob" ends in a name that we may not know.
    return not text or (bool(known) and len(text.split()) == 1)


def _whole(reply: str) -> str:
    lines = [line.rstrip() for line in reply.splitlines() if not fold(line).startswith(">")]
    return "\n".join(lines).strip()[:MAX_TEXT]
