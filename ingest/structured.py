"""Reads structured header fields (RFC 5322 §3.2) into pieces: words, quoted strings, comments.

One pass from left to right and no recursion, so nested comments and endless quotes cost nothing.
What the pieces mean is not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "quoted", "comment", "special"]

_SPACE = re.compile(r"[ \t\r\n]+")
_WORD = re.compile(r'[^ \t\r\n()<>\[\]:;@\\,"=/\x00-\x1f\x7f]+')
_SPECIALS = frozenset("<>[]:;@,=/")
_QUOTED_RUN = re.compile(r'[^"\\]+')
_COMMENT_RUN = re.compile(r"[^()\\]+")


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    text: str
    """Without quotes, brackets and backslashes; a special is one character."""
    spaced: bool
    """True when white space or a comment stands before it."""


class Unclosed(ValueError):
    """A quote or bracket that never ends, or a character that may not stand there."""


def pieces(value: str) -> list[Piece]:
    """The pieces of a field's value in order. Raises Unclosed.

    "=" and "/" are specials too, as RFC 8601 needs; where they are none, "word" pieces that are
    not ``spaced`` belong together.
    """
    found: list[Piece] = []
    at, spaced = 0, False
    while at < len(value):
        if space := _SPACE.match(value, at):
            at, spaced = space.end(), True
            continue
        kind, text, at = _next(value, at)
        found.append(Piece(kind, text, spaced))
        spaced = kind == "comment"
    return found


def _next(value: str, at: int) -> tuple[Kind, str, int]:
    if value[at] == '"':
        return "quoted", *_quoted(value, at + 1)
    if value[at] == "(":
        return "comment", *_comment(value, at + 1)
    if word := _WORD.match(value, at):
        return "word", word[0], word.end()
    if value[at] in _SPECIALS:
        return "special", value[at], at + 1
    raise Unclosed(f"unexpected {value[at]!r}")


def _quoted(value: str, at: int) -> tuple[str, int]:
    text: list[str] = []
    while at < len(value):
        if run := _QUOTED_RUN.match(value, at):
            text.append(run[0])
            at = run.end()
        elif value[at] == '"':
            return "".join(text), at + 1
        else:
            text.append(value[at + 1 : at + 2])
            at += 2
    raise Unclosed("a quote without end")


def _comment(value: str, at: int) -> tuple[str, int]:
    text: list[str] = []
    depth = 1
    while at < len(value):
        if run := _COMMENT_RUN.match(value, at):
            text.append(run[0])
            at = run.end()
            continue
        depth += {"(": 1, ")": -1}.get(value[at], 0)
        if depth == 0:
            return "".join(text), at + 1
        step = 2 if value[at] == "\\" else 1
        text.append(value[at + step - 1 : at + step])
        at += step
    raise Unclosed("a comment without end")
