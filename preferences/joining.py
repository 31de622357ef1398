"""Joining and coming back. Says nobody's name to anybody else.

However somebody asks, by mail or by form, the answer they see is the same; the rest is between
us and the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import templates
from delivery.letters import Pen
from preferences import asking
from preferences.prints import prints
from preferences.settings import settings_values
from storage import bounces, confirmations, forgotten, history, subscribers
from storage.records import Subscriber


def ask_to_join(
    pen: Pen, address: str, wanted: Mapping[str, Any], source: str, per_source_hour: int
) -> str:
    """Asks ``address`` whether it wants to join with the settings ``wanted``.

    Returns the name of the letter, "" when none was written: an address gets one a day, and see
    ``asking.may_write`` for ``source``.
    """
    if not asking.may_write(pen, "join", address, source, per_source_hour):
        return ""
    reader = subscribers.by_address(pen.tx, pen.sender.id, address)
    if reader is not None and reader.state == "active":
        confirmations.note(pen.tx, pen.sender.id, "join", address, pen.now, source)
        pen.to_reader("joining_already", reader, **settings_values(pen, reader))
        return "joining_already"
    payload = {"changes": dict(wanted)}
    number = confirmations.ask(pen.tx, pen.sender.id, "join", address, payload, pen.now, source)
    known = wanted.get("language") or (reader.language if reader else "")
    asking.write(pen, "joining_confirm", address, number, known)
    return "joining_confirm"


def join(
    pen: Pen,
    address: str,
    wanted: Mapping[str, Any],
    how: str,
    first: datetime,
    asked_at: datetime | None = None,
) -> str:
    """Takes ``address`` on, or back with what was set before where ``wanted`` says nothing else.

    ``how`` is "by reply" or "on the page", for the record of consent, as is ``asked_at``; ``first``
    is when the next weekly round-up leaves. Returns the name of the letter.
    """
    consent = f"Confirmed {how} from the address itself, {pen.now:%Y-%m-%d %H:%M} UTC."
    if asked_at is not None:
        consent += f' Asked {asked_at:%Y-%m-%d %H:%M} UTC: "{_question(pen)}"'
    fields = {
        **wanted,
        "state": "active",
        "paused_from": None,
        "paused_until": None,
        "joined_at": pen.now,
        "changed_at": None,
        "settled_until": pen.now,
        "consent": consent,
    }
    reader = subscribers.by_address(pen.tx, pen.sender.id, address)
    # Whoever was forgotten and comes back by their own will may.
    forgotten.drop(pen.tx, prints(pen, address))
    if reader is None:
        subscribers.add(pen.tx, replace(new_reader(pen, address), **fields))
    else:
        subscribers.change(pen.tx, reader.id, fields | {"address": address})
    joined = subscribers.by_address(pen.tx, pen.sender.id, address)
    assert joined is not None
    bounces.clear(pen.tx, joined.id)
    _note(pen, joined, consent)
    _welcome(pen, joined, first)
    return "joining_done"


def _question(pen: Pen) -> str:
    """The words to which they said yes."""
    values = {"list_title": pen.sender.title, "list_address": "", "help_address": ""}
    marked = {"confirm_url": "", "reply_address": "", "leave_url": ""}
    return templates.letter("joining_confirm", pen.sender.language, **values, **marked).subject


def rejoin(pen: Pen, reader: Subscriber, *, first: datetime) -> str:
    """Somebody who left answers our goodbye with JOIN, or presses the button on its page."""
    return join(pen, reader.address, {}, "by reply to our goodbye", first)


def new_reader(pen: Pen, address: str = "") -> Subscriber:
    """Somebody of whom nothing is known yet but perhaps the address."""
    language = pen.sender.language
    return Subscriber(0, pen.sender.id, address, "", "active", "weekly", language=language)


def _note(pen: Pen, reader: Subscriber, consent: str) -> None:
    about = {"list_id": reader.list_id, "subscriber_id": reader.id}
    history.note(pen.tx, pen.now, "reader", "joined", detail=consent, **about)


def _welcome(pen: Pen, reader: Subscriber, first: datetime) -> None:
    local = first.astimezone(ZoneInfo(pen.sender.timezone))
    values = settings_values(pen, reader)
    pen.to_reader(
        "joining_done", reader, first=local if reader.frequency == "weekly" else "", **values
    )
