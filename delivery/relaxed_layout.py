"""What a DKIM signature covers of a round-up, brought into its form once for all readers whose mail
is laid out alike. Nothing is signed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from delivery.assemble import Layout, fill, split_header
from delivery.dkim_sign import Relaxed, end_of_body, relaxed_fields, relaxed_part


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
    start = sum(kind == "header" for kind, _ in layout.places)
    end, _, first = layout.fixed[start].partition(b"\r\n\r\n")
    header = layout.fixed[0] if start else end
    for (_, name), part in zip(layout.places[:start], (*layout.fixed[1:start], end), strict=False):
        header += f"\0{name}\0".encode("ascii") + part
    names, fields = relaxed_fields(header)
    begun = hashlib.sha256(relaxed_part(first))
    rest = tuple(map(relaxed_part, layout.fixed[start + 1 :]))
    body = Layout((b"", *rest), layout.places[start:], layout.shown)
    return RelaxedLayout(names, split_header(fields), body, begun)


def fill_relaxed(layout: RelaxedLayout, reader: Mapping[str, str]) -> Relaxed | None:
    """What a reader's mail has signed; None where it is not the sum of its parts."""
    rest = end_of_body(fill(layout.body, reader))
    if not rest or any(value != " ".join(value.split()) for value in reader.values()):
        return None
    body = layout.begun.copy()
    body.update(rest)
    return Relaxed(layout.names, fill(layout.fields, reader), body.digest())
