"""Who was asked about a post that waits, and when the next one is asked.

Several clocks may run: a step belongs to whoever changes the row under its old values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select, update

from storage.database import insert_once
from storage.tables import asked, asking, outgoing, post


@dataclass(frozen=True, slots=True)
class Asking:
    """How far asking about one post has come."""

    post_id: int
    list_id: int
    since: datetime
    """From when the hours count."""
    step: int
    """0 nobody yet, 1 whoever is on duty, 2 the second too, 3 everybody."""
    next_at: datetime | None
    """When the next step is due; None for what has no notice of its own."""
    quiet: bool = False
    """Held without a notice: it is seen in the queue mail only."""
    put_off_until: datetime | None = None
    put_off_by: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    post_id: int
    volunteer_id: int
    at: datetime
    gone: str = ""
    """"" while an answer may come; else passed, away or unreachable."""


_FIELDS = [asking.c[field.name] for field in fields(Asking)]
_ASKED = [asked.c[field.name] for field in fields(Asked)]
_BEGIN = asking.insert()
_IS_HELD = exists().where(post.c.id == asking.c.post_id, post.c.state == "held")


def begin(
    tx: Connection,
    post_id: int,
    list_id: int,
    now: datetime,
    *,
    step: int,
    next_at: datetime | None,
    quiet: bool = False,
) -> None:
    """Starts to count for a post that was just held."""
    values = {"post_id": post_id, "list_id": list_id, "since": now, "step": step}
    tx.execute(_BEGIN, values | {"next_at": next_at, "quiet": quiet})


def of_post(tx: Connection, post_id: int) -> Asking | None:
    row = tx.execute(select(*_FIELDS).where(asking.c.post_id == post_id)).one_or_none()
    return Asking(*row) if row else None


def of_these(tx: Connection, post_ids: Sequence[int]) -> list[Asking]:
    here = asking.c.post_id.in_(post_ids)
    rows = tx.execute(select(*_FIELDS).where(here).order_by(asking.c.post_id))
    return [Asking(*row) for row in rows]


def move(tx: Connection, old: Asking, **changes: Any) -> bool:
    """Changes the row if it is still as ``old`` says; True for exactly one caller."""
    here = (asking.c.post_id == old.post_id) & (asking.c.step == old.step)
    same = asking.c.next_at.is_(None) if old.next_at is None else asking.c.next_at == old.next_at
    return tx.execute(update(asking).where(here & same).values(changes)).rowcount == 1


def due(tx: Connection, list_id: int, now: datetime, limit: int = 1000) -> list[Asking]:
    """What has a step to take, the longest waiting first."""
    here = (asking.c.list_id == list_id) & (asking.c.next_at <= now)
    rows = tx.execute(select(*_FIELDS).where(here).order_by(asking.c.post_id).limit(limit))
    return [Asking(*row) for row in rows]


def lists_with_due(tx: Connection, now: datetime) -> set[int]:
    rows = tx.execute(select(asking.c.list_id).where(asking.c.next_at <= now).distinct())
    return {row[0] for row in rows}


def gather(tx: Connection, list_id: int, now: datetime, until: datetime) -> None:
    """Makes due what nobody was asked about yet and would be due by ``until``: one mail tells of
    all that has come together."""
    here = (asking.c.list_id == list_id) & (asking.c.step == 0)
    here &= (asking.c.next_at <= until) & asking.c.put_off_until.is_(None)
    tx.execute(update(asking).where(here).values(next_at=now))


def rest(tx: Connection, post_ids: Sequence[int]) -> None:
    """Ends the counting for posts that are decided."""
    tx.execute(update(asking).where(asking.c.post_id.in_(post_ids)).values(next_at=None))


def waiting(tx: Connection, list_id: int, limit: int, *, quiet: bool = False) -> list[Asking]:
    """Held posts, the longest waiting first: those with a notice, or those without one."""
    here = _held(list_id).where(asking.c.quiet.is_(quiet)).order_by(asking.c.post_id).limit(limit)
    return [Asking(*row) for row in tx.execute(here)]


def count_waiting(tx: Connection, list_id: int) -> tuple[int, int]:
    """How many held posts there are: with a notice, and without one."""
    held = _held(list_id).subquery()
    found = select(held.c.quiet, func.count()).group_by(held.c.quiet)
    counts = {bool(row[0]): int(row[1]) for row in tx.execute(found)}
    return counts.get(False, 0), counts.get(True, 0)


def count_loud(tx: Connection, list_id: int, most: int) -> int:
    """How many posts wait about which somebody is asked; counted up to ``most``."""
    # The index on the moments leads to those few; from all held posts it would be a long way.
    loud = (asking.c.list_id == list_id) & asking.c.next_at.is_not(None)
    some = select(asking.c.id).where(loud & _IS_HELD).limit(most).subquery()
    return int(tx.execute(select(func.count()).select_from(some)).scalar_one())


def begin_all(tx: Connection, list_id: int, now: datetime, next_at: datetime) -> None:
    """Lets the asking about all that waits begin anew, as after a pause."""
    here = (asking.c.list_id == list_id) & asking.c.quiet.is_(False)
    here &= asking.c.post_id.in_(select(post.c.id).where(post.c.state == "held"))
    values = {"since": now, "next_at": next_at, "step": 0}
    tx.execute(update(asking).where(here).values(values))
    waiting = asked.c.post_id.in_(select(asking.c.post_id).where(here))
    tx.execute(update(asked).where(waiting).values(gone="paused"))


# Whom --------------------------------------------------------------------------------------------


def note_asked(tx: Connection, post_id: int, volunteer_id: int, now: datetime) -> bool:
    """False when they were asked before and their answer is still waited for."""
    identity = {"post_id": post_id, "volunteer_id": volunteer_id}
    if insert_once(tx, asked, identity | {"at": now, "gone": ""}):
        return True
    here = (asked.c.post_id == post_id) & (asked.c.volunteer_id == volunteer_id)
    again = update(asked).where(here, asked.c.gone != "").values(gone="", at=now)
    return tx.execute(again).rowcount > 0


def note_gone(tx: Connection, post_id: int, volunteer_id: int, why: str) -> bool:
    """No answer of theirs is waited for: passed, away or unreachable. False when so already."""
    here = (asked.c.post_id == post_id) & (asked.c.volunteer_id == volunteer_id)
    gone = update(asked).where(here, asked.c.gone == "").values(gone=why)
    return tx.execute(gone).rowcount > 0


def of_posts(tx: Connection, post_ids: Iterable[int]) -> list[Asked]:
    """Everybody who was asked about these posts, in that order."""
    here = asked.c.post_id.in_(list(post_ids))
    return [Asked(*row) for row in tx.execute(select(*_ASKED).where(here).order_by(asked.c.id))]


def held_by(tx: Connection, volunteer_id: int) -> list[int]:
    """The held posts whose answer is waited for from this person."""
    mine = (asked.c.volunteer_id == volunteer_id) & (asked.c.gone == "")
    here = mine & (asked.c.post_id == post.c.id) & (post.c.state == "held")
    return list(tx.execute(select(asked.c.post_id).where(here).order_by(asked.c.id)).scalars())


def unreachable(tx: Connection) -> list[Asked]:
    """Whose mail about a held post was refused for good, so that they never saw it."""
    same = (outgoing.c.post_id == asked.c.post_id) & (
        outgoing.c.volunteer_id == asked.c.volunteer_id
    )
    here = (outgoing.c.state == "refused") & outgoing.c.volunteer_id.is_not(None)
    here &= (outgoing.c.created_at >= asked.c.at) & (asked.c.gone == "")
    held = exists().where(post.c.id == asked.c.post_id, post.c.state == "held")
    chosen = select(*_ASKED).select_from(outgoing.join(asked, same)).where(here & held).distinct()
    return [Asked(*row) for row in tx.execute(chosen)]


def _held(list_id: int) -> Select[Any]:
    joined = asking.join(post, post.c.id == asking.c.post_id)
    here = (asking.c.list_id == list_id) & (post.c.state == "held")
    return select(*_FIELDS).select_from(joined).where(here)
