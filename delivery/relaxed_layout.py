"""What a DKIM signature covers of a round-up, brought into its form once for all readers whose mail
is laid out alike. Nothing is signed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from delivery.assemble import Layout, fill, split_header
from delivery.chunks import KEPT
from delivery.dkim_sign import Relaxed, end_of_body, relaxed_fields, relaxed_part

LARGE = 16 * 1024
"""Files are in few layouts, and too large to be kept."""


@dataclass(frozen=True, slots=True)
class RelaxedLayout:
    """What a signature covers of a layout."""

    names: str
    fields: Layout
    body: Layout
    """But for its first part, of which ``begun`` is the hash."""
    begun: hashlib._Hash


def relaxed_layout(layout: Layout) -> RelaxedLayout:
    """What a signature covers of this layout: made once, not for each reader.

    Of the body that may be done part by part, since each reader's value stands on lines of its
    own.
    """
    header, first, start = _header(layout)
    names, fields = relaxed_fields(header)
    places = [place for place in layout.places if place[0] >= start]
    fixed = places[0][0] if places else len(layout.parts)
    begun = hashlib.sha256(relaxed_part(first))
    for part in layout.parts[start:fixed]:
        begun.update(_relaxed(part))
    rest = tuple(map(_relaxed, layout.parts[fixed:]))
    moved = tuple((at - fixed, content, name) for at, content, name in places)
    return RelaxedLayout(names, split_header(fields), Layout(rest, moved, layout.shown), begun)


def _header(layout: Layout) -> tuple[bytes, bytes, int]:
    """The header with its slots, what of the body stands in the same part, and the next part."""
    parts = list(layout.parts)
    last = -1
    for at, content, name in layout.places:
        if content == "header":
            parts[at] = f"\0{name}\0".encode("ascii")
            last = at
    end, _, first = parts[last + 1].partition(b"\r\n\r\n")
    return b"".join((*parts[: last + 1], end)), first, last + 2


def _relaxed(part: bytes) -> bytes:
    return _kept(part) if len(part) < LARGE else relaxed_part(part)


@lru_cache(maxsize=KEPT)
def _kept(part: bytes) -> bytes:
    return relaxed_part(part)


def fill_relaxed(layout: RelaxedLayout, reader: Mapping[str, str]) -> Relaxed | None:
    """What a reader's mail has signed; None where it is not the sum of its parts."""
    rest = end_of_body(fill(layout.body, reader))
    if not rest or any(value != " ".join(value.split()) for value in reader.values()):
        return None
    body = layout.begun.copy()
    body.update(rest)
    return Relaxed(layout.names, fill(layout.fields, reader), body.digest())
