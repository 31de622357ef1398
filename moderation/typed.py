"""The lines that somebody typed: what is looked at, and the text below a word."""

from __future__ import annotations

import re

from moderation.phrases import beginning, tokens
from moderation.words import words

LONGEST_SIGNATURE = 10
"""Lines below a moderator's name that may be their signature."""


def said_in(reply: str) -> list[str]:
    """The lines with words in them, without blanks at their ends and without quoted ones."""
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    return [line for line in lines if line[0] not in ">|"]


def body_below(reply: str, first: str, signing: frozenset[str], language: str) -> str:
    """The text below the line ``first``, with its blank lines, without whoever signs it.

    It ends at a line that says so, or where the moderator takes leave with their own name: these
    words go out as somebody else's. ``signing`` are the words of the moderators' names.
    """
    lines = reply.splitlines()
    at = next((n for n, line in enumerate(lines) if line.strip().startswith(first)), -1)
    kept = [line.rstrip() for line in lines[at + 1 :] if not line.lstrip().startswith(">")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_unsigned(kept, signing, language))).strip()


def before_signature(lines: list[str], signing: frozenset[str], language: str) -> list[str]:
    """The ``lines`` above those with which the moderator takes leave, under whatever name."""
    for number, line in enumerate(lines[:-1]):
        if _only_takes_leave(line, language) and _looks_like_a_name(lines[number + 1]):
            return _unsigned(lines[:number], signing, language)
    return _unsigned(lines, signing, language)


def _only_takes_leave(line: str, language: str) -> bool:
    return " ".join(tokens(line)) in words(language, "closings")


def _looks_like_a_name(line: str) -> bool:
    """ "Rob", "R. Baker", "Siân (hi)": a few words with capitals, and no sentence."""
    said = line.strip(" ,-").split()
    return 0 < len(said) <= 4 and said[0][:1].isupper() and line.rstrip()[-1:] not in ".?!:"


def _unsigned(lines: list[str], signing: frozenset[str], language: str) -> list[str]:
    for number, line in enumerate(lines):
        text = " ".join(tokens(line))
        if text in words(language, "end"):
            return lines[:number]
        below = len(lines) - number
        if 0 < below <= LONGEST_SIGNATURE and _signs(lines[number:], signing, language):
            return lines[:number]
    return lines


def _signs(lines: list[str], signing: frozenset[str], language: str) -> bool:
    """ "Kind regards," and "Bob", or "Bob" alone, with nothing but a signature below."""
    said = [tokens(line) for line in lines if line.strip()]
    if not said:
        return False
    closing = beginning(" ".join(said[0]), words(language, "closings"))
    rest = " ".join(said[0])[len(closing) :].split() if closing else said[0]
    name = rest or (said[1] if closing and len(said) > 1 else [])
    return bool(set(name) & signing) and set(name) <= signing | words(language, "beside_names")
