"""A reader's settings as letters and pages show them, and what is different. Changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import templates
from delivery.letters import Pen
from storage import lists
from storage.records import Subscriber

_SAME: dict[str, Any] = {
    "revived": False,
    "topics": (),
    "all_chosen": False,
    "own": (),
    "until": "",
    "since": "",
    "resumed": False,
    "moving": False,
}


def today(pen: Pen) -> date:
    """The list's local date."""
    return pen.now.astimezone(ZoneInfo(pen.sender.timezone)).date()


def in_force(reader: Subscriber, today: date) -> Subscriber:
    """The reader as they are on that day: a pause that is over is none, and one that has begun
    has no first day to come."""
    if reader.paused_until is not None and reader.paused_until <= today:
        return replace(reader, paused_until=None, paused_from=None)
    begun = reader.paused_from is not None and reader.paused_from <= today
    return replace(reader, paused_from=None) if begun else reader


def is_paused(reader: Subscriber, today: date) -> bool:
    """Whether they get no mail on that day: a pause may be for later."""
    now = in_force(reader, today)
    return now.paused_until is not None and now.paused_from is None


def settings_values(pen: Pen, reader: Subscriber) -> dict[str, Any]:
    """What letters and pages show of a reader's settings."""
    topics = lists.topics(pen.tx, reader.list_id)
    own = reader.topic_frequencies
    return {
        "frequency": reader.frequency,
        "topics": [topic.name for topic in topics if topic.id in reader.topics],
        "own": [(topic.name, own[topic.id]) for topic in topics if topic.id in own],
        "all_topics": [topic.name for topic in topics],
        "format": reader.format,
        "length": reader.length,
        "files": reader.attachments,
        "tongue": "" if pen.sender.speaks(reader.language) == reader.language else reader.language,
        "paused_from": in_force(reader, today(pen)).paused_from or "",
        "paused_until": in_force(reader, today(pen)).paused_until or "",
    }


def sentences(
    pen: Pen, before: Subscriber, after: Subscriber, *, moving: bool = False
) -> list[str]:
    """What is different, in plain sentences for the reader; empty when nothing is.

    ``moving`` says that the mails shall go to another address.
    """
    names = {topic.id: topic.name for topic in lists.topics(pen.tx, after.list_id)}
    said = {**_SAME, "revived": after.state != before.state, "moving": moving}
    for value, field in {"tongue": "language", "files": "attachments"}.items():
        said[value] = _new(before, after, field)
    for field in ("frequency", "format", "length"):
        said[field] = _new(before, after, field)
    if after.topics != before.topics:
        said["topics"] = [names[number] for number in after.topics if number in names]
        said["all_chosen"] = not after.topics
    said["written"] = pen.sender.spoken
    said["own"] = _own(before, after, names)
    if (after.paused_until, after.paused_from) != (before.paused_until, before.paused_from):
        said["since"] = in_force(after, today(pen)).paused_from or ""
        said["until"] = after.paused_until or ""
        said["resumed"] = after.paused_until is None
    return templates.sentences("changes", pen.sender.speaks(after.language), **said)


def _new(before: Subscriber, after: Subscriber, field: str) -> str:
    value: str = getattr(after, field)
    return value if value != getattr(before, field) else ""


def _own(before: Subscriber, after: Subscriber, names: dict[int, str]) -> list[tuple[str, str]]:
    """The topics whose own frequency is new; "" for one that has none any more. Of one that does
    not come any more nothing is said."""
    every = (*after.topic_frequencies, *before.topic_frequencies)
    numbers = [one for one in every if not after.topics or one in after.topics]
    return [
        (names[number], after.topic_frequencies.get(number, ""))
        for number in dict.fromkeys(numbers)
        if number in names
        and after.topic_frequencies.get(number) != before.topic_frequencies.get(number)
    ]
