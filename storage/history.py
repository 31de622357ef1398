"""Who did what, when: the trail that an operator can show. No bodies, no marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage import journal
from storage.tables import history

_NOTE = history.insert()

MOVED = "new address, confirmed by itself; before: "
"""In the detail of a reader's change: what follows is the address before."""


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    who: str
    what: str
    detail: str


def note(
    tx: Connection,
    now: datetime,
    who: str,
    what: str,
    *,
    list_id: int | None = None,
    post_id: int | None = None,
    subscriber_id: int | None = None,
    detail: str = "",
) -> None:
    """``who`` is an address, "operator" or "postround"; ``what`` a verb such as "approved"."""
    values = {
        "at": now,
        "who": who,
        "what": what,
        "list_id": list_id,
        "post_id": post_id,
        "subscriber_id": subscriber_id,
        "detail": detail,
    }
    tx.execute(_NOTE, values)


def note_moved(
    tx: Connection, now: datetime, list_id: int, subscriber_id: int, before: str
) -> None:
    """A reader has another address; ``before`` is the one that it must not be again."""
    values = {
        "at": now,
        "who": "reader",
        "what": "changed",
        "list_id": list_id,
        "subscriber_id": subscriber_id,
        "detail": f"{MOVED}{before}",
    }
    number = tx.execute(_NOTE, values).inserted_primary_key
    assert number is not None
    journal.note(tx, "moved", id=subscriber_id, step=number[0])


def has_step(tx: Connection, number: int, subscriber_id: int) -> bool:
    here = (history.c.id == number) & (history.c.subscriber_id == subscriber_id)
    return tx.execute(select(history.c.id).where(here)).first() is not None


def since_last(tx: Connection, what: str, told: str) -> tuple[list[str], datetime | None]:
    """The details of all notes ``what`` since the last note ``told``, and when that was made."""
    here = select(history.c.id, history.c.at).where(history.c.what == told)
    last = tx.execute(here.order_by(history.c.id.desc()).limit(1)).first()
    later = (history.c.what == what) & (history.c.id > (last.id if last else 0))
    found = tx.execute(select(history.c.detail).where(later).order_by(history.c.id)).scalars()
    return list(found), last.at if last else None


def was_noted(tx: Connection, what: str, detail: str) -> bool:
    here = (history.c.what == what) & (history.c.detail == detail)
    return tx.execute(select(history.c.id).where(here).limit(1)).first() is not None


def note_added(
    tx: Connection, now: datetime, list_id: int, ids: Sequence[int], detail: str = "imported"
) -> None:
    """Notes of readers whom an operator brought in together."""
    rows = [
        {
            "at": now,
            "who": "operator",
            "what": "added",
            "list_id": list_id,
            "subscriber_id": number,
            "detail": detail,
        }
        for number in ids
    ]
    if rows:
        tx.execute(history.insert(), rows)


def of_post(tx: Connection, post_id: int) -> list[Step]:
    rows = tx.execute(select(history).where(history.c.post_id == post_id).order_by(history.c.id))
    return [Step(row.at, row.who, row.what, row.detail) for row in rows]


def of_subscriber(tx: Connection, subscriber_id: int) -> list[Step]:
    here = history.c.subscriber_id == subscriber_id
    rows = tx.execute(select(history).where(here).order_by(history.c.id))
    return [Step(row.at, row.who, row.what, row.detail) for row in rows]
