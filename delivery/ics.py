"""Calendar entries of posts (RFC 5545), to be put into a reader's own calendar.

An entry is the same each time it is made, so that importing it twice makes no second one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from templates.flow import clean, one_line

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Postround//Round-up//EN\nCALSCALE:GREGORIAN\n"
TAIL = "END:VCALENDAR\n"
OCTETS = 75
"""Of a line without its end; longer ones are folded (RFC 5545 §3.1)."""


def event(
    uid: str,
    day: date,
    summary: str,
    *,
    stamp: datetime,
    version: int = 1,
    where: str = "",
    words: str = "",
) -> str:
    """One entry for a whole day, as lines ending in "\\n". ``uid`` tells it from all others."""
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{version - 1}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(one_line(summary))}",
        *([f"LOCATION:{_text(one_line(where))}"] if where else []),
        *([f"DESCRIPTION:{_text(clean(words))}"] if words else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]
    return "".join(f"{_folded(line)}\n" for line in lines)


def calendar(events: str) -> str:
    """A whole file around such entries."""
    return HEAD + events + TAIL


def _text(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return value


def _folded(line: str) -> str:
    """In pieces that end between characters, each but the first after a blank."""
    pieces: list[str] = []
    piece, octets = "", 0
    for character in line:
        size = len(character.encode("utf-8", "replace"))
        if octets + size > OCTETS - (1 if pieces else 0):
            pieces.append(piece)
            piece, octets = "", 0
        piece += character
        octets += size
    return "\n ".join([*pieces, piece])
