"""Finds the sentences in a template's source, and puts others in their place. Pure.

A template looks like the letter that comes of it, so nothing in it marks what is to be
translated: in text every paragraph is one piece for the translators, in HTML whatever stands
between two block elements. Expressions stay in the sentences, so that a language may move them.
Not for catalogues: what a sentence is in another language, ``catalogue`` knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

Kind = Literal["text", "html"]
Translate = Callable[[str], str]

_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")
_WRAPPED = re.compile(
    r"""(?P<open>\s*<(?P<name>a|b|em|small|span|strong)\b(?:[^>"{]|"[^"]*")*>)"""
    r"(?P<inner>(?:(?!</?(?P=name)\b).)*)(?P<close></(?P=name)>\s*)",
    re.DOTALL,
)
# Tags, entities, and the attributes that a macro writes into somebody else's tag.
_NO_WORDS = re.compile(r"""<[^>]*>|&\w+;|[\w-]+="[^"]*\"""")


def kind_of(name: str) -> Kind:
    """How a template file of this name is written."""
    return "text" if name.endswith(".txt") else "html"


def translated(source: str, kind: Kind, translate: Translate) -> str:
    """``source`` with every sentence replaced by what ``translate`` makes of it.

    A translation that lacks an expression of the sentence, or has another one, is passed over:
    it would lose a name or a link, or not compile.
    """
    pieces = _text(source) if kind == "text" else _html(source)
    return "".join(
        _exchanged(piece, translate) if sentence else piece for sentence, piece in pieces
    )


def sentences(source: str, kind: Kind) -> list[str]:
    """What ``translated`` asks for, in order."""
    found: list[str] = []

    def note(sentence: str) -> str:
        found.append(sentence)
        return sentence

    translated(source, kind, note)
    return found


def expressions(sentence: str) -> list[str]:
    """The Jinja expressions and tags in a sentence, sorted."""
    return sorted(re.sub(r"\s+", " ", match) for match in _EXPRESSION.findall(sentence))


Piece = tuple[bool, str]
"""Whether it is for the translators, and the source."""


def _exchanged(piece: str, translate: Translate) -> str:
    if wrapped := _WRAPPED.fullmatch(piece):
        # An element around all of it is nothing for translators.
        return wrapped["open"] + _exchanged(wrapped["inner"], translate) + wrapped["close"]
    sentence = " ".join(piece.split())
    if not _LETTER.search(_NO_WORDS.sub("", _EXPRESSION.sub("", sentence))):
        return piece
    other = translate(sentence)
    if other == sentence or not other or expressions(other) != expressions(sentence):
        return piece
    before = piece[: len(piece) - len(piece.lstrip())]
    after = piece[len(piece.rstrip()) :]
    return before + other + after


# Text: paragraphs --------------------------------------------------------------------------------

_ALONE = re.compile(r"(?:\{%(?:(?!%\}).)*%\}\s*)+|-{4,}|", re.DOTALL)
_GOES_ON = re.compile(r"\s*\{%-? (?:elif|else|endif)\b")
_OWN_LINE = re.compile(r"\s{2,}\S|\s*(?:[-*•–]|\d{1,3}[.)]|\{\{ ?slot\('number'\) ?\}\}\.)\s")


def _text(source: str) -> Iterator[Piece]:
    position = 0
    for match in _COMMENT.finditer(source):
        yield from _paragraphs(source[position : match.start()])
        yield False, match[0]
        position = match.end()
    yield from _paragraphs(source[position:])


def _paragraphs(source: str) -> Iterator[Piece]:
    """Lines that ``flow`` will fill make one sentence; an indented or listed line is its own."""
    waiting, single = "", False
    for line in source.splitlines(keepends=True):
        bare = line.strip()
        goes_on = bool(_GOES_ON.match(line)) and not _ALONE.fullmatch(bare)
        if waiting and (goes_on or _is_open(waiting)):
            waiting += line
            continue
        heading = bare.startswith("Subject:")
        own = not bare or bool(_ALONE.fullmatch(bare)) or bool(_OWN_LINE.match(line))
        if waiting and (own or single or heading or not _is_sentence(waiting)):
            yield _is_sentence(waiting), waiting
            waiting = ""
        if heading:
            yield False, line[: line.index(":") + 1]
            line = line[line.index(":") + 1 :]
        waiting, single = waiting + line, own or heading
    if waiting:
        yield _is_sentence(waiting), waiting


def _is_sentence(lines: str) -> bool:
    return not _ALONE.fullmatch(lines.strip())


def _is_open(lines: str) -> bool:
    """Whether a tag goes on over the end of the line."""
    return lines.count("{%") > lines.count("%}") or lines.count("{{") > lines.count("}}")


# HTML: what stands between two block elements ----------------------------------------------------

_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "code", "em", "i", "kbd", "q", "small", "strong"}
) | {"span", "sub", "sup"}
_TOKEN = re.compile(
    r"""\{\#.*?\#\} | <(?:style|script|mj-style)\b.*?</(?:style|script|mj-style)>
      | \{%.*?%\} | \{\{.*?\}\} | <(?:[^>"'{]|"[^"]*"|'[^']*'|\{\{.*?\}\}|\{%.*?%\})*>""",
    re.DOTALL | re.VERBOSE,
)
_NAME = re.compile(r"</?([\w-]+)")
_ATTRIBUTE = re.compile(r'(\s(?:alt|title|aria-label|placeholder)=")([^"{]*)(")')
_BLOCKS = ("if", "elif", "else", "endif")


def _html(source: str) -> Iterator[Piece]:
    waiting = ""
    position = 0
    for match in _TOKEN.finditer(source):
        waiting += source[position : match.start()]
        position = match.end()
        token = match[0]
        if _is_inline(token, source, match):
            waiting += token
            continue
        yield True, waiting
        waiting = ""
        yield from _attributes(token)
    yield True, waiting + source[position:]


def _is_inline(token: str, source: str, match: re.Match[str]) -> bool:
    if token.startswith("{{"):
        return True
    if token.startswith("{%"):
        said = token.strip("{}%+- ").partition(" ")[0]
        return said in _BLOCKS and not _stands_alone(source, match)
    name = _NAME.match(token)
    return bool(name) and name is not None and name[1].lower() in _INLINE


def _stands_alone(source: str, match: re.Match[str]) -> bool:
    line = source[source.rfind("\n", 0, match.start()) + 1 :].partition("\n")[0]
    return not _LETTER.search(re.sub(r"<[^>]*>", "", _EXPRESSION.sub("", line)))


def _attributes(token: str) -> Iterator[Piece]:
    position = 0
    if token.startswith("<"):
        for match in _ATTRIBUTE.finditer(token):
            yield False, token[position : match.end(1)]
            yield True, match[2]
            position = match.end(2)
    yield False, token[position:]
