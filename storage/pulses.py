"""Signs of life: each part of the service says now and then that it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.tables import pulse

EVERY = timedelta(minutes=1)
GONE = timedelta(days=7)
"""A part that was not heard of for so long is not waited for any more."""


@dataclass(frozen=True, slots=True)
class Pulse:
    part: str
    """smtp, web, clock or sender"""
    host: str
    started_at: datetime
    at: datetime
    failed: int
    """Letters that were brought since the last that could be kept."""
    letters: int
    """Letters kept since its start."""


def beat(
    tx: Connection,
    part: str,
    host: str,
    started_at: datetime,
    now: datetime,
    counts: Mapping[str, int],
) -> None:
    values: dict[str, Any] = {"started_at": started_at, "at": now}
    values |= {"connections": counts.get("failed", 0), "letters": counts.get("kept", 0)}
    here = (pulse.c.part == part) & (pulse.c.host == host)
    if not tx.execute(update(pulse).where(here).values(values)).rowcount:
        tx.execute(insert(pulse).values(part=part, host=host, **values))
    tx.execute(delete(pulse).where(pulse.c.at < now - GONE))


def stop(tx: Connection, part: str, host: str) -> None:
    """A part that was stopped on purpose is missed by nobody."""
    tx.execute(delete(pulse).where((pulse.c.part == part) & (pulse.c.host == host)))


def forget_all(tx: Connection) -> None:
    """Those in a copy of the database are of processes that are gone."""
    tx.execute(delete(pulse))


def every(tx: Connection) -> list[Pulse]:
    columns = (pulse.c.part, pulse.c.host, pulse.c.started_at, pulse.c.at)
    chosen = select(*columns, pulse.c.connections, pulse.c.letters)
    return [Pulse(*row) for row in tx.execute(chosen.order_by(pulse.c.part, pulse.c.host))]
