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
    """The reader as they are on that day: a pause that is over is none."""
    over = reader.paused_until is not None and reader.paused_until <= today
    return replace(reader, paused_until=None, paused_from=None) if over else reader


def is_paused(reader: Subscriber, today: date) -> bool:
    """Whether they get no mail on that day: a pause may be for later."""
    later = reader.paused_from is not None and reader.paused_from > today
    return in_force(reader, today).paused_until is not None and not later


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
        "paused_from": _later(reader, today(pen)),
        "paused_until": in_force(reader, today(pen)).paused_until or "",
    }


def _later(reader: Subscriber, today: date) -> date | str:
    """The first day of a pause that has not begun; "" for none."""
    begins = in_force(reader, today).paused_from
    return begins if begins and begins > today else ""


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
    said["written"] = pen.sender.spoken
    if (after.paused_until, after.paused_from) != (before.paused_until, before.paused_from):
        said["since"] = _later(after, today(pen))
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
