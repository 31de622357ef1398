"""A reader's copy of all that we hold about them (GDPR, article 15), to read and as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from delivery.letters import Pen
from preferences.settings import settings_values
from storage import history, person
from storage.records import Attachment, Subscriber

MOST_STEPS = 100
LARGEST_MAIL = 8 * 1024 * 1024
"""Bytes from which on a copy would not arrive; it then goes without the text of letters."""


def copy_of(pen: Pen, address: str, *, letters: bool = True) -> dict[str, Any]:
    """Everything under ``address`` on the pen's list; {} when there is nothing.

    Without ``letters`` of these only when they came and about what: whoever has a mail that was
    passed on has the link in it, and shall not read what its reader wrote to us.
    """
    found = person.held(pen.tx, pen.sender, address)
    if not letters:
        for one in found.get("letters from you", ()):
            one.pop("text")
            one.pop("peer", None)
    return {"list": pen.sender.address, "address": address, **found} if found else {}


def as_json(copy: dict[str, Any]) -> str:
    return json.dumps(copy, ensure_ascii=False, indent=2, default=str) + "\n"


def as_text(copy: dict[str, Any]) -> str:
    return "\n".join(_lines(copy)) + "\n"


def _lines(value: Any, name: str = "", indent: int = 0) -> Iterator[str]:
    """Any nested plain data as lines that people can read."""
    before = "  " * indent
    if isinstance(value, dict):
        if name:
            yield f"{before}{name}:"
        for key, inner in value.items():
            yield from _lines(inner, str(key), indent + bool(name))
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield f"{before}{name} ({len(value)}):"
        for number, inner in enumerate(value, 1):
            yield from _lines(inner, str(number), indent + 1)
    elif isinstance(value, str) and "\n" in value:
        yield f"{before}{name}:"
        yield from (f"{before}  | {line}" for line in value.splitlines())
    else:
        told = ", ".join(map(str, value)) if isinstance(value, list) else value
        yield f"{before}{name}: {told}"


def copy_values(pen: Pen, reader: Subscriber, copy: dict[str, Any]) -> dict[str, Any]:
    """What the letter and the page show of a copy."""
    zone = ZoneInfo(pen.sender.timezone)
    steps = history.of_subscriber(pen.tx, reader.id)[-MOST_STEPS:]
    return {
        **settings_values(pen, reader),
        "joined": reader.joined_at.astimezone(zone) if reader.joined_at else "",
        "consent": reader.consent,
        "steps": [
            {"at": one.at.astimezone(zone), "who": one.who, "what": one.what, "detail": one.detail}
            for one in steps
        ],
        "mails": len(copy.get("mails to you", ())),
        "letters": len(copy.get("letters from you", ())),
    }


def send_copy(pen: Pen, reader: Subscriber, answers: str) -> str:
    """Writes it to the reader's own address; the name of the letter."""
    copy = copy_of(pen, reader.address)
    content = as_json(copy).encode()
    if len(content) > LARGEST_MAIL:
        content = as_json(copy_of(pen, reader.address, letters=False)).encode()
    file = Attachment("what-we-hold-about-you.json", "application/json", content)
    values = copy_values(pen, reader, copy)
    pen.to_reader("data_copy", reader, answers=answers, attached=[file], **values)
    about = {"list_id": reader.list_id, "subscriber_id": reader.id}
    history.note(pen.tx, pen.now, "reader", "asked for a copy", detail="", **about)
    return "data_copy"
