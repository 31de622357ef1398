"""Attached files that are text: calendars lose the addresses of those invited, rich text its
author and objects, plain text nothing but control characters."""

from __future__ import annotations

import re

from ingest.characters import clean_text
from ingest.refusals import Refusal

_FOLD = re.compile(r"\r?\n[ \t]")
_PRIVATE_LINE = re.compile(
    r"(?:ATTENDEE|ORGANIZER|ATTACH|CONTACT|X-(?:MS|ALT|MICROSOFT|WR|APPLE|GOOGLE|LOTUS|ZIMBRA)"
    r"|REQUEST-STATUS|COMMENT)[-A-Z]*[;:]",
    re.IGNORECASE,
)
_METHOD = re.compile(r"METHOD[;:].*", re.IGNORECASE)
_CALENDAR_LINE = 75
"""Octets in a line of a calendar (RFC 5545 §3.1)."""


def as_text(content: bytes) -> str | None:
    """The content as text, or None when it is none: UTF-8 or UTF-16 by its mark, else Windows'
    western letters."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if b"\x00" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def is_calendar(text: str) -> bool:
    return text.lstrip("\ufeff \r\n")[:15].upper() == "BEGIN:VCALENDAR"


def clean_calendar(text: str) -> bytes:
    """The calendar (RFC 5545) as something to note, not an invitation to answer: without those
    invited, alarms, attached files and the makers' own lines."""
    kept: list[str] = []
    alarm = False
    for line in _FOLD.sub("", clean_text(text).replace("\n", "\r\n")).splitlines():
        upper = line.strip().upper()
        if upper == "BEGIN:VALARM":
            alarm = True
        elif upper == "END:VALARM":
            alarm = False
        elif not alarm and line.strip() and not _PRIVATE_LINE.match(line):
            kept.append("METHOD:PUBLISH" if _METHOD.fullmatch(line) else line)
    return "".join(_folded(line) for line in kept).encode()


def _folded(line: str) -> str:
    pieces, piece, size = [], "", 0
    for character in line:
        width = len(character.encode("utf-8", "replace"))
        if size + width > _CALENDAR_LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece += character
        size += width
    return "\r\n".join([*pieces, piece]) + "\r\n"


# Rich text -------------------------------------------------------------------------------------

_RICH_PROGRAM = re.compile(
    rb"\\(?:objdata|objemb|objlink|objautlink|objupdate|objocx|objclass|object)(?![a-z])|\\bin[0-9]"
    rb"|\\field[^}]{0,200}(?:DDE|INCLUDEPICTURE|INCLUDETEXT)",
    re.IGNORECASE,
)
_RICH_NAMES = re.compile(
    rb"\{(?:\\\*)?\\(?:info|userprops|template|protusertbl|revtbl|xmlnstbl|rsidtbl|generator)(?![a-z])"
)


def is_rich_text(content: bytes) -> bool:
    return content.lstrip()[:5].lower() == b"{\\rtf"


def clean_rich_text(content: bytes) -> bytes:
    """The rich text (RTF 1.9) without the groups that name its author, its template and those
    who changed it. Raises Refusal for embedded objects."""
    if _RICH_PROGRAM.search(content):
        raise Refusal("it holds embedded objects, which could harm readers")
    kept: list[bytes] = []
    at = 0
    while match := _RICH_NAMES.search(content, at):
        kept.append(content[at : match.start()])
        at = _group_end(content, match.start())
    return b"".join([*kept, content[at:]])


_BRACE = re.compile(rb"\\[{}\\]|[{}]")


def _group_end(content: bytes, start: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(content, start):
        if brace[0] == b"{":
            depth += 1
        elif brace[0] == b"}":
            depth -= 1
            if depth == 0:
                return brace.end()
    return len(content)
