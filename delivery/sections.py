"""Puts the pieces of one mail in their order: days to note, contents, items; and keeps it below
the size at which mail programs cut a mail off. Bytes in, bytes out, encoded already.

Where there is too much, items become a headline and a line, from the ends of all topics alike;
then they are only named in the contents. Both parts of a mail say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from typing import Literal

from delivery.chunks import Chunk, Pieces, PostPieces, chunk, counted, digits, numbered

Depth = Literal["short", "usual", "full"]
Groups = Sequence[tuple[str, Sequence[tuple[int, str, PostPieces]]]]
"""(topic, [(number, post, its pieces)]) in their order."""

MOST_BYTES = 98_000
"""Of a part as it is read. Gmail cuts off what is beyond 102 KB, the closing lines with it."""
MOST_DAYS = 20
"""Lines below "Coming up", and below "Closing soon"."""
SOON = timedelta(days=14)

_LEVELS: Mapping[Depth, Sequence[str]] = {
    "full": ("whole", "item", "short", ""),
    "usual": ("item", "short", ""),
    "short": ("short", ""),
}
_ITEMS = Chunk((b"",), (), 0, True)
"""Stands where the items go."""
_SECTIONS = re.compile(rb"\0(dates|total|contents|items)\0")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One part of a mail, and what goes into it."""

    form: str
    """Key of its pieces, for example "html-en"."""
    frame: bytes
    groups: Groups
    """Those whose pieces there are."""
    headings: Pieces
    """The edition's own pieces."""
    breaks: bytes = b""
    """What parts two sections: a line break in text."""
    pages: Mapping[str, bytes] = field(default_factory=dict)
    """The encoded addresses of the posts' pages, where they have some."""


def fill_sheets(
    sheets: Sequence[Sheet], depth: Depth, day: date | None, short: frozenset[str] = frozenset()
) -> list[list[Chunk]]:
    """The bodies of the parts. ``day`` is the edition's; ``short`` are posts that somebody wants
    in a line."""
    levels = _levels(sheets, depth, short)
    above = [_above(sheet, day) for sheet in sheets]
    _fit(sheets, levels, [_size(parts) for parts in above], _LEVELS[depth])
    return [_with_items(sheet, parts, levels) for sheet, parts in zip(sheets, above, strict=True)]


# What fits ---------------------------------------------------------------------------------------


def _levels(sheets: Sequence[Sheet], depth: Depth, short: frozenset[str]) -> dict[str, str]:
    """How each post is to be shown, before anybody looks at the size."""
    first = _LEVELS[depth][0]
    shown = (post for sheet in sheets for _, post, _ in _posts(sheet))
    return {post: "short" if post in short else first for post in shown}


def _fit(
    sheets: Sequence[Sheet], levels: dict[str, str], fixed: Sequence[int], known: Sequence[str]
) -> None:
    """Lowers levels until every part is small enough."""
    sizes = [
        start + sum(_item_size(own, levels[post]) for _, post, own in _posts(sheet))
        for start, sheet in zip(fixed, sheets, strict=True)
    ]
    if max(sizes, default=0) <= MOST_BYTES:
        return
    own = [{post: pieces for _, post, pieces in _posts(sheet)} for sheet in sheets]
    for level, lower in pairwise(known):
        for post in _from_the_ends(sheets[-1].groups):
            if max(sizes) <= MOST_BYTES:
                return
            if levels[post] == level:
                levels[post] = lower
                for at, there in enumerate(own):
                    sizes[at] += _item_size(there[post], lower) - _item_size(there[post], level)


def _posts(sheet: Sheet) -> Iterator[tuple[int, str, PostPieces]]:
    return chain.from_iterable(posts for _, posts in sheet.groups)


def _from_the_ends(groups: Groups) -> list[str]:
    """The posts in the order in which they give way: of each topic the same share, from its
    end."""
    order = [
        (back / len(posts), -place, posts[-back][1])
        for place, (_, posts) in enumerate(groups)
        for back in range(1, len(posts) + 1)
    ]
    return [post for _, _, post in sorted(order)]


def _item_size(own: PostPieces, level: str) -> int:
    return chunk(_item(own, level)).size if level else 0


def _item(own: PostPieces, level: str) -> bytes:
    """The piece for this level. A post that is not long has no "whole" beside its "item"."""
    return own.levels.get(level) or own.levels["item"]


