"""The places in a ready piece where something differs from reader to reader.

A template writes ``slot("number")``; the rendered piece then holds the name between two NUL
characters. Nothing else in a piece can hold a NUL, because every value is cleaned of control
characters, so delivery may split at NUL, encode the parts once, and put each reader's words in.
Whoever puts a plain value into HTML escapes it; "also_in", "dates", "contents" and "items" are
pieces, and "page_url" is filled once for each item.
"""

from __future__ import annotations

import re

SLOTS: dict[str, str] = {
    "number": "the item's number in this reader's mail, digits",
    "count": "how many items stand under this heading, digits",
    "total": "how many items are in this reader's mail, digits",
    "also_in": "what edition_also_in() made for this reader and item, or nothing",
    "dates": "the reader's days, the nearest first, or nothing",
    "contents": "the reader's entries, topic by topic",
    "items": "the reader's headings and items, one after another",
    "address": "the reader's own address",
    "settings_url": "signed link to this reader's settings, URL-safe ASCII without &",
    "leave_url": "signed link to leave, URL-safe ASCII without &",
    "page_url": "signed link to the page of the item, URL-safe ASCII without &",
    "edition_url": "signed link to the page of the round-up, URL-safe ASCII without &",
    "settings_address": "the reader's marked reply address, as it stands in a mailto link",
}
"""Every slot there is, with what belongs in it."""


class Slot(str):
    """A slot as it stands in a piece: its name between NULs, exempt from escaping."""

    def __html__(self) -> str:
        return str(self)


def slot(name: str) -> Slot:
    """The sentinel for the slot ``name``; KeyError when there is no such slot."""
    if name not in SLOTS:
        raise KeyError(name)
    return Slot(f"\x00{name}\x00")


def split_slots(piece: str) -> tuple[str, ...]:
    """A rendered piece as text, slot name, text, …, text: always an odd number of parts."""
    return tuple(piece.split("\x00"))


def without_slots(text: str) -> str:
    """``text`` as wide as it is likely to become: two digits for a number, nothing for a line."""
    return re.sub("\x00[a-z_]+\x00", "99", text.replace(slot("also_in"), ""))
