"""Joining and what else needs a yes from an address itself. Says nobody's name to anybody else.

However somebody asks, by mail or by form, the answer they see is the same; the rest is between
us and the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from delivery.letters import Pen, To
from preferences.change import apply, leave, list_values, sentences, settings_values
from preferences.wish import Wish
from storage import history, subscribers
from storage.records import Subscriber

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CONFIRM_WITHIN = timedelta(days=30)


def ask_to_join(
    pen: Pen, address: str, wanted: Mapping[str, Any], source: str, per_source_hour: int
) -> str:
    """Asks ``address`` whether it wants to join with the settings ``wanted``.

    ``source`` is where the request came from ("" when it says nothing, as behind a front
    server). Returns the name of the letter, "" when none was written: an address gets one
    confirmation a day, a source may cause ``per_source_hour`` an hour.
    """
    if not _may_write(pen, "join", address, source, per_source_hour):
        return ""
    reader = subscribers.by_address(pen.tx, pen.sender.id, address)
    payload = _payload(wanted)
    number = subscribers.ask_confirmation(
        pen.tx, pen.sender.id, "join", address, payload, pen.now, source
    )
    if reader is not None and reader.state == "active":
        subscribers.settle_confirmation(pen.tx, number, pen.now)
        values = settings_values(pen, reader) | {"first": ""}
        pen.to_reader("joining_already", reader, **values)
        return "joining_already"
    _write_confirm(pen, "joining_confirm", address, number)
    return "joining_confirm"


def ask_to_confirm_wishes(
    pen: Pen, reader: Subscriber, wishes: tuple[Wish, ...], source: str, per_source_hour: int
) -> str:
    """Asks a reader whether wishes that came without a mark are truly theirs."""
    leaving = any(wish.kind == "stop" for wish in wishes)
    kind = "leave" if leaving else "wish"
    if not _may_write(pen, kind, reader.address, source, per_source_hour):
        return ""
    changes: dict[str, Any] = {}
    for wish in wishes:
        changes |= wish.changes
    number = subscribers.ask_confirmation(
        pen.tx, pen.sender.id, kind, reader.address, _payload(changes), pen.now, source
    )
    said = sentences(pen, reader, replace(reader, **changes))
    if leaving:
        _write_confirm(pen, "leaving_confirm", reader.address, number, reader=reader)
        return "leaving_confirm"
    if not said:
        return ""
    _write_confirm(pen, "wish_confirm", reader.address, number, changes=said)
    return "wish_confirm"


def confirm(pen: Pen, number: int, *, how: str, first: datetime) -> str:
    """Carries out what waited for a yes; the name of the letter, "" when it is too late.

    ``how`` is "by reply" or "on the page", for the record of consent; ``first`` is when the next
    weekly round-up leaves. A second yes changes nothing and writes nothing.
    """
    found = subscribers.confirmation_by_id(pen.tx, number)
    if found is None or found[0] != pen.sender.id or pen.now - found[3] > CONFIRM_WITHIN:
        return ""
    _, kind, payload, _ = found
    if not subscribers.settle_confirmation(pen.tx, number, pen.now):
        return "settled"
    address = payload["address"]
    reader = subscribers.by_address(pen.tx, pen.sender.id, address)
    if kind == "join":
        return _join(pen, address, _changes(payload), reader, how, first)
    if reader is None or reader.state == "left":
        return "settled"
    if kind == "leave":
        leave(pen, reader)
        return "leaving_done"
    return apply(pen, reader, [Wish("change", _changes(payload))])


def asked_changes(pen: Pen, payload: Mapping[str, Any]) -> list[str]:
    """What a wish that waits for its yes would change, in sentences."""
    reader = subscribers.by_address(pen.tx, pen.sender.id, payload["address"])
    return sentences(pen, reader, replace(reader, **_changes(payload))) if reader else []


def rejoin(pen: Pen, reader: Subscriber, *, first: datetime) -> str:
    """Somebody who left answers our goodbye with JOIN: back with the settings of before."""
    return _join(pen, reader.address, {}, reader, "by reply to our goodbye", first)


def answer_help(pen: Pen, address: str, source: str, per_source_hour: int, answers: str) -> str:
    """The help letter for somebody who is no reader, at most once a day."""
    if not _may_write(pen, "help", address, source, per_source_hour):
        return ""
    number = subscribers.ask_confirmation(
        pen.tx, pen.sender.id, "help", address, {}, pen.now, source
    )
    subscribers.settle_confirmation(pen.tx, number, pen.now)
    nobody = {"address": "", "settings_url": "", "leave_url": ""}
    topics = {"all_topics": settings_values(pen, _nobody(pen))["all_topics"]}
    values = list_values(pen) | topics | nobody
    to = To(address, "help")
    pen.write("help_list", to, answers=answers, automatic="auto-replied", **values)
    return "help_list"


def welcome(pen: Pen, reader: Subscriber, first: datetime) -> None:
    """The first letter to a new reader."""
    local = first.astimezone(ZoneInfo(pen.sender.timezone))
    values = settings_values(pen, reader)
    pen.to_reader(
        "joining_done", reader, first=local if reader.frequency == "weekly" else "", **values
    )


def _join(
    pen: Pen,
    address: str,
    wanted: dict[str, Any],
    reader: Subscriber | None,
    how: str,
    first: datetime,
) -> str:
    consent = f"Confirmed {how} from the address itself, {pen.now:%Y-%m-%d %H:%M} UTC."
    fields = wanted | {
        "state": "active",
        "joined_at": pen.now,
        "changed_at": None,
        "settled_until": pen.now,
        "consent": consent,
    }
    if reader is None:
        new = replace(_nobody(pen, address), **fields)
        subscribers.add(pen.tx, new)
    else:
        subscribers.change(pen.tx, reader.id, fields | {"address": address})
    joined = subscribers.by_address(pen.tx, pen.sender.id, address)
    assert joined is not None
    history.note(
        pen.tx,
        pen.now,
        "reader",
        "joined",
        list_id=joined.list_id,
        subscriber_id=joined.id,
        detail=consent,
    )
    welcome(pen, joined, first)
    return "joining_done"


def _may_write(pen: Pen, kind: str, address: str, source: str, per_source_hour: int) -> bool:
    """Nobody's mailbox can be flooded through us, whoever asks and from wherever."""
    list_id = pen.sender.id
    asked = subscribers.asked_since
    if asked(pen.tx, pen.now - DAY, list_id=list_id, kind=kind, address=address):
        return False
    return not source or asked(pen.tx, pen.now - HOUR, source=source) < per_source_hour


