"""Wishes without proof: asks the reader's own address, and carries out what it says yes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from delivery.letters import Pen
from preferences import adding, asking, change, joining, showing
from preferences.asking import CONFIRM_WITHIN
from preferences.moving import ask_to_move, move
from preferences.settings import sentences
from preferences.wish import Wish
from storage import confirmations, subscribers
from storage.records import Confirmation, Subscriber


def ask_to_confirm_wishes(
    pen: Pen, reader: Subscriber, wishes: Sequence[Wish], source: str, per_source_hour: int
) -> str:
    """Asks a reader whether wishes that came without a mark are truly theirs.

    Returns the name of the letter, "" when there were too many today. Who asks only to be shown
    something is shown it: it goes to the reader's own address.
    """
    leaving = any(wish.kind == "stop" for wish in wishes)
    kind = "leave" if leaving else "wish"
    if not asking.may_write(pen, kind, reader.address, source, per_source_hour):
        return ""
    changes, said = change.difference(pen, reader, change.merged(pen, reader, wishes))
    moving = next((wish.changes["address"] for wish in wishes if wish.kind == "address"), "")
    if not leaving and not changes and not moving:
        confirmations.note(pen.tx, pen.sender.id, kind, reader.address, pen.now, source)
        return _shown(pen, reader, wishes)
    if moving:
        said += sentences(pen, reader, reader, moving=True)
    payload = {"changes": _for_json(changes), "moving": moving}
    number = confirmations.ask(
        pen.tx, pen.sender.id, kind, reader.address, payload, pen.now, source
    )
    if leaving:
        asking.write(pen, "leaving_confirm", reader.address, number, reader.language)
        return "leaving_confirm"
    asking.write(pen, "wish_confirm", reader.address, number, reader.language, changes=said)
    return "wish_confirm"


def _shown(pen: Pen, reader: Subscriber, wishes: Sequence[Wish]) -> str:
    """Whatever only shows something may be shown: it goes to the reader's own address."""
    for wish in wishes:
        if name := showing.answer(pen, reader, wish):
            return name
    return showing.show(pen, reader, wishes)


def confirm(pen: Pen, waiting: Confirmation, *, how: str, first: datetime) -> str:
    """Carries out what waited for a yes; the name of the letter, "" when it is too late.

    ``how`` and ``first`` as in ``joining.join``. A second yes changes nothing and writes nothing.
    """
    if waiting.list_id != pen.sender.id or pen.now - waiting.asked_at > CONFIRM_WITHIN:
        return ""
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        return "settled"
    changes = _from_json(waiting.payload.get("changes", {}))
    if waiting.kind == "join":
        return joining.join(pen, waiting.address, changes, how, first, waiting.asked_at)
    if waiting.kind == "address":
        return move(pen, waiting)
    if waiting.kind == "add":
        return adding.add(pen, waiting.address, adding.Addition(*waiting.payload["add"]))
    reader = subscribers.by_address(pen.tx, pen.sender.id, waiting.address)
    if reader is None or reader.state == "left":
        return "settled"
    if waiting.kind == "leave":
        change.leave(pen, reader, how=how)
        return "leaving_done"
    moving = str(waiting.payload.get("moving", ""))
    name = ask_to_move(pen, reader, moving) if moving else ""
    return change.change(pen, reader, changes, how=how) if changes or not name else name


def asked_changes(pen: Pen, waiting: Confirmation) -> list[str]:
    """What a wish that waits for its yes would change, in sentences."""
    reader = subscribers.by_address(pen.tx, pen.sender.id, waiting.address)
    if reader is None:
        return []
    changes = _from_json(waiting.payload.get("changes", {}))
    moving = bool(waiting.payload.get("moving"))
    now = change.difference(pen, reader, changes)[1]
    return now + (sentences(pen, reader, reader, moving=True) if moving else [])


def language_of(tx: Connection, waiting: Confirmation) -> str:
    """That of the reader who is asked, or what somebody chose who wants to join; "" for none."""
    reader = subscribers.by_address(tx, waiting.list_id, waiting.address)
    chosen = waiting.payload.get("changes", {}).get("language", "")
    return str(chosen or (reader.language if reader else ""))


def _for_json(changes: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: changes[name].isoformat() for name in _DAYS if changes.get(name)}
    return {**changes, **days}


def _from_json(payload: Mapping[str, Any]) -> dict[str, Any]:
    changes = dict(payload)
    if "topics" in changes:
        changes["topics"] = tuple(changes["topics"])
    if "topic_frequencies" in changes:
        own = changes["topic_frequencies"].items()
        changes["topic_frequencies"] = {int(topic): frequency for topic, frequency in own}
    for name in _DAYS:
        if changes.get(name):
            changes[name] = date.fromisoformat(changes[name])
    return changes


_DAYS = ("paused_from", "paused_until")
