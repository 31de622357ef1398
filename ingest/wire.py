"""From the bytes of a DATA phase to the bytes of a letter: dots unstuffed, every line end CRLF.

Pure, and at the speed of a copy: it runs in the event loop, on what strangers send.
"""

from __future__ import annotations

import io
import re

MOST_BARE_LINE_ENDS = 1_000_000
"""A letter of 25 MiB has a third of that in lines. Mending more would hold everybody up."""

PIECE_BYTES = 256 * 1024

_HOP = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)


def to_letter(stuffed: bytes, most_bytes: int) -> bytes | None:
    """The message without its transparency dots (RFC 5321 §4.5.2); None: too much to mend.

    A bare CR or LF is made CR LF, as a front server does too, so that what we keep has one kind
    of line end and no reader of it sees another message than the last one did.
    """
    lines = stuffed[1:] if stuffed.startswith(b".") else stuffed
    if b"\r\n." in lines:
        lines = lines.replace(b"\r\n.", b"\r\n")
    if not _has_bare(lines):
        return lines
    bare = lines.count(b"\n") + lines.count(b"\r") - 2 * lines.count(b"\r\n")
    if bare > MOST_BARE_LINE_ENDS or len(lines) + bare > most_bytes:
        return None
    # CR CR LF is one line end that some program converted twice.
    one = lines.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return one.replace(b"\n", b"\r\n")


def _has_bare(lines: bytes) -> bool:
    """Whether any line ends with anything but CRLF: one look at each byte, where counting takes
    three and each line costs it more."""
    kinds = io.IncrementalNewlineDecoder(None, translate=False)
    for start in range(0, len(lines), PIECE_BYTES):  # of 25 MiB there shall be no second copy
        kinds.decode(lines[start : start + PIECE_BYTES].decode("latin-1"))
    kinds.decode("", final=True)
    return kinds.newlines not in (None, "\r\n")


def header_size(letter: bytes, most: int) -> int:
    """How many bytes the header section has; more than ``most`` when it does not end by then."""
    if letter.startswith(b"\r\n"):
        return 0
    end = letter.find(b"\r\n\r\n", 0, most + 4)
    return end if end >= 0 else min(len(letter), most + 1)


def count_hops(letter: bytes, header: int) -> int:
    """How many servers passed this on: its Received lines (RFC 5321 §6.3)."""
    return sum(1 for _ in _HOP.finditer(letter, 0, header))
