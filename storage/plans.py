"""What the people who run a list want of an edition: one row for each that was shown to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from storage.database import insert_once
from storage.records import Edition, Frequency, Plan
from storage.tables import plan

_NAMES = [field.name for field in fields(Plan)]
_FIELDS = [plan.c[name] for name in _NAMES]
_NUMBERS = ("items", "dropped", "first", "shortened")


def by_id(tx: Connection, plan_id: int) -> Plan | None:
    row = tx.execute(select(*_FIELDS).where(plan.c.id == plan_id)).one_or_none()
    return _plan(row) if row else None


def by_period(tx: Connection, list_id: int, frequency: Frequency, period: str) -> Plan | None:
    here = (plan.c.list_id == list_id) & (plan.c.frequency == frequency)
    row = tx.execute(select(*_FIELDS).where(here & (plan.c.period == period))).one_or_none()
    return _plan(row) if row else None


def of_editions(tx: Connection, editions: Sequence[Edition]) -> Plan | None:
    """The plan of the first of these editions that has one."""
    found = (by_period(tx, one.list_id, one.frequency, one.period) for one in editions)
    return next((one for one in found if one is not None), None)


def newest(tx: Connection, list_id: int) -> Plan | None:
    """The plan of the list's newest proof."""
    here = (plan.c.list_id == list_id) & plan.c.asked_at.is_not(None)
    row = tx.execute(select(*_FIELDS).where(here).order_by(plan.c.asked_at.desc()).limit(1)).first()
    return _plan(row) if row else None


def held(tx: Connection) -> list[Plan]:
    """The editions that wait for somebody's word."""
    rows = tx.execute(select(*_FIELDS).where(plan.c.held_at.is_not(None)).order_by(plan.c.id))
    return [_plan(row) for row in rows]


def begin(tx: Connection, list_id: int, frequency: Frequency, period: str) -> Plan:
    """The plan of this edition, made where there was none."""
    insert_once(tx, plan, {"list_id": list_id, "frequency": frequency, "period": period})
    found = by_period(tx, list_id, frequency, period)
    assert found is not None
    return found


def note_asked(tx: Connection, plan_id: int, items: Sequence[int], now: datetime) -> bool:
    """Notes that the proof is sent. True for exactly one caller."""
    here = (plan.c.id == plan_id) & plan.c.asked_at.is_(None)
    values = {"asked_at": now, "items": _csv(items)}
    return tx.execute(update(plan).where(here).values(values)).rowcount == 1


def change(tx: Connection, plan_id: int, changes: dict[str, Any]) -> None:
    values = {name: _csv(value) if name in _NUMBERS else value for name, value in changes.items()}
    tx.execute(update(plan).where(plan.c.id == plan_id).values(values))


def note_reminded(tx: Connection, one: Plan, now: datetime) -> bool:
    """True for exactly one caller."""
    here = (plan.c.id == one.id) & plan.c.held_at.is_not(None)
    here &= plan.c.reminded_at.is_not_distinct_from(one.reminded_at)
    return tx.execute(update(plan).where(here).values(reminded_at=now)).rowcount == 1


def _plan(row: Sequence[Any]) -> Plan:
    values = dict(zip(_NAMES, row, strict=True))
    for name in _NUMBERS:
        values[name] = tuple(int(part) for part in values[name].split(",") if part)
    return Plan(**values)


def _csv(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
