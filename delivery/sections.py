"""Puts the pieces of one mail in their order: days to note, contents, items; and keeps it below
the size at which mail programs cut a mail off. Bytes in, bytes out, encoded already.

Where there is too much, items become a headline and a line, from the ends of all topics alike;
then they are only named in the contents. Both parts of a mail say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

Depth = Literal["short", "usual", "full"]
Groups = Sequence[tuple[str, Sequence[tuple[int, str]]]]
"""(topic, [(number, post)]) in their order."""
Pieces = Mapping[tuple[str, str], bytes]

MOST_BYTES = 98_000
"""Of a part as it is read. Gmail cuts off what is beyond 102 KB, the closing lines with it."""
MOST_DAYS = 20
"""Lines below "Coming up", and below "Closing soon"."""
SOON = timedelta(days=14)
KEPT = 8192
"""Pieces, about two thousand bytes each."""
MARK_BYTES = 60
"""By how much a reader's marked address is longer than its slot."""

_LEVELS: Mapping[Depth, Sequence[str]] = {
    "full": ("whole", "item", "short", ""),
    "usual": ("item", "short", ""),
    "short": ("short", ""),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One part of a mail, and what goes into it."""

    form: str
    """Key of its pieces, for example "html-en"."""
    frame: bytes
    groups: Groups
    """Those whose pieces there are."""
    pieces: Pieces
    headings: Pieces
    """The edition's own pieces."""
    breaks: bytes = b""
    """What parts two sections: a line break in text."""
    pages: Mapping[str, bytes] = field(default_factory=dict)
    """The encoded addresses of the posts' pages, where they have some."""


def fill_sheets(
    sheets: Sequence[Sheet], depth: Depth, day: date | None, short: frozenset[str] = frozenset()
) -> list[bytes]:
    """The bodies of the parts. ``day`` is the edition's; ``short`` are posts that somebody wants
    in a line."""
    levels = _levels(sheets, depth, short)
    fixed = [_fixed(sheet, day) for sheet in sheets]
    _fit(sheets, levels, [size for _, size in fixed], _LEVELS[depth])
    return [_with_items(sheet, one[0], levels) for sheet, one in zip(sheets, fixed, strict=True)]


def decoded_size(encoded: bytes) -> int:
    """About how many bytes quoted-printable lines are once they are decoded."""
    soft = encoded.count(b"=\r\n")
    return len(encoded) - 3 * soft - 2 * (encoded.count(b"=") - soft)


@cache
def digits(number: int) -> bytes:
    """A number as an encoded piece."""
    return b"%d=\r\n" % number


# What fits ---------------------------------------------------------------------------------------


def _levels(sheets: Sequence[Sheet], depth: Depth, short: frozenset[str]) -> dict[str, str]:
    """How each post is to be shown, before anybody looks at the size."""
    first = _LEVELS[depth][0]
    shown = (post for sheet in sheets for _, posts in sheet.groups for _, post in posts)
    return {post: "short" if post in short else first for post in shown}


def _fit(
    sheets: Sequence[Sheet], levels: dict[str, str], fixed: Sequence[int], known: Sequence[str]
) -> None:
    """Lowers levels until every part is small enough."""
    sizes = [
        start + sum(_item_size(sheet, post, levels[post]) for post in _posts(sheet))
        for start, sheet in zip(fixed, sheets, strict=True)
    ]
    for level, lower in pairwise(known):
        for post in _from_the_ends(sheets[-1].groups if sheets else ()):
            if max(sizes, default=0) <= MOST_BYTES:
                return
            if levels[post] == level:
                levels[post] = lower
                for at, sheet in enumerate(sheets):
                    sizes[at] += _item_size(sheet, post, lower) - _item_size(sheet, post, level)


def _posts(sheet: Sheet) -> Iterator[str]:
    return (post for _, posts in sheet.groups for _, post in posts)


def _from_the_ends(groups: Groups) -> list[str]:
    """The posts in the order in which they give way: of each topic the same share, from its
    end."""
    order = [
        (back / len(posts), -place, posts[-back][1])
        for place, (_, posts) in enumerate(groups)
        for back in range(1, len(posts) + 1)
    ]
    return [post for _, _, post in sorted(order)]


def _item_size(sheet: Sheet, post: str, level: str) -> int:
    return _piece_size(_item(sheet, post, level)) if level else 0


# The same pieces come in hundreds of layouts, one for each choice of topics.
@lru_cache(maxsize=KEPT)
def _piece_size(piece: bytes) -> int:
    return _size(piece)


@lru_cache(maxsize=KEPT)
def _with_number(piece: bytes, number: int) -> bytes:
    return piece.replace(b"\0number\0", digits(number))


def _size(piece: bytes) -> int:
    marks = piece.count(b"\0settings_address\0") + 2 * piece.count(b"\0page_url\0")
    return decoded_size(piece) + MARK_BYTES * marks


def _item(sheet: Sheet, post: str, level: str) -> bytes:
    """The piece for this level. A post that is not long has no "whole" beside its "item"."""
    found = sheet.pieces.get((sheet.form, f"{level}:{post}"))
    return found if found is not None else sheet.pieces[sheet.form, f"item:{post}"]


# What stands above the items ---------------------------------------------------------------------


def _fixed(sheet: Sheet, day: date | None) -> tuple[bytes, int]:
    """The frame with all but the items, and its size."""
    body = sheet.frame
    if b"\0dates\0" in body:
        body = body.replace(b"\0dates\0", _dates(sheet, day) if day else b"")
    size = _size(body)
    if b"\0contents\0" in body:
        contents, more = _contents(sheet, MOST_BYTES - size)
        body, size = body.replace(b"\0contents\0", contents), size + more
    return body, size


def _dates(sheet: Sheet, day: date) -> bytes:
    closing, coming = [], []
    for _, posts in sheet.groups:
        for number, post in posts:
            event, last = _days(sheet, post)
            if event and event >= day:
                coming.append((event, number, post))
            if last and day <= last <= day + SOON:
                closing.append((last, number, post))
    parts = [_lines(sheet, "closing", "closes", closing), _lines(sheet, "coming", "on", coming)]
    made = sheet.breaks.join(part for part in parts if part)
    return made + _part(sheet, "dates_end") if made else b""


def _days(sheet: Sheet, post: str) -> tuple[date | None, date | None]:
    return _read_days(sheet.pieces.get((sheet.form, f"days:{post}"), b""))


@lru_cache(maxsize=KEPT)
def _read_days(kept: bytes) -> tuple[date | None, date | None]:
    event, _, last = kept.replace(b"=\r\n", b"").decode("ascii").partition("/")
    return _day(event), _day(last)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _lines(sheet: Sheet, heading: str, name: str, days: Iterable[tuple[date, int, str]]) -> bytes:
    lines = [
        sheet.pieces.get((sheet.form, f"{name}:{post}"), b"").replace(b"\0number\0", digits(number))
        for _, number, post in sorted(days)[:MOST_DAYS]
    ]
    return b"".join([_part(sheet, heading), *lines]) if lines else b""


def _contents(sheet: Sheet, room: int) -> tuple[bytes, int]:
    """The headlines by topic, as many as there is room for; and their size."""
    parts: list[bytes] = []
    size = left_out = 0
    for topic, posts in sheet.groups:
        heading = b"" if _alone(sheet) else _heading(sheet, f"contents:{topic}")
        parts.append(
            (heading or _heading(sheet, "contents:")).replace(b"\0count\0", digits(len(posts)))
        )
        for number, post in posts:
            entry = _with_number(sheet.pieces[sheet.form, f"entry:{post}"], number)
            size += _piece_size(entry)
            if size > room:
                left_out += 1
            else:
                parts.append(entry)
        parts.append(_part(sheet, "contents_end"))
    if left_out:
        parts.append(_part(sheet, "left_out").replace(b"\0count\0", digits(left_out)))
    made = b"".join(parts)
    return made, _size(made)


def _alone(sheet: Sheet) -> bool:
    """Whether there is nothing that posts without a topic are to be set apart from."""
    return [topic for topic, _ in sheet.groups] == ["0"]


# Items -------------------------------------------------------------------------------------------


def _with_items(sheet: Sheet, body: bytes, levels: Mapping[str, str]) -> bytes:
    items: list[bytes] = []
    shown = 0
    alone = _alone(sheet)
    for topic, posts in sheet.groups:
        here = [(number, post) for number, post in posts if levels[post]]
        if here and not alone:
            heading = _heading(sheet, f"heading:{topic}")
            items.append(heading.replace(b"\0count\0", digits(len(posts))))
        shown += len(here)
        items += [_numbered(sheet, topic, number, post, levels[post]) for number, post in here]
    total = sum(len(posts) for _, posts in sheet.groups)
    if shown < total:
        items.append(_part(sheet, "named_only").replace(b"\0count\0", digits(total - shown)))
    # Joined once, and not searched again: this is nearly the whole mail.
    before, *after = body.replace(b"\0total\0", digits(total)).split(b"\0items\0")
    return b"".join([before, *(part for rest in after for part in (*items, rest))])


def _numbered(sheet: Sheet, topic: str, number: int, post: str, level: str) -> bytes:
    also_in = sheet.pieces.get((sheet.form, f"also_in:{post}:{topic}"), b"")
    return _filled(_item(sheet, post, level), number, sheet.pages.get(post, b""), also_in)


@lru_cache(maxsize=KEPT)
def _filled(item: bytes, number: int, page: bytes, also_in: bytes) -> bytes:
    item = item.replace(b"\0number\0", digits(number)).replace(b"\0page_url\0", page)
    return item.replace(b"\0also_in\0", also_in)


def _heading(sheet: Sheet, name: str) -> bytes:
    return sheet.headings.get((sheet.form, name), b"")


def _part(sheet: Sheet, name: str) -> bytes:
    return _heading(sheet, f"part:{name}")
