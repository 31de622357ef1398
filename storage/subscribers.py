"""Readers: their settings, and their coming and going."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from storage import journal, taken
from storage.addresses import fold
from storage.database import insert_many_once, insert_once
from storage.records import Frequency, Subscriber
from storage.tables import confirmation, history, outgoing, subscriber

_NAMES = [field.name for field in fields(Subscriber)]
_FIELDS = [subscriber.c[name] for name in _NAMES]
# Asked for each letter: a statement made once costs a sixth of one made each time.
_BY_ADDRESS = select(*_FIELDS).where(
    subscriber.c.list_id == bindparam("of"), subscriber.c.address_key == bindparam("key")
)


def add(tx: Connection, new: Subscriber) -> int | None:
    """Stores a new reader; None when the address is on the list already, or once left it."""
    values = {name: getattr(new, name) for name in _NAMES if name != "id"}
    return insert_once(tx, subscriber, _stored(values) | {"address_key": fold(new.address)})


def add_many(tx: Connection, new: Sequence[Subscriber]) -> list[int]:
    """As ``add`` for many at once: the ids of those who were not there."""
    rows = [
        _stored({name: getattr(one, name) for name in _NAMES if name != "id"})
        | {"address_key": fold(one.address)}
        for one in new
    ]
    return insert_many_once(tx, subscriber, rows)


def states(tx: Connection, list_id: int, addresses: Sequence[str]) -> dict[str, str]:
    """The states of those who are known to the list, by folded address."""
    here = (subscriber.c.list_id == list_id) & subscriber.c.address_key.in_(map(fold, addresses))
    rows = tx.execute(select(subscriber.c.address_key, subscriber.c.state).where(here))
    return {row[0]: row[1] for row in rows}


def change(tx: Connection, subscriber_id: int, changes: dict[str, Any]) -> bool:
    """True when the reader is still there. ``changes`` holds fields of Subscriber by name."""
    values = _stored(changes)
    if "address" in values:
        values["address_key"] = fold(values["address"])
    if changes.get("changed_at"):
        values["owed_since"] = _owed_since(tx, subscriber_id, changes["changed_at"])
    if "state" in changes:
        journal.note(tx, "reader", id=subscriber_id, state=changes["state"])
    here = subscriber.c.id == subscriber_id
    return tx.execute(update(subscriber).where(here).values(values)).rowcount == 1


def leave(tx: Connection, subscriber_id: int, now: datetime) -> bool:
    """Ends it at once, mails not yet handed over included. False when they had left before."""
    here = (subscriber.c.id == subscriber_id) & (subscriber.c.state != "left")
    left = tx.execute(update(subscriber).where(here).values(state="left", left_at=now)).rowcount
    waiting = (outgoing.c.subscriber_id == subscriber_id) & outgoing.c.state.in_(
        ("waiting", "sending")
    )
    waiting &= outgoing.c.edition_id.is_not(None)
    tx.execute(update(outgoing).where(waiting).values(state="dropped", reason="left"))
    journal.note(tx, "reader", id=subscriber_id, state="left")
    return left == 1


def forget(tx: Connection, list_id: int, address: str) -> bool:
    """Erases a reader with the mails to them that wait and the trail of their changes."""
    reader = by_address(tx, list_id, address)
    if reader is None:
        return False
    journal.note(tx, "forgotten", id=reader.id)
    tx.execute(delete(history).where(history.c.subscriber_id == reader.id))
    mails = outgoing.c.subscriber_id == reader.id
    tx.execute(delete(outgoing).where(mails & outgoing.c.state.in_(("waiting", "refused"))))
    tx.execute(update(outgoing).where(mails).values(recipient="", message=None, reason=""))
    asked = confirmation.c.address_key == fold(address)
    tx.execute(delete(confirmation).where(asked & (confirmation.c.list_id == list_id)))
    tx.execute(delete(subscriber).where(subscriber.c.id == reader.id))
    return True


def by_id(tx: Connection, subscriber_id: int) -> Subscriber | None:
    row = tx.execute(select(*_FIELDS).where(subscriber.c.id == subscriber_id)).one_or_none()
    return _subscriber(row) if row else None


def by_address(tx: Connection, list_id: int, address: str) -> Subscriber | None:
    """Whatever their state: one who left is found too."""
    row = tx.execute(_BY_ADDRESS, {"of": list_id, "key": fold(address)}).one_or_none()
    return _subscriber(row) if row else None


def after(
    tx: Connection, list_id: int, last_id: int, limit: int, state: str = "active"
) -> list[Subscriber]:
    """The next readers in id order, so that a list of any length is walked in small steps."""
    here = (subscriber.c.list_id == list_id) & (subscriber.c.id > last_id)
    here &= subscriber.c.state == state
    rows = tx.execute(select(*_FIELDS).where(here).order_by(subscriber.c.id).limit(limit))
    return [_subscriber(row) for row in rows]


def batch(
    tx: Connection, list_id: int, last_id: int, limit: int
) -> tuple[list[Subscriber], list[int]]:
    """The next active readers, and the ids of those among them whose row cannot be read."""
    here = (subscriber.c.list_id == list_id) & (subscriber.c.id > last_id)
    here &= subscriber.c.state == "active"
    rows = tx.execute(select(*_FIELDS).where(here).order_by(subscriber.c.id).limit(limit))
    readers, broken = [], []
    for row in rows:
        try:
            readers.append(_subscriber(row))
        except ValueError:
            broken.append(row[0])
    return readers, broken


def walk(tx: Connection, list_id: int) -> Iterator[Subscriber]:
    """All readers in whatever state, a few hundred in memory at a time."""
    here = select(*_FIELDS).where(subscriber.c.list_id == list_id).order_by(subscriber.c.id)
    for row in tx.execute(here.execution_options(yield_per=500)):
        yield _subscriber(row)


def any_straight_away(tx: Connection, list_id: int) -> bool:
    """Whether a reader gets some or all posts as soon as they are approved."""
    return _any_at(tx, list_id, "straight away")


def any_daily(tx: Connection, list_id: int) -> bool:
    """Whether a reader gets some or all posts once a day."""
    return _any_at(tx, list_id, "daily")


def _any_at(tx: Connection, list_id: int, frequency: Frequency) -> bool:
    here = (subscriber.c.list_id == list_id) & (subscriber.c.state == "active")
    here &= (subscriber.c.frequency == frequency) | subscriber.c.topic_frequencies.contains(
        frequency
    )
    return tx.execute(select(subscriber.c.id).where(here).limit(1)).first() is not None


def count(tx: Connection, list_id: int) -> int:
    here = (subscriber.c.list_id == list_id) & (subscriber.c.state == "active")
    return int(tx.execute(select(func.count()).where(here)).scalar_one())


def _owed_since(tx: Connection, subscriber_id: int, now: datetime) -> datetime | None:
    reader = by_id(tx, subscriber_id)
    return taken.owed_since(tx, reader, now) if reader else None


def _stored(changes: dict[str, Any]) -> dict[str, Any]:
    values = dict(changes)
    if "topics" in values:
        values["topics"] = ",".join(map(str, values["topics"]))
    if "topic_frequencies" in values:
        own = sorted(values["topic_frequencies"].items())
        values["topic_frequencies"] = ",".join(f"{topic}:{frequency}" for topic, frequency in own)
    return values


def _subscriber(row: Sequence[Any]) -> Subscriber:
    values = dict(zip(_NAMES, row, strict=True))
    values["topics"] = tuple(int(part) for part in values["topics"].split(",") if part)
    pairs = (part.partition(":") for part in values["topic_frequencies"].split(",") if part)
    values["topic_frequencies"] = {int(topic): frequency for topic, _, frequency in pairs}
    return Subscriber(**values)
