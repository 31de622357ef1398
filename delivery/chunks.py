"""Encoded pieces as mails are joined from them: cut at their slots, measured, and kept, for the
same ones come in hundreds of layouts. Where a piece stands is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache

Pieces = Mapping[tuple[str, str], bytes]
"""Encoded pieces by (form, name): a post's, "entry:POST", "item:POST", perhaps
"also_in:POST:TOPIC" and others; or the edition's, "heading:TOPIC" and "part:NAME"."""

KEPT = 8192
"""Pieces, about two thousand bytes each."""
MARK_BYTES = 60
"""By how much a reader's marked address is longer than its slot."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece."""

    parts: tuple[bytes, ...]
    """Bytes, the name of a slot, bytes …: always one more of bytes than there are slots."""
    slots: tuple[tuple[int, str], ...]
    """Number among the parts, and name."""
    size: int
    """About how many bytes it is as it is read, with everybody's values."""
    plain: bool
    """ASCII, and no line of it begins with a dot."""


@dataclass(frozen=True, slots=True)
class PostPieces:
    """The pieces of one post in one form."""

    entry: bytes
    """Its line in the contents."""
    levels: Mapping[str, bytes]
    """ "item", "short" and, where "item" is only its beginning, "whole"."""
    dated: Mapping[str, bytes] = field(default_factory=dict)
    """Its lines among the days to note: "on" and "closes"."""
    event: date | None = None
    last: date | None = None
    also_in: Mapping[str, bytes] = field(default_factory=dict)
    """Where else it stands, by the topic below which it does."""
    calendar: bytes = b""


Posts = Mapping[tuple[str, str], PostPieces]
"""By (form, post)."""


def by_post(pieces: Pieces) -> Posts:
    """The pieces of posts. What has no "item" is no post."""
    names: dict[tuple[str, str], dict[str, bytes]] = {}
    for (form, name), content in pieces.items():
        kind, _, rest = name.partition(":")
        post, _, topic = rest.partition(":")
        names.setdefault((form, post), {})[f"{kind}:{topic}" if topic else kind] = content
    return {key: _post(made) for key, made in names.items() if "item" in made}


@lru_cache(maxsize=KEPT)
def chunk(piece: bytes) -> Chunk:
    marks = piece.count(b"\0settings_address\0") + 2 * piece.count(b"\0page_url\0")
    size = decoded_size(piece) + MARK_BYTES * marks
    parts = tuple(piece.split(b"\0"))
    slots = tuple((at, parts[at].decode("ascii")) for at in range(1, len(parts), 2))
    return Chunk(parts, slots, size, is_plain(piece))


@lru_cache(maxsize=KEPT)
def numbered(piece: bytes, number: int, page: bytes = b"", also_in: bytes = b"") -> Chunk:
    """A piece with what its post has in one layout."""
    made = piece.replace(b"\0number\0", digits(number)).replace(b"\0page_url\0", page)
    return chunk(made.replace(b"\0also_in\0", also_in))


def counted(piece: bytes, count: int) -> Chunk:
    return chunk(piece.replace(b"\0count\0", digits(count)))


@cache
def digits(number: int) -> bytes:
    """A number as an encoded piece."""
    return b"%d=\r\n" % number


def is_plain(piece: bytes) -> bool:
    return piece.isascii() and not piece.startswith(b".") and b"\n." not in piece


def decoded_size(encoded: bytes) -> int:
    """About how many bytes quoted-printable lines are once they are decoded."""
    soft = encoded.count(b"=\r\n")
    return len(encoded) - 3 * soft - 2 * (encoded.count(b"=") - soft)


def _post(made: Mapping[str, bytes]) -> PostPieces:
    event, _, last = made.get("days", b"").replace(b"=\r\n", b"").decode("ascii").partition("/")
    return PostPieces(
        entry=made["entry"],
        levels={level: made[level] for level in ("whole", "item", "short") if level in made},
        dated={name: made[name] for name in ("on", "closes") if name in made},
        event=date.fromisoformat(event) if event else None,
        last=date.fromisoformat(last) if last else None,
        also_in={
            name.partition(":")[2]: piece
            for name, piece in made.items()
            if name.startswith("also_in:")
        },
        calendar=made.get("calendar", b""),
    )
