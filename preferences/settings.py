"""A reader's settings in words: what they are, and what is different. Changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from delivery.letters import Pen
from storage import lists
from storage.records import Subscriber

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


def today(pen: Pen) -> date:
    """The list's local date."""
    return pen.now.astimezone(ZoneInfo(pen.sender.timezone)).date()


def in_force(reader: Subscriber, today: date) -> Subscriber:
    """The reader as they are on that day: a pause that is over is none."""
    over = reader.paused_until is not None and reader.paused_until <= today
    return replace(reader, paused_until=None) if over else reader


def settings_values(pen: Pen, reader: Subscriber) -> dict[str, Any]:
    """What letters and pages show of a reader's settings."""
    topics = lists.topics(pen.tx, reader.list_id)
    return {
        "frequency": reader.frequency,
        "topics": [topic.name for topic in topics if topic.id in reader.topics],
        "all_topics": [topic.name for topic in topics],
        "format": reader.format,
        "paused_until": in_force(reader, today(pen)).paused_until or "",
    }


def sentences(pen: Pen, before: Subscriber, after: Subscriber) -> list[str]:
    """What is different, in plain sentences for the reader; empty when nothing is."""
    names = {topic.id: topic.name for topic in lists.topics(pen.tx, after.list_id)}
    said = []
    if after.state != before.state:
        said.append("Mails come to you again.")
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
