"""Carries out wishes, whichever way they came: by signed link or by mail. Nothing else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from delivery.addresses import write_address
from delivery.letters import Pen
from preferences.more import send_more
from preferences.settings import in_force, sentences, settings_values, today
from preferences.wish import Wish
from storage import history, subscribers
from storage.records import Subscriber

# What decides which posts a reader gets: after a change of these the next edition looks back.
_CHOOSING = {"frequency", "topics", "topic_frequencies"}


def apply(
    pen: Pen,
    reader: Subscriber,
    wishes: Sequence[Wish],
    *,
    answers: str = "",
    answered: Sequence[str] = (),
) -> str:
    """Carries out the wishes and writes a letter about them; its name.

    ``answers`` is the Message-ID of the reader's own letter, ``answered`` are those of the mails
    of ours to which it replies.
    """
    if any(wish.kind == "stop" for wish in wishes):
        leave(pen, reader, answers=answers)
        return "leaving_done"
    wanted = merged(reader, wishes)
    if not wanted and reader.state != "stopped":
        return show(pen, reader, wishes, answers=answers, answered=answered)
    name = change(pen, reader, wanted, answers=answers)
    if any(wish.kind == "more" for wish in wishes):
        return show(pen, reader, wishes, answers=answers, answered=answered)
    return name


def merged(reader: Subscriber, wishes: Sequence[Wish]) -> dict[str, Any]:
    """The fields with their values when all the wishes come true; a later wish wins."""
    wanted: dict[str, Any] = {}
    for wish in wishes:
        if wish.kind != "change":
            continue
        before = dict(wanted)
        wanted |= wish.changes
        if own := wish.changes.get("topic_frequencies"):
            wanted |= _with_own(reader, before, own)
    return wanted


def _with_own(
    reader: Subscriber, wanted: Mapping[str, Any], own: Mapping[int, str]
) -> dict[str, Any]:
    """ "jobs daily" beside what was wanted before it. It asks for jobs, too; whoever gets all
    topics has them already."""
    frequencies = wanted.get("topic_frequencies", reader.topic_frequencies)
    topics = wanted.get("topics", reader.topics)
    new = [topic for topic in own if topics and topic not in topics]
    added = {"topics": (*topics, *new)} if new else {}
    return {"topic_frequencies": {**frequencies, **own}, **added}


def difference(
    pen: Pen, reader: Subscriber, wanted: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """What of ``wanted`` is not so already, and the sentences about it."""
    now = in_force(reader, today(pen))
    changes = {name: value for name, value in wanted.items() if getattr(now, name) != value}
    return changes, sentences(pen, now, replace(now, **changes))


def change(pen: Pen, reader: Subscriber, wanted: Mapping[str, Any], *, answers: str = "") -> str:
    """Changes the settings and tells the reader what is different now."""
    if reader.state == "stopped":
        # Too many mails came back, and here is somebody who had one.
        wanted = {**wanted, "state": "active"}
    changes, said = difference(pen, reader, wanted)
    if not changes:
        return show(pen, reader, (), answers=answers)
    stored = dict(changes)
    if _CHOOSING & changes.keys():
        stored["changed_at"] = pen.now
    paused = in_force(reader, today(pen)).paused_until is not None
    if "state" in changes or (paused and "paused_until" in changes):
        # After a pause only the newest window is owed.
        stored["settled_until"] = pen.now
    subscribers.change(pen.tx, reader.id, stored)
    _note(pen, reader, "changed", " ".join(said))
    changed = replace(reader, **changes)
    values = settings_values(pen, changed)
    pen.to_reader("settings_changed", changed, answers=answers, changes=said, **values)
    return "settings_changed"


def show(
    pen: Pen,
    reader: Subscriber,
    wishes: Sequence[Wish],
    *,
    answers: str = "",
    answered: Sequence[str] = (),
) -> str:
    """Answers wishes that change nothing: an item whole, the help letter, or the settings."""
    numbers = [
        number for wish in wishes if wish.kind == "more" for number in wish.changes["numbers"]
    ]
    if numbers:
        return send_more(pen, reader, numbers, answered, answers)
    values = settings_values(pen, reader)
    if wishes and wishes[0].kind == "help":
        pen.to_reader("help_list", reader, answers=answers, **values, **list_values(pen))
        return "help_list"
    pen.to_reader("settings_shown", reader, answers=answers, **values)
    return "settings_shown"


def leave(pen: Pen, reader: Subscriber, *, answers: str = "") -> None:
    """Takes the reader off at once; told once, however often they ask."""
    if not subscribers.leave(pen.tx, reader.id, pen.now):
        return
    ended = f"{reader.consent} Ended by the reader, {pen.now:%Y-%m-%d %H:%M} UTC.".strip()
    subscribers.change(pen.tx, reader.id, {"consent": ended})
    _note(pen, reader, "left")
    pen.to_reader("leaving_done", reader, answers=answers, rejoin_url="")


def list_values(pen: Pen) -> dict[str, Any]:
    """The addresses of a list that its help letter names."""
    return {
        f"{word}_address": write_address(pen.sender, word) for word in ("join", "leave", "owner")
    }


def _note(pen: Pen, reader: Subscriber, what: str, detail: str = "") -> None:
    about = {"list_id": reader.list_id, "subscriber_id": reader.id}
    history.note(pen.tx, pen.now, "reader", what, detail=detail, **about)
