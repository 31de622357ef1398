"""Sending on hold: nothing leaves and no edition is made until a person says go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage.tables import hold
from storage.tables import outgoing as mails

PERHAPS_SENT = "perhaps sent"
"""It waited in a copy that was put back, and nobody knows what became of it since."""

_IN_FORCE = select(hold.c.id).where(hold.c.ended_at.is_(None)).limit(1)


@dataclass(frozen=True, slots=True)
class Hold:
    since: datetime
    reason: str


def begin(tx: Connection, reason: str, now: datetime) -> None:
    tx.execute(insert(hold).values(since=now, reason=reason))


def end(tx: Connection, now: datetime) -> bool:
    """False when nothing was on hold."""
    here = hold.c.ended_at.is_(None)
    return tx.execute(update(hold).where(here).values(ended_at=now)).rowcount > 0


def in_force(tx: Connection) -> bool:
    return tx.execute(_IN_FORCE).first() is not None


def every(tx: Connection) -> list[Hold]:
    """The holds in force, the oldest first."""
    here = select(hold.c.since, hold.c.reason).where(hold.c.ended_at.is_(None))
    return [Hold(*row) for row in tx.execute(here.order_by(hold.c.id))]


def doubt_all(tx: Connection) -> int:
    """Marks every mail that waits as perhaps sent; how many."""
    here = mails.c.state.in_(("waiting", "sending"))
    values = {"state": PERHAPS_SENT, "claim": "", "lease_until": None}
    return tx.execute(update(mails).where(here).values(values)).rowcount


def doubtful(tx: Connection) -> int:
    here = mails.c.state == PERHAPS_SENT
    return int(tx.execute(select(func.count()).select_from(mails).where(here)).scalar_one())


def settle_doubtful(tx: Connection, *, send: bool, now: datetime) -> int:
    """Sends what was perhaps sent, or takes it as sent; how many mails."""
    values = {"state": "waiting", "next_at": now} if send else {"state": "sent", "message": None}
    here = mails.c.state == PERHAPS_SENT
    return tx.execute(update(mails).where(here).values(values)).rowcount
