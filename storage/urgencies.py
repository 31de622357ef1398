"""Who asked that a post go straight to everybody, while a second moderator has not agreed yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.tables import urgency


def ask(tx: Connection, post_id: int, volunteer_id: int, now: datetime) -> None:
    values = {"post_id": post_id, "volunteer_id": volunteer_id, "at": now}
    tx.execute(urgency.insert().values(values))


def asked_by(tx: Connection, post_id: int) -> int | None:
    """The moderator whose question is open; None when there is none."""
    here = (urgency.c.post_id == post_id) & urgency.c.settled_at.is_(None)
    chosen = select(urgency.c.volunteer_id).where(here).order_by(urgency.c.id).limit(1)
    found: int | None = tx.execute(chosen).scalar()
    return found


def settle(tx: Connection, post_id: int, now: datetime) -> bool:
    """Ends the question; True for whoever ended it."""
    here = (urgency.c.post_id == post_id) & urgency.c.settled_at.is_(None)
    return tx.execute(update(urgency).where(here).values(settled_at=now)).rowcount > 0
