"""What waits for a yes from an address itself, and so who was asked when, and from where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from storage.addresses import fold
from storage.records import Confirmation
from storage.tables import confirmation


def ask(
    tx: Connection,
    list_id: int,
    kind: str,
    address: str,
    payload: Mapping[str, Any],
    now: datetime,
    source: str = "",
) -> int:
    """Writes down what waits for a yes from ``address``; the id goes into the mark."""
    values = {
        "list_id": list_id,
        "kind": kind,
        "address_key": fold(address),
        "payload": json.dumps({**payload, "address": address}),
        "source": source,
        "created_at": now,
    }
    statement = confirmation.insert().values(values).returning(confirmation.c.id)
    return int(tx.execute(statement).scalar_one())


def note(
    tx: Connection, list_id: int, kind: str, address: str, now: datetime, source: str = ""
) -> None:
    """Writes down that ``address`` was written to where no yes is needed: it counts, too."""
    settle(tx, ask(tx, list_id, kind, address, {}, now, source), now)


def by_id(tx: Connection, number: int) -> Confirmation | None:
    """Settled or not."""
    row = tx.execute(select(confirmation).where(confirmation.c.id == number)).one_or_none()
    if row is None:
        return None
    payload = json.loads(row.payload)
    address = payload.pop("address")
    return Confirmation(row.id, row.list_id, row.kind, address, payload, row.created_at)


def settle(tx: Connection, number: int, now: datetime) -> bool:
    """True for exactly one caller: a second yes changes nothing."""
    here = (confirmation.c.id == number) & confirmation.c.settled_at.is_(None)
    return tx.execute(update(confirmation).where(here).values(settled_at=now)).rowcount == 1


def count_since(
    tx: Connection,
    since: datetime,
    *,
    list_id: int = 0,
    kind: str = "",
    address: str = "",
    source: str = "",
) -> int:
    """How many there were since then, of one address or from one source."""
    here = confirmation.c.created_at >= since
    if list_id:
        here &= confirmation.c.list_id == list_id
    if kind:
        here &= confirmation.c.kind == kind
    if address:
        here &= confirmation.c.address_key == fold(address)
    if source:
        here &= confirmation.c.source == source
    return int(tx.execute(select(func.count()).where(here)).scalar_one())
