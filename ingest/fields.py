"""Splits raw bytes into header fields and body as DKIM sees them (RFC 6376), byte for byte.

Where two readers could see different fields in the same bytes, there is no answer at all: a
signature is worth something only when everybody reads what was signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

_NAME = re.compile(rb"[\x21-\x39\x3b-\x7e]+")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_BARE_CR = re.compile(rb"\r(?!\n)")
_HEADER_END = re.compile(rb"\r?\n\r?\n")

ONLY_ONCE = frozenset(
    b"from to cc subject date message-id reply-to sender in-reply-to references "
    b"mime-version content-type content-transfer-encoding".split()
)
"""Fields of which a second one is a trick: one reader takes the first, another the last.

RFC 5322 §3.6 and RFC 2045 allow one of each.
"""


class Ambiguous(ValueError):
    """The header section can be read in more than one way."""


@dataclass(frozen=True)
class Fields:
    """Header fields from top to bottom, and the body, with CRLF line ends."""

    all: tuple[tuple[bytes, bytes], ...]
    """Name in lower case, and the whole field with its name and final CRLF as it came."""
    message: bytes = field(default=b"", repr=False)
    body_at: int = 0
    """Where in ``message`` the body begins."""

    @property
    def body(self) -> bytes:
        """Cut out anew each time: only a signature needs it, for a moment, and it may be 25 MiB."""
        return _with_crlf(self.message[self.body_at :])

    def values(self, name: bytes) -> tuple[bytes, ...]:
        """What stands after the colon of each field of that name, still folded."""
        return tuple(_value(whole) for key, whole in self.all if key == name)

    @cached_property
    def doubled(self) -> frozenset[bytes]:
        """Names of ONLY_ONCE that stand there more than once."""
        names = [name for name, _ in self.all]
        return frozenset(name for name in ONLY_ONCE if names.count(name) > 1)


def split(raw: bytes) -> Fields:
    """Header fields and body of a message. Raises Ambiguous.

    A bare LF counts as a line end, as it does for every mail reader. A bare CR in the header does
    for some only (Python's parser among them), and would let a replayed letter grow a second text.
    """
    if raw.startswith((b"\n", b"\r\n")):
        return Fields((), raw, raw.index(b"\n") + 1)
    end = _HEADER_END.search(raw)
    head = _with_crlf(raw[: end.start()] if end else raw)
    if _BARE_CR.search(head):
        raise Ambiguous("a carriage return inside a header line")
    fields = tuple(_each(head if end else head.removesuffix(b"\r\n")))
    return Fields(fields, raw, end.end() if end else len(raw))


def _with_crlf(text: bytes) -> bytes:
    has_bare = text.count(b"\n") != text.count(b"\r\n")
    return _BARE_LF.sub(b"\r\n", text) if has_bare else text


def _each(head: bytes) -> list[tuple[bytes, bytes]]:
    fields: list[tuple[bytes, list[bytes]]] = []
    for line in head.split(b"\r\n") if head else ():
        if line[:1] in (b" ", b"\t"):
            if not fields:
                raise Ambiguous("the first header line is a continuation")
            fields[-1][1].append(line)
            continue
        name = _NAME.match(line)
        if name is None or line[name.end() : name.end() + 1] != b":":
            raise Ambiguous("a header line without a field name")
        fields.append((name[0].lower(), [line]))
    return [(name, b"\r\n".join(lines) + b"\r\n") for name, lines in fields]


def _value(whole: bytes) -> bytes:
    return whole.partition(b":")[2]
