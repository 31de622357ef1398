"""Once a week the operator hears how the service is, also when all is well."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config import Settings
from delivery.letters import Desk, Pen, To
from digest.lateness import coming
from storage import history, lists, state
from web.health import look

LETTER = "operator_week"
TOLD = "operator told"
HOUR = 8
"""On Mondays, in the zone of the first list: before the round-ups leave at ten."""


def write_weekly(tx: Connection, desk: Desk, settings: Settings, now: datetime) -> bool:
    """Writes the week's mail when it is due and not written yet; whether it did."""
    if not settings.operator:
        return False
    every = lists.every(tx, locked=True)
    if not every:
        return False
    local = now.astimezone(ZoneInfo(every[0].timezone))
    monday = (local - timedelta(days=local.weekday())).date().isoformat()
    if local.weekday() == 0 and local.hour < HOUR:
        return False
    if history.was_noted(tx, TOLD, monday):
        return False
    history.note(tx, now, "postround", TOLD, detail=monday)
    found = look(tx, settings, now)
    rates, box = state.rates(tx, now), state.outbox(tx, now)
    for address in settings.operator:
        Pen(tx, desk, every[0], now).write(
            LETTER,
            To(address, address),
            findings=[one for one in found if one.kind in ("bad", "todo")],
            readers=state.people(tx).get("active", 0),
            held_posts=state.held_posts(tx),
            letters=rates.letters,
            mails=rates.mails,
            waiting_mails=box.waiting,
            refused_mails=box.refused,
            month=round(state.bytes_per_month(tx, now) / 1e6),
            coming_up=[
                (one.mailing_list.address, one.frequency, one.at.astimezone(local.tzinfo))
                for one in coming(tx, now)[:3]
            ],
        )
    return True
