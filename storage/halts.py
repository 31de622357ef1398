"""Where sending stands still because the mail server says no to everybody: to one run of round-ups,
to one lane, or to our login. A hold by a person is in holds.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from storage.tables import halt, outgoing


@dataclass(frozen=True, slots=True)
class Halt:
    """With neither ``lane`` nor ``edition_id`` it is our login, and nothing leaves."""

    id: int
    lane: int | None
    edition_id: int | None
    since: datetime
    until: datetime | None
    """Then one more try is made; None: not before a person says so."""
    reason: str

    @property
    def is_login(self) -> bool:
        return self.lane is None and self.edition_id is None


_FIELDS = (halt.c.id, halt.c.lane, halt.c.edition_id, halt.c.since, halt.c.until, halt.c.reason)
_IN_FORCE = select(*_FIELDS).where(halt.c.ended_at.is_(None)).order_by(halt.c.id)


def in_force(tx: Connection) -> list[Halt]:
    """The oldest first."""
    return [Halt(*row) for row in tx.execute(_IN_FORCE)]


def begin(
    tx: Connection,
    reason: str,
    now: datetime,
    *,
    lane: int | None = None,
    edition_id: int | None = None,
    until: datetime | None = None,
) -> bool:
    """False when that stood still already; then it does so until ``until``."""
    same = and_(
        halt.c.lane.is_not_distinct_from(lane),
        halt.c.edition_id.is_not_distinct_from(edition_id),
        halt.c.ended_at.is_(None),
    )
    if tx.execute(update(halt).where(same).values(until=until, reason=reason)).rowcount:
        return False
    values = {"lane": lane, "edition_id": edition_id, "since": now, "until": until}
    tx.execute(insert(halt).values(values | {"reason": reason}))
    return True


def end(tx: Connection, now: datetime, *, login_only: bool = False) -> int:
    """Lets everything go on, or only what stood still for our login; how many halts ended."""
    ended = update(halt).where(halt.c.ended_at.is_(None)).values(ended_at=now)
    if login_only:
        ended = ended.where(halt.c.lane.is_(None), halt.c.edition_id.is_(None))
    return tx.execute(ended).rowcount


def end_edition(tx: Connection, edition_id: int, now: datetime) -> None:
    here = (halt.c.edition_id == edition_id) & halt.c.ended_at.is_(None)
    tx.execute(update(halt).where(here).values(ended_at=now))


def free(tx: Connection, now: datetime) -> ColumnElement[bool] | None:
    """The condition on mails that may leave; None when all may."""
    stopped = []
    for one in in_force(tx):
        if one.until is None or one.until > now:
            stopped.append(_of(one))
    return ~or_(*stopped) if stopped else None


def held_by(tx: Connection, one: Halt) -> int:
    """How many mails wait behind it."""
    here = (outgoing.c.state == "waiting") & _of(one)
    return int(tx.execute(select(func.count()).select_from(outgoing).where(here)).scalar_one())


def _of(one: Halt) -> ColumnElement[bool]:
    if one.edition_id is not None:
        # Most mails are of no edition, and NULL is neither equal nor different.
        return and_(outgoing.c.edition_id.is_not(None), outgoing.c.edition_id == one.edition_id)
    if one.lane is not None:
        return outgoing.c.lane == one.lane
    return outgoing.c.id > 0
