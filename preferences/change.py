"""Carries out wishes, whichever way they came: by signed link or by mail. Nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from delivery.letters import Pen
from preferences.settings import in_force, is_paused, sentences, settings_values, today
from preferences.showing import answer, show
from preferences.wish import Wish
from storage import bounces, history, lists, subscribers
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
    """Carries out the wishes and writes letters about them; the name of the last one.

    ``answers`` is the Message-ID of the reader's own letter, ``answered`` are those of the mails
    of ours to which it replies.
    """
    if any(wish.kind == "stop" for wish in wishes):
        leave(pen, reader, answers=answers)
        return "leaving_done"
    wanted = merged(pen, reader, wishes)
    name = ""
    if wanted or reader.state == "stopped":
        name = change(pen, reader, wanted, answers=answers)
    for wish in wishes:
        name = answer(pen, reader, wish, answers=answers, answered=answered) or name
    return name or show(pen, reader, wishes[:1], answers=answers)


def merged(pen: Pen, reader: Subscriber, wishes: Sequence[Wish]) -> dict[str, Any]:
    """The fields with their values when all the wishes come true; a later wish wins."""
    wanted: dict[str, Any] = {}
    for wish in wishes:
        if wish.kind != "change":
            continue
        before = wanted
        plain = {name: new for name, new in wish.changes.items() if name not in _RELATIVE}
        if "paused_until" in plain:
            plain = {"paused_from": None, **plain}
        wanted = {**before, **plain}
        for name in _RELATIVE & wish.changes.keys():
            topics = wanted.get("topics", reader.topics)
            own = wanted.get("topic_frequencies", reader.topic_frequencies)
            wanted |= _RELATED[name](pen, topics, own, wish.changes[name])
    return wanted


def _with_own(
    _pen: Pen, topics: tuple[int, ...], own: Mapping[int, str], new: Mapping[int, str]
) -> dict[str, Any]:
    """ "jobs daily" beside what was wanted before it. It asks for jobs, too; whoever gets all
    topics has them already."""
    added = [topic for topic in new if topics and topic not in topics]
    more = {"topics": (*topics, *added)} if added else {}
    return {"topic_frequencies": {**own, **new}, **more}


def _with_topics(
    _pen: Pen, topics: tuple[int, ...], _own: Mapping[int, str], new: Sequence[int]
) -> dict[str, Any]:
    return {"topics": tuple(dict.fromkeys((*topics, *new)))} if topics else {"topics": ()}


def _without(
    pen: Pen, topics: tuple[int, ...], own: Mapping[int, str], gone: Sequence[int]
) -> dict[str, Any]:
    """Whoever takes the last topic away has not said that they leave, so nothing changes."""
    now = topics or tuple(topic.id for topic in lists.topics(pen.tx, pen.sender.id))
    left = tuple(topic for topic in now if topic not in gone)
    kept = {topic: often for topic, often in own.items() if topic not in gone}
    return {"topics": left, "topic_frequencies": kept} if left else {}


_RELATED: dict[str, Callable[[Pen, tuple[int, ...], Mapping[int, str], Any], dict[str, Any]]] = {
    "topic_frequencies": _with_own,
    "also": _with_topics,
    "without": _without,
}
_RELATIVE = _RELATED.keys()


def difference(
    pen: Pen, reader: Subscriber, wanted: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """What of ``wanted`` is not so already, and the sentences about it."""
    now = in_force(reader, today(pen))
    changes = {name: value for name, value in wanted.items() if getattr(now, name) != value}
    return changes, sentences(pen, now, replace(now, **changes))


def change(
    pen: Pen,
    reader: Subscriber,
    wanted: Mapping[str, Any],
    *,
    answers: str = "",
    how: str = "by mail",
) -> str:
    """Changes the settings and tells the reader what is different now. ``how`` they asked is
    for the record."""
    if reader.state == "stopped":
        # Too many mails came back, and here is somebody who had one.
        wanted = {**wanted, "state": "active"}
        bounces.clear(pen.tx, reader.id)
    changes, said = difference(pen, reader, wanted)
    if not changes:
        return show(pen, reader, (), answers=answers)
    stored = dict(changes)
    if _CHOOSING & changes.keys():
        stored["changed_at"] = pen.now
    moved = {"paused_from", "paused_until"} & changes.keys()
    if "state" in changes or (moved and is_paused(reader, today(pen))):
        # After a pause only the newest window is owed.
        stored["settled_until"] = pen.now
    subscribers.change(pen.tx, reader.id, stored)
    _note(pen, reader, "changed", f"{how}: {' '.join(said)}")
    changed = replace(reader, **changes)
    values = settings_values(pen, changed)
    pen.to_reader("settings_changed", changed, answers=answers, changes=said, **values)
    return "settings_changed"


def leave(
    pen: Pen,
    reader: Subscriber,
    *,
    answers: str = "",
    told: bool = True,
    how: str = "by mail",
    why: str = "",
) -> None:
    """Takes the reader off at once; told once, however often they ask.

    ``why`` is given where it was not the reader who asked.
    """
    if not subscribers.leave(pen.tx, reader.id, pen.now):
        return
    ended = f"Ended: {why}" if why else "Ended by the reader"
    consent = f"{reader.consent} {ended}, {pen.now:%Y-%m-%d %H:%M} UTC.".strip()
    subscribers.change(pen.tx, reader.id, {"consent": consent})
    _note(pen, reader, "removed" if why else "left", why or how, "postround" if why else "reader")
    if told:
        pen.to_reader("leaving_done", reader, answers=answers, rejoin_url="")


def _note(pen: Pen, reader: Subscriber, what: str, detail: str = "", who: str = "reader") -> None:
    about = {"list_id": reader.list_id, "subscriber_id": reader.id}
    history.note(pen.tx, pen.now, who, what, detail=detail, **about)
