"""Carries out wishes, whichever way they came: by signed link or by mail. Nothing else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from delivery.letters import Pen
from preferences.wish import Wish
from storage import history, lists, subscribers
from storage.records import Subscriber

# What decides which posts a reader gets: after a change of these the next edition looks back.
_CHOOSING = {"frequency", "topics", "topic_frequencies", "paused_until"}
_OFTEN = {
    "straight away": "each post straight away",
    "daily": "one mail a day",
    "weekly": "one mail a week",
    "monthly": "one mail a month",
}
_FORMS = {
    "html": "with headings and links",
    "plain": "plain text",
    "large": "large print",
    "print": "for the notice board",
}


def apply(pen: Pen, reader: Subscriber, wishes: Sequence[Wish], *, answers: str = "") -> str:
    """Carries out the wishes in order and writes one letter about them.

    Returns the name of the letter. ``answers`` is the Message-ID of the reader's own letter.
    """
    if any(wish.kind == "stop" for wish in wishes):
        leave(pen, reader, answers=answers)
        return "leaving_done"
    changes = merged(reader, wishes)
    if changes:
        return change(pen, reader, changes, answers=answers)
    if wishes[0].kind == "help":
        values = settings_values(pen, reader) | list_values(pen)
        pen.to_reader("help_list", reader, answers=answers, **values)
        return "help_list"
    pen.to_reader("settings_shown", reader, answers=answers, **settings_values(pen, reader))
    return "settings_shown"


def merged(reader: Subscriber, wishes: Sequence[Wish]) -> dict[str, Any]:
    """The fields that differ when all the wishes come true; a later wish wins."""
    wanted: dict[str, Any] = {}
    for wish in wishes:
        own = wish.changes.get("topic_frequencies")
        before = wanted.get("topic_frequencies", reader.topic_frequencies)
        wanted |= wish.changes | ({"topic_frequencies": {**before, **own}} if own else {})
    return wanted


def change(pen: Pen, reader: Subscriber, changes: Mapping[str, Any], *, answers: str = "") -> str:
    """Changes the settings and tells the reader what is different now."""
    changed = replace(reader, **changes)
    said = sentences(pen, reader, changed)
    if not said:
        pen.to_reader("settings_shown", reader, answers=answers, **settings_values(pen, reader))
        return "settings_shown"
    stored = dict(changes)
    if _CHOOSING & changes.keys():
        stored["changed_at"] = pen.now
    if reader.paused_until and not changed.paused_until:
        # After a pause only the newest window is owed.
        stored["settled_until"] = pen.now
    subscribers.change(pen.tx, reader.id, stored)
    history.note(
        pen.tx,
        pen.now,
        "reader",
        "changed",
        list_id=reader.list_id,
        subscriber_id=reader.id,
        detail=" ".join(said),
    )
    values = settings_values(pen, changed)
    pen.to_reader("settings_changed", changed, answers=answers, changes=said, **values)
    return "settings_changed"


def leave(pen: Pen, reader: Subscriber, *, answers: str = "") -> None:
    """Takes the reader off at once; told once, however often they ask."""
    if not subscribers.leave(pen.tx, reader.id, pen.now):
        return
    history.note(pen.tx, pen.now, "reader", "left", list_id=reader.list_id, subscriber_id=reader.id)
    pen.to_reader("leaving_done", reader, answers=answers, rejoin_url="")


def sentences(pen: Pen, before: Subscriber, after: Subscriber) -> list[str]:
    """What is different, in plain sentences for the reader; empty when nothing is."""
    names = {topic.id: topic.name for topic in lists.topics(pen.tx, after.list_id)}
    said = []
    if after.frequency != before.frequency:
        said.append(f"You now get {_OFTEN[after.frequency]}.")
    if after.topics != before.topics:
        chosen = ", ".join(names[number] for number in after.topics if number in names)
        said.append(f"Your topics are now: {chosen}." if chosen else "You now get all topics.")
    for number, frequency in after.topic_frequencies.items():
        if before.topic_frequencies.get(number) != frequency and number in names:
            said.append(f"For {names[number]} you now get {_OFTEN[frequency]}.")
    if after.format != before.format:
        said.append(f"Your mails now look like this: {_FORMS[after.format]}.")
    if after.paused_until != before.paused_until:
        said.append(_pause_sentence(after))
    return said


def _pause_sentence(reader: Subscriber) -> str:
    until = reader.paused_until
    if until is None:
        return "Your pause is over. Mails come again."
    return f"You get no round-ups until {until:%A} {until.day} {until:%B %Y}."


def settings_values(pen: Pen, reader: Subscriber) -> dict[str, Any]:
    """What letters and pages show of a reader's settings."""
    topics = lists.topics(pen.tx, reader.list_id)
    return {
        "frequency": reader.frequency,
        "topics": [topic.name for topic in topics if topic.id in reader.topics],
        "all_topics": [topic.name for topic in topics],
        "format": reader.format,
        "paused_until": reader.paused_until or "",
    }


def list_values(pen: Pen) -> dict[str, Any]:
    """The addresses of a list that its help letter names."""
    sender = pen.sender
    return {
        f"{word}_address": f"{sender.name}-{word}@{sender.domain}"
        for word in ("join", "leave", "owner")
    }
