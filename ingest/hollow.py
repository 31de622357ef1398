"""Takes the long bodies out of a message before it is parsed, and puts them back afterwards.

Parsers cost up to twenty times a body's size in memory and keep a string for every line of it, yet
only headers and boundaries tell them anything. The result reads exactly as if all had been parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest import limits

KEPT = 32 * 1024
"""Bytes parsed of each stretch between lines that may be boundaries: headers are shorter."""

Fill = Callable[[bytes], bytes]

_DASHES = re.compile(rb"[\r\n]--")


def hollowed(raw: bytes) -> tuple[bytes, Fill]:
    """``raw`` with place holders for its long stretches, and what puts them back into a body."""
    if len(raw) <= 2 * KEPT:
        return raw, lambda body: body
    mark = _unused(raw)
    spans: list[tuple[int, int]] = []
    out: list[bytes] = []
    done = 0
    for start, stop in _stretches(raw):
        if stop - start <= 2 * KEPT:
            continue
        out.append(raw[done : start + KEPT])
        out.append(b"%s%d%s" % (mark, len(spans), mark))
        spans.append((start + KEPT, stop))
        done = stop
    holder = re.compile(re.escape(mark) + rb"(\d{1,9})" + re.escape(mark))

    def fill(body: bytes) -> bytes:
        pieces = holder.split(body)
        for at in range(1, len(pieces), 2):
            begin, end = spans[int(pieces[at])]
            pieces[at] = raw[begin:end]
        return b"".join(pieces)

    return b"".join([*out, raw[done:]]), fill


def _stretches(raw: bytes) -> list[tuple[int, int]]:
    """Where something may be left out: behind the header, between lines that begin with "--"."""
    start = limits.header_end(raw)
    found = []
    if _has_structure(raw):
        for dashes in _DASHES.finditer(raw, start):
            # The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
            end = dashes.start() - (raw[dashes.start() - 1 : dashes.end()] == b"\r\n--")
            found.append((start, end))
            start = dashes.end() - 2
    # The parser takes the last line end off too, where the end boundary is missing.
    line_end = 2 if raw.endswith(b"\r\n") else int(raw.endswith((b"\n", b"\r")))
    return [*found, (start, max(start, len(raw) - line_end))]


def _has_structure(raw: bytes) -> bool:
    lower = raw.lower()
    return any(word in lower for word in (b"boundary", b"multipart/", b"message/"))


def _unused(raw: bytes) -> bytes:
    """A mark that does not occur in ``raw``; no blank, dash or colon, so it is never structure."""
    number = 0
    while (mark := b"=_left_out_%d_" % number) in raw:
        number += 1
    return mark
