"""Once a week the operator hears how the service is, also when all is well."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cli.check_machine import check_copies
from config import Settings
from delivery.letters import Desk, Pen, To
from digest.lateness import coming
from storage import history, lists, state
from storage.records import MailingList
from web.finding import Finding
from web.health import look

LETTER = "operator_week"
TOLD = "operator told"
HOUR = 8
"""On Mondays, in the zone of the first list: before the round-ups leave at ten."""


def is_due(tx: Connection, settings: Settings, now: datetime) -> bool:
    """Whether this week's mail is not written yet. Looks without holding anybody up."""
    every = lists.every(tx) if settings.operator else []
    monday = _monday(every[0], now) if every else None
    return monday is not None and not history.was_noted(tx, TOLD, monday)


def write_weekly(tx: Connection, desk: Desk, settings: Settings, now: datetime) -> bool:
    """Writes the week's mail when it is due and not written yet; whether it did."""
    every = lists.every(tx, locked=True) if settings.operator else []
    monday = _monday(every[0], now) if every else None
    if monday is None or history.was_noted(tx, TOLD, monday):
        return False
    history.note(tx, now, "postround", TOLD, detail=monday)
    found = [*look(tx, settings, now), *check_copies(settings, now)]
    for address in settings.operator:
        pen = Pen(tx, desk, every[0], now)
        pen.write(LETTER, To(address, address), **_values(pen, found))
    return True


def _monday(first: MailingList, now: datetime) -> str | None:
    """The date of this week's mail; None before its hour."""
    local = now.astimezone(ZoneInfo(first.timezone))
    if local.weekday() == 0 and local.hour < HOUR:
        return None
    return (local - timedelta(days=local.weekday())).date().isoformat()


def _values(pen: Pen, found: list[Finding]) -> dict[str, Any]:
    tx, now = pen.tx, pen.now
    zone = ZoneInfo(pen.sender.timezone)
    rates, box = state.rates(tx, now), state.outbox(tx, now)
    return {
        "findings": [one for one in found if one.kind in ("bad", "todo")],
        "readers": state.people(tx).get("active", 0),
        "held_posts": state.held_posts(tx),
        "letters": rates.letters,
        "mails": rates.mails,
        "waiting_mails": box.waiting,
        "refused_mails": box.refused,
        "month": round(state.bytes_per_month(tx, now) / 1e6),
        "coming_up": [
            (one.mailing_list.address, one.frequency, one.at.astimezone(zone))
            for one in coming(tx, now)[:3]
        ],
    }
