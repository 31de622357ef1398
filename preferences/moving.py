"""Another address for a reader: confirmed by the new one, told to the old one."""

from __future__ import annotations

from typing import Any

from delivery.letters import Pen
from preferences import asking
from preferences.phrases import ADDRESS
from preferences.settings import settings_values
from storage import bounces, confirmations, history, subscribers
from storage.addresses import fold
from storage.records import Confirmation, Subscriber

MOST_OF_ONE_READER_A_DAY = 3
_CARRIED = (
    "name", "frequency", "topics", "topic_frequencies", "format", "length", "attachments",
    "language", "paused_from", "paused_until", "joined_at", "settled_until", "consent",
)  # fmt: skip


def ask_to_move(pen: Pen, reader: Subscriber, address: str, answers: str = "") -> str:
    """Asks the new address for its yes, and tells the present one; the name of the letter.

    Nobody is asked oftener than once a day, nor by one reader for more than a few addresses.
    """
    if not ADDRESS.fullmatch(address) or fold(address) == fold(reader.address):
        pen.to_reader("wish_unclear", reader, answers=answers, said=address)
        return "wish_unclear"
    source = f"reader {reader.id}"
    if asking.may_write(pen, "address", address, source, MOST_OF_ONE_READER_A_DAY):
        payload = {"reader": reader.id}
        number = confirmations.ask(
            pen.tx, pen.sender.id, "address", address, payload, pen.now, source
        )
        asking.write(pen, "address_confirm", address, number, reader.language)
    pen.to_reader("address_asked", reader, answers=answers, asked_address=address)
    return "address_asked"


def move(pen: Pen, waiting: Confirmation) -> str:
    """The new address said yes; the name of the letter."""
    reader = subscribers.by_id(pen.tx, waiting.payload.get("reader", 0))
    if reader is None or reader.state == "left":
        return "settled"
    moved = _moved(pen, reader, waiting.address)
    pen.to_reader("address_changed", reader, new_address=masked(moved.address))
    pen.to_reader("joining_done", moved, first="", **settings_values(pen, moved))
    return "joining_done"


def _moved(pen: Pen, reader: Subscriber, address: str) -> Subscriber:
    """The reader at the new address. One who reads the list there already stays the one whose
    links are in those mails, and gets the settings."""
    there = subscribers.by_address(pen.tx, pen.sender.id, address)
    target = reader
    changes: dict[str, Any] = {"address": address, "state": "active"}
    if there is not None and there.id != reader.id:
        target = there
        changes |= {name: getattr(reader, name) for name in _CARRIED}
        subscribers.leave(pen.tx, reader.id, pen.now)
    subscribers.change(pen.tx, target.id, changes)
    bounces.clear(pen.tx, target.id)
    history.note_moved(pen.tx, pen.now, reader.list_id, target.id, reader.address)
    moved = subscribers.by_id(pen.tx, target.id)
    assert moved is not None
    return moved


def masked(address: str) -> str:
    """An address as it may be shown to whoever holds a link or a mail that was passed on."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
