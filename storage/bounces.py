"""Mails that came back, and the readers who get none for a while because of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, select, update

from storage.database import insert_once
from storage.outgoing import by_id
from storage.records import Outgoing
from storage.tables import bounce, outgoing, stopped, subscriber


@dataclass(frozen=True, slots=True)
class Stopped:
    """A reader who gets no round-ups, because too many mails came back."""

    subscriber_id: int
    list_id: int
    kind: str
    """hard, soft, or removed once they were taken off"""
    since: datetime
    probes: int
    probed_at: datetime | None


def note(tx: Connection, mail: Outgoing, kind: str, status: str, now: datetime) -> bool:
    """Writes down that ``mail`` came back; False when that was known."""
    values = {
        "list_id": mail.list_id,
        "subscriber_id": mail.subscriber_id,
        "volunteer_id": mail.volunteer_id,
        "at": now,
        "kind": kind,
        "status": status,
        "outgoing_id": mail.id,
    }
    return insert_once(tx, bounce, values) is not None


def counts(tx: Connection, subscriber_id: int, since: datetime) -> dict[str, int]:
    """How many mails to a reader came back since then, by kind."""
    here = (bounce.c.subscriber_id == subscriber_id) & (bounce.c.at > since)
    rows = tx.execute(select(bounce.c.kind, func.count()).where(here).group_by(bounce.c.kind))
    return {row[0]: row[1] for row in rows}


def of_volunteer(tx: Connection, volunteer_id: int, since: datetime) -> int:
    """How many mails to a moderator or an organiser came back since then."""
    here = (bounce.c.volunteer_id == volunteer_id) & (bounce.c.at > since)
    return int(tx.execute(select(func.count()).where(here)).scalar_one())


def stop(tx: Connection, subscriber_id: int, kind: str, now: datetime) -> bool:
    """Nothing goes to the reader any more but probes; False when that was so already."""
    here = (subscriber.c.id == subscriber_id) & (subscriber.c.state == "active")
    if tx.execute(update(subscriber).where(here).values(state="stopped")).rowcount == 0:
        return False
    tx.execute(delete(stopped).where(stopped.c.subscriber_id == subscriber_id))
    tx.execute(stopped.insert().values(subscriber_id=subscriber_id, kind=kind, since=now))
    waiting = (outgoing.c.subscriber_id == subscriber_id) & (outgoing.c.state == "waiting")
    waiting &= outgoing.c.edition_id.is_not(None)
    tx.execute(update(outgoing).where(waiting).values(state="dropped", reason="stopped"))
    return True


def clear(tx: Connection, subscriber_id: int) -> None:
    """The address works: what came back before no longer counts."""
    tx.execute(delete(bounce).where(bounce.c.subscriber_id == subscriber_id))
    tx.execute(delete(stopped).where(stopped.c.subscriber_id == subscriber_id))


def all_stopped(tx: Connection) -> list[Stopped]:
    """Those who are stopped now, of all lists."""
    joined = stopped.join(subscriber, subscriber.c.id == stopped.c.subscriber_id)
    found = _select().select_from(joined).where(subscriber.c.state == "stopped")
    return [Stopped(*row) for row in tx.execute(found.order_by(stopped.c.id))]


def note_probe(tx: Connection, one: Stopped, now: datetime) -> bool:
    """True for one caller only: two clocks must not both write the probe."""
    here = (stopped.c.subscriber_id == one.subscriber_id) & (stopped.c.probes == one.probes)
    values = {"probes": one.probes + 1, "probed_at": now}
    return tx.execute(update(stopped).where(here).values(values)).rowcount == 1


def note_removed(tx: Connection, subscriber_id: int) -> None:
    """The organisers hear of it once more."""
    here = stopped.c.subscriber_id == subscriber_id
    tx.execute(update(stopped).where(here).values(kind="removed", told_at=None))


def untold(tx: Connection, list_id: int) -> tuple[list[Stopped], datetime | None]:
    """Of whom the organisers have not heard, and when they last heard of any."""
    joined = stopped.join(subscriber, subscriber.c.id == stopped.c.subscriber_id)
    here = subscriber.c.list_id == list_id
    last = tx.execute(select(func.max(stopped.c.told_at)).select_from(joined).where(here)).scalar()
    found = _select().select_from(joined).where(here & stopped.c.told_at.is_(None))
    return [Stopped(*row) for row in tx.execute(found.order_by(stopped.c.id))], last


def note_told(tx: Connection, subscriber_ids: Sequence[int], now: datetime) -> None:
    here = stopped.c.subscriber_id.in_(subscriber_ids)
    tx.execute(update(stopped).where(here).values(told_at=now))


def refused(tx: Connection, since: datetime, limit: int) -> list[Outgoing]:
    """Mails to readers that the mail server refused for good, of which nobody took note yet."""
    here = (outgoing.c.state == "refused") & outgoing.c.subscriber_id.is_not(None)
    here &= outgoing.c.created_at > since
    here &= ~exists().where(bounce.c.outgoing_id == outgoing.c.id)
    ids = tx.execute(select(outgoing.c.id).where(here).order_by(outgoing.c.id).limit(limit))
    return [mail for number in ids.scalars() if (mail := by_id(tx, number))]


def _select() -> Select[Any]:
    return select(
        stopped.c.subscriber_id,
        subscriber.c.list_id,
        stopped.c.kind,
        stopped.c.since,
        stopped.c.probes,
        stopped.c.probed_at,
    )