# What stands above the items ---------------------------------------------------------------------


def _above(sheet: Sheet, day: date | None) -> list[Chunk]:
    """The frame with all but the items, which have a place in it."""
    texts, names = _cut(sheet.frame)
    made = {"items": [_ITEMS], "total": [chunk(digits(sum(1 for _ in _posts(sheet))))]}
    if "dates" in names:
        made["dates"] = _dates(sheet, day) if day else []
    if "contents" in names:
        size = _size(texts) + _size(made.get("dates", ()))
        made["contents"] = _contents(sheet, MOST_BYTES - size)
    parts = [texts[0]]
    for name, text in zip(names, texts[1:], strict=True):
        parts += made[name]
        parts.append(text)
    return parts


@lru_cache(maxsize=64)
def _cut(frame: bytes) -> tuple[tuple[Chunk, ...], tuple[str, ...]]:
    """What stands around the sections, and their names."""
    parts = _SECTIONS.split(frame)
    return tuple(map(chunk, parts[0::2])), tuple(name.decode() for name in parts[1::2])


def _size(chunks: Iterable[Chunk]) -> int:
    return sum(one.size for one in chunks)


def _dates(sheet: Sheet, day: date) -> list[Chunk]:
    closing, coming = [], []
    for number, _, own in _posts(sheet):
        if own.event and own.event >= day:
            coming.append((own.event, number, own.dated.get("on", b"")))
        if own.last and day <= own.last <= day + SOON:
            closing.append((own.last, number, own.dated.get("closes", b"")))
    parts = [_lines(sheet, "closing", closing), _lines(sheet, "coming", coming)]
    made = [part for part in parts if part]
    if len(made) == 2:
        made.insert(1, [chunk(sheet.breaks)])
    return [*chain.from_iterable(made), _part(sheet, "dates_end")] if made else []


def _lines(sheet: Sheet, heading: str, days: Iterable[tuple[date, int, bytes]]) -> list[Chunk]:
    lines = [numbered(piece, number) for _, number, piece in sorted(days)[:MOST_DAYS]]
    return [_part(sheet, heading), *lines] if lines else []


def _contents(sheet: Sheet, room: int) -> list[Chunk]:
    """The headlines by topic, as many as there is room for."""
    parts: list[Chunk] = []
    size = left_out = 0
    for topic, posts in sheet.groups:
        heading = b"" if _alone(sheet) else _heading(sheet, f"contents:{topic}")
        parts.append(counted(heading or _heading(sheet, "contents:"), len(posts)))
        for number, _, own in posts:
            entry = numbered(own.entry, number)
            size += entry.size
            if size > room:
                left_out += 1
            else:
                parts.append(entry)
        parts.append(_part(sheet, "contents_end"))
    if left_out:
        parts.append(counted(_heading(sheet, "part:left_out"), left_out))
    return parts


def _alone(sheet: Sheet) -> bool:
    """Whether there is nothing that posts without a topic are to be set apart from."""
    return [topic for topic, _ in sheet.groups] == ["0"]


# Items -------------------------------------------------------------------------------------------


def _with_items(sheet: Sheet, above: Sequence[Chunk], levels: Mapping[str, str]) -> list[Chunk]:
    items: list[Chunk] = []
    shown = total = 0
    alone = _alone(sheet)
    for topic, posts in sheet.groups:
        here = [one for one in posts if levels[one[1]]]
        if here and not alone:
            items.append(counted(_heading(sheet, f"heading:{topic}"), len(posts)))
        shown, total = shown + len(here), total + len(posts)
        for number, post, own in here:
            page, also_in = sheet.pages.get(post, b""), own.also_in.get(topic, b"")
            items.append(numbered(_item(own, levels[post]), number, page, also_in))
    if shown < total:
        items.append(counted(_heading(sheet, "part:named_only"), total - shown))
    parts: list[Chunk] = []
    for one in above:
        parts += items if one is _ITEMS else [one]
    return parts


def _heading(sheet: Sheet, name: str) -> bytes:
    return sheet.headings.get((sheet.form, name), b"")


def _part(sheet: Sheet, name: str) -> Chunk:
    return chunk(_heading(sheet, f"part:{name}"))
