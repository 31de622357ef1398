"""Joins the pieces of a round-up as delivery does, but without encoding them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from templates import (
    Form,
    ItemView,
    edition_also_in,
    edition_contents,
    edition_date,
    edition_entry,
    edition_frame,
    edition_heading,
    edition_item,
    edition_part,
    split_slots,
)

MONDAY = date(2026, 11, 23)
READER = {
    "address": "carol@reader.example",
    "settings_url": "https://lists.example.org/settings/k3y",
    "leave_url": "https://lists.example.org/leave/k3y",
    "settings_address": "news-settings+k3y@lists.example.org",
}


def joined(form: Form, topics: Sequence[tuple[str, Sequence[ItemView]]]) -> str:
    """The round-up of one reader; every item is also in Jobs."""
    entries, items, number = "", "", 0
    dates: dict[str, str] = {"closing": "", "coming": ""}
    also_in = edition_also_in(form, ("Jobs",))
    for name, posts in topics:
        items += filled(edition_heading(form, name), count=str(len(posts)))
        entries += filled(edition_contents(form, name), count=str(len(posts)))
        for post in posts:
            number += 1
            entries += filled(edition_entry(form, post), number=str(number))
            piece = edition_item(form, post)
            items += filled(piece, number=str(number), also_in=also_in, **READER)
            for kind, on in (("closing", post.closing_date), ("coming", post.event_date)):
                if on:
                    line = filled(edition_date(form, post, on), number=str(number))
                    dates[kind] += line
        entries += edition_part(form, "contents_end")
    breaks = "\n" if form == "text" else ""
    days = breaks.join(edition_part(form, kind) + lines for kind, lines in dates.items() if lines)
    days += edition_part(form, "dates_end") if days else ""
    frame = edition_frame(form, list_title="Leeds Migration News", day=MONDAY)
    return filled(frame, dates=days, total=str(number), contents=entries, items=items, **READER)


def filled(piece: str, **values: str) -> str:
    parts = list(split_slots(piece))
    parts[1::2] = [values[name] for name in parts[1::2]]
    return "".join(parts)