def _write_confirm(pen: Pen, letter: str, address: str, number: int, **values: Any) -> None:
    mark = pen.desk.marks.mint("confirm", number, day=pen.now.date())
    reader = values.pop("reader", None)
    url = f"{pen.desk.public_url}/confirm/{mark}"
    values |= {"confirm_url": url, "leave_url": url} if reader else {"confirm_url": url}
    pen.write(letter, To(address, "confirm", (number,)), automatic="auto-replied", **values)


def _payload(changes: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON can hold it."""
    payload = dict(changes)
    if payload.get("paused_until"):
        payload["paused_until"] = payload["paused_until"].isoformat()
    return {"changes": payload}


def _changes(payload: Mapping[str, Any]) -> dict[str, Any]:
    changes = dict(payload.get("changes", {}))
    if "topics" in changes:
        changes["topics"] = tuple(changes["topics"])
    if "topic_frequencies" in changes:
        own = changes["topic_frequencies"].items()
        changes["topic_frequencies"] = {int(topic): frequency for topic, frequency in own}
    if changes.get("paused_until"):
        changes["paused_until"] = datetime.fromisoformat(changes["paused_until"]).date()
    return changes


def _nobody(pen: Pen, address: str = "") -> Subscriber:
    return Subscriber(
        0, pen.sender.id, address, "", "active", "weekly", language=pen.sender.language
    )
