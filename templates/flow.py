"""Sets plain text: paragraphs filled to 72 columns, strangers' lines kept as they were written.

Pure functions over strings. What a person wrote is never joined into our sentences: it comes
through ``keep`` line by line, or as one line inside a paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from templates.slots import without_slots

COLUMNS = 72

KEPT = "\x02"
"""Marks a line that is already set. No value can hold it: ``clean`` takes control characters."""
MORE = "\x03"
"""Behind KEPT: the line goes on with the one before it, from which it was wrapped."""

# Line separators and the bidirectional overrides go too: they let a name redraw the line.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BULLET = re.compile(r"\s{0,8}(?:[-*•–]|\d{1,3}[.)]|\x00number\x00\.)\s+")
_FIXED = re.compile("-{10,}|\x00[a-z_]+\x00")


class Kept(str):
    """Lines that ``keep`` has set: the only value that may have more than one line."""


def clean(text: str) -> str:
    """``text`` without control characters but tab and line feed, and fit to be encoded."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """``text`` cleaned, every run of white space one space: fit for a subject or a sentence.

    What looks like an encoded word (RFC 2047 §2) is taken apart: it was decoded once when it came,
    and the ``email`` package would decode it again, and break on what is in it.
    """
    words = " ".join(clean(re.sub("[\x85\u2028\u2029]", " ", text)).split())
    return words.replace("=?", "= ?")


def keep(text: str) -> Kept:
    """A person's own lines, each wrapped by itself, marked so that ``flow`` leaves them alone."""
    lines: list[str] = []
    for line in clean(text).expandtabs(4).strip("\n").split("\n"):
        first, *more = _wrap(line, limit_indent=8)
        lines += [first, *(MORE + one for one in more)]
    return Kept("\n".join(KEPT + line for line in _single_blanks(lines)))


def flow(text: str) -> str:
    """Our own text with its values in place: filled to 72 columns, one blank line at most.

    Lines that follow each other make a paragraph. A line stays by itself when it is indented,
    begins with a bullet or number, is a rule of dashes or a slot, or comes from ``keep``.
    """
    lines: list[str] = []
    for paragraph in paragraphs(text):
        if paragraph.startswith(KEPT):
            lines.append(paragraph[1:].removeprefix(MORE))
        else:
            lines.extend(_wrap(paragraph))
    return "\n".join(_single_blanks(lines)).strip("\n") + "\n"


def paragraphs(text: str) -> Iterator[str]:
    """The text's paragraphs, each on one line, blank ones too; kept lines as they are marked."""
    current = ""
    for line in text.split("\n"):
        if current and _continues(current, line):
            current = f"{current} {line.strip()}"
            continue
        yield current
        current = line.rstrip()
    yield current


def _continues(paragraph: str, line: str) -> bool:
    if not line.strip() or line.startswith(KEPT) or paragraph.startswith(KEPT):
        return False
    if any(_FIXED.fullmatch(one) or _BULLET.match(one) for one in (paragraph, line)):
        return False
    return not line.startswith("  ") and not paragraph.startswith("  ")


def _wrap(line: str, limit_indent: int = COLUMNS // 2) -> list[str]:
    """One logical line as lines of at most 72 columns; later lines hang under its first word."""
    if not line.strip():
        return [""]
    indent = " " * min(len(line) - len(line.lstrip()), limit_indent)
    bullet = _BULLET.match(line)
    hang = indent + " " * _width(bullet.group().lstrip()) if bullet else indent
    room = COLUMNS - len(hang)
    words = line.split()
    if line.isascii() and "\x00" not in line and max(map(len, words)) <= room:
        return _filled(" ".join(words), indent, hang)
    lines: list[str] = []
    current, filled = indent, False
    for word in _words(words, room):
        if filled and _width(current) + 1 + _width(word) > COLUMNS:
            lines.append(current)
            current, filled = hang, False
        current += f" {word}" if filled else word
        filled = True
    return [*lines, current]


def _filled(text: str, indent: str, hang: str) -> list[str]:
    """The same for plain words that all fit: what most lines are, and many times faster."""
    lines: list[str] = []
    start, before = 0, indent
    while len(text) - start > COLUMNS - len(before):
        end = text.rfind(" ", start, start + COLUMNS - len(before) + 1)
        lines.append(before + text[start:end])
        start, before = end + 1, hang
    return [*lines, before + text[start:]]


def _words(words: Iterable[str], room: int) -> Iterator[str]:
    """Words, of which one too long for a line is cut unless it is an address or a link."""
    for word in words:
        if _width(word) <= room or "://" in word or "@" in word:
            yield word
        else:
            yield from _cut(word, room)


def _cut(word: str, room: int) -> Iterator[str]:
    # A wide character takes two columns, so half the room always fits.
    step = room if word.isascii() else max(1, room // 2)
    before_slot = word.partition("\x00")[0]
    cut = max(0, (len(before_slot) - 1) // step * step)
    for start in range(0, cut, step):
        yield word[start : start + step]
    yield word[cut:]


def _width(text: str) -> int:
    """Columns on a terminal: two for East Asian wide characters, none for combining marks."""
    text = without_slots(text) if "\x00" in text else text
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _single_blanks(lines: list[str]) -> Iterator[str]:
    blank = False
    for line in lines:
        if line or not blank:
            yield line
        blank = not line
