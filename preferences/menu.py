"""Choices by number, for whoever finds words hard: what is offered, and what a number means.

What each number meant is kept with the mail, so that a reply counts as it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from delivery.letters import Pen
from preferences.settings import in_force, today
from preferences.wish import Wish
from storage import lists, menus
from storage.menus import Choice
from storage.records import FILES, FORMATS, LENGTHS, Subscriber, Topic
from templates import MenuItem

# Not FREQUENCIES: what most readers want stands first, and keeps its number.
OFTEN = ("weekly", "daily", "monthly", "straight away")
PAUSE = timedelta(weeks=4)
MOST_TOPICS = 30
REPLY_WITHIN = timedelta(days=30)


def offered(pen: Pen, reader: Subscriber) -> list[MenuItem]:
    """What ``reader`` can choose; the numbers are the same in all mails while the topics are."""
    topics = lists.topics(pen.tx, reader.list_id)[:MOST_TOPICS]
    reader = in_force(reader, today(pen))
    found = [MenuItem(0, "frequency", one, chosen=one == reader.frequency) for one in OFTEN]
    found += [MenuItem(0, "format", one, chosen=one == reader.format) for one in FORMATS]
    found += [MenuItem(0, "length", one, chosen=one == reader.length) for one in LENGTHS]
    found += [MenuItem(0, "attachments", one, chosen=one == reader.attachments) for one in FILES]
    found.append(MenuItem(0, "pause", "" if reader.paused_until else "4"))
    found += [MenuItem(0, "data", ""), MenuItem(0, "stop", "")]
    if topics:
        found.append(MenuItem(0, "topics", "", chosen=not reader.topics))
    found += [
        MenuItem(0, "topic", str(topic.id), topic.name, chosen=topic.id in reader.topics)
        for topic in topics
    ]
    return [
        MenuItem(number, item.kind, item.value, item.name, item.chosen)
        for number, item in enumerate(found, 1)
    ]


def keep(pen: Pen, outgoing_id: int, items: Sequence[MenuItem]) -> None:
    """Remembers what the numbers in that mail mean."""
    menus.put(pen.tx, outgoing_id, [(item.kind, item.value) for item in items])


def answered(pen: Pen, reader: Subscriber, message_ids: Sequence[str]) -> list[Choice]:
    """The choices of the mail that is answered; of the reader's newest one with choices, where
    the mail program did not say which it answers. Empty when there is none."""
    if message_ids:
        return menus.of_mail(pen.tx, message_ids, reader.id)
    return menus.newest(pen.tx, reader.id, pen.now - REPLY_WITHIN)


def wishes(
    choices: Sequence[Choice], numbers: Sequence[int], topics: Sequence[Topic], today: date
) -> tuple[Wish, ...]:
    """What those numbers mean; one unclear Wish when one of them means nothing."""
    if any(not 0 < number <= len(choices) for number in numbers):
        return (Wish("unclear", {}, ", ".join(map(str, numbers))),)
    chosen = [choices[number - 1] for number in numbers]
    found = [wish for kind, value in chosen if (wish := _wish(kind, value, today))]
    known = {topic.id for topic in topics}
    wanted = tuple(int(value) for kind, value in chosen if kind == "topic" and int(value) in known)
    if wanted:
        found.append(Wish("change", {"topics": tuple(dict.fromkeys(wanted))}))
    return tuple(found) or (Wish("unclear", {}, ", ".join(map(str, numbers))),)


def _wish(kind: str, value: str, today: date) -> Wish | None:
    if kind == "stop":
        return Wish("stop", {})
    if kind == "data":
        return Wish("data", {})
    if kind == "topics":
        return Wish("change", {"topics": ()})
    if kind == "pause":
        return Wish("change", {"paused_until": today + PAUSE if value else None})
    return None if kind == "topic" else Wish("change", {kind: value})
