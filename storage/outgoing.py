"""The outbox: one row for each mail to one person, from its making to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from storage import halts, holds, journal
from storage.database import change_each
from storage.records import Outgoing
from storage.tables import outgoing

# People who wait for an answer never stand behind ten thousand round-ups.
LANE_PEOPLE = 0
LANE_EDITIONS = 1
Lanes = Literal["all", "one"]

_NAMES = [field.name for field in fields(Outgoing)]
_COLUMN = {"to": "recipient"}
# Values handed over beside a statement cost a fraction of those written into it.
_PUT = outgoing.insert().returning(outgoing.c.id)
_JOURNAL_NAMES = ("id", "message_id", "list_id", "edition_id", "subscriber_id", "form", "items")
_JOURNALLED = [outgoing.c[name] for name in _JOURNAL_NAMES]
# Made once: to put it together costs more than to carry it out, and each mail needs it. One id at
# a time, since a list of ids would be written into the statement anew each time.
_SENT = (
    update(outgoing)
    .where(
        outgoing.c.id == bindparam("b_id"),
        outgoing.c.claim == bindparam("b_claim"),
        outgoing.c.state == "sending",
    )
    .values(
        state="sent",
        sent_at=bindparam("b_now"),
        lease_until=None,
        attempts=outgoing.c.attempts + 1,
        reason=bindparam("b_reason"),
        message=None,
    )
)
_SENT_AND_TOLD = _SENT.returning(*_JOURNALLED)
_FIELDS = [outgoing.c[_COLUMN.get(name, name)] for name in _NAMES]
_BY_ORDER = itemgetter(0, 1, 2)


def put(tx: Connection, new: Outgoing, *, lane: int = LANE_PEOPLE) -> int:
    """Writes a mail down to be sent; its id (that of ``new`` is not looked at)."""
    values = {_COLUMN.get(name, name): getattr(new, name) for name in _NAMES if name != "id"}
    values |= {"lane": lane, "next_at": new.created_at}
    return int(tx.execute(_PUT, values).scalar_one())


def claim(
    tx: Connection, claim: str, now: datetime, lease: timedelta, limit: int, lane: int | None = None
) -> list[Outgoing]:
    """Mails to send now, those to people first; nobody else gets them before ``now + lease``.

    A dead sender's mails come back when its lease has run out. While sending is on hold there
    are none.
    """
    if holds.in_force(tx):
        return []
    free, lanes = halts.free(tx, now), _lanes(lane)
    taken = _taking(lanes, free) if free is not None else _TAKING[lanes]
    values = {"b_now": now, "b_claim": claim, "b_until": now + lease, "b_lane": lane}
    rows = tx.execute(taken, values | {"b_limit": limit}).all()
    return [Outgoing(*row[2:]) for row in sorted(rows, key=_BY_ORDER)]


def any_due(tx: Connection, now: datetime, lane: int | None = None) -> bool:
    """Whether ``claim`` may find something: to be asked without standing in the way of writers."""
    values = {"b_now": now, "b_lane": lane}
    return tx.execute(_ANY_DUE[_lanes(lane)], values).first() is not None


def _lanes(lane: int | None) -> Lanes:
    return "all" if lane is None else "one"


def _due(lanes: Lanes) -> ColumnElement[bool]:
    due = (outgoing.c.state == "waiting") & (outgoing.c.next_at <= bindparam("b_now"))
    return due if lanes == "all" else due & (outgoing.c.lane == bindparam("b_lane"))


def _taking(lanes: Lanes, free: ColumnElement[bool] | None = None) -> ReturningUpdate[Any]:
    due = _due(lanes) if free is None else _due(lanes) & free
    order = (outgoing.c.lane, outgoing.c.next_at, outgoing.c.id)
    wanted = select(outgoing.c.id).where(due).order_by(*order).limit(bindparam("b_limit"))
    # A table of its own: PostgreSQL might else look for the first ones again for each row.
    chosen = wanted.with_for_update(skip_locked=True).cte("chosen")
    taken = update(outgoing).where(outgoing.c.id.in_(select(chosen.c.id)))
    taken = taken.values(
        state="sending", claim=bindparam("b_claim"), lease_until=bindparam("b_until")
    )
    return taken.returning(outgoing.c.lane, outgoing.c.next_at, *_FIELDS)


# Made once, as above.
_TAKING: dict[Lanes, ReturningUpdate[Any]] = {"all": _taking("all"), "one": _taking("one")}
_ANY_DUE: dict[Lanes, Select[Any]] = {
    lanes: select(outgoing.c.id).where(_due(lanes)).limit(1) for lanes in _TAKING
}


def any_left(tx: Connection) -> bool:
    """Whether any mail has still to leave, now or later."""
    here = outgoing.c.state.in_(("waiting", "sending"))
    return tx.execute(select(outgoing.c.id).where(here).limit(1)).first() is not None


def extend(tx: Connection, claim: str, lease_until: datetime) -> None:
    """Says that the sender is alive: what it has in hand stays its own until then."""
    here = (outgoing.c.state == "sending") & (outgoing.c.claim == claim)
    tx.execute(update(outgoing).where(here).values(lease_until=lease_until))


def release_expired(tx: Connection, now: datetime) -> int:
    """Frees what a sender took and never finished; how many."""
    here = (outgoing.c.state == "sending") & (outgoing.c.lease_until < now)
    values = {"state": "waiting", "claim": "", "lease_until": None}
    return tx.execute(update(outgoing).where(here).values(values)).rowcount


def release(tx: Connection, outgoing_ids: Sequence[int], claim: str) -> None:
    """Gives back what was claimed and not tried, for example at a stop."""
    here = outgoing.c.id.in_(outgoing_ids) & (outgoing.c.claim == claim)
    here &= outgoing.c.state == "sending"
    tx.execute(update(outgoing).where(here).values(state="waiting", claim="", lease_until=None))


def note_sent(
    tx: Connection, outgoing_ids: Sequence[int], claim: str, now: datetime, reason: str = ""
) -> None:
    """``reason``: what is worth knowing later, such as that it was perhaps sent before."""
    for number in outgoing_ids:
        for row in tx.execute(_SENT_AND_TOLD, _sent(number, claim, now, reason)):
            journal.note(tx, "mail", state="sent", **dict(zip(_JOURNAL_NAMES, row, strict=True)))


def note_handed_over(tx: Connection, rows: Sequence[Outgoing], claim: str, now: datetime) -> None:
    """As ``note_sent``, for mails that the caller has: nothing of them need be read again."""
    if not rows:
        return
    ids = [row.id for row in rows]
    change_each(tx, _SENT, ids, {"b_claim": claim, "b_now": now, "b_reason": ""})
    for row in rows if tx.info.get("journalled", True) else ():
        told = {name: getattr(row, name) for name in _JOURNAL_NAMES}
        journal.note(tx, "mail", state="sent", **told)


def _sent(outgoing_id: int, claim: str, now: datetime, reason: str = "") -> dict[str, Any]:
    return {"b_id": outgoing_id, "b_claim": claim, "b_now": now, "b_reason": reason}


def note_later(
    tx: Connection, outgoing_id: int, claim: str, reason: str, next_at: datetime
) -> None:
    values: dict[str, Any] = {
        "state": "waiting",
        "next_at": next_at,
        "reason": reason,
        "lease_until": None,
    }
    values |= {"attempts": outgoing.c.attempts + 1, "claim": ""}
    tx.execute(update(outgoing).where(_mine([outgoing_id], claim)).values(values))


def postpone(tx: Connection, outgoing_id: int, claim: str, next_at: datetime) -> None:
    """Gives a mail back whose turn is later; it was not tried."""
    values = {"state": "waiting", "next_at": next_at, "lease_until": None, "claim": ""}
    tx.execute(update(outgoing).where(_mine([outgoing_id], claim)).values(values))


def note_refused(tx: Connection, outgoing_id: int, claim: str, reason: str) -> None:
    """The end: the mail stays in sight of the operator with what the other server said."""
    values: dict[str, Any] = {"state": "refused", "reason": reason, "lease_until": None}
    values |= {"attempts": outgoing.c.attempts + 1}
    _end(tx, [outgoing_id], claim, values)


def note_dropped(tx: Connection, outgoing_id: int, claim: str, reason: str) -> None:
    values = {"state": "dropped", "reason": reason, "lease_until": None}
    _end(tx, [outgoing_id], claim, values)


def _end(tx: Connection, ids: Sequence[int], claim: str, values: dict[str, Any]) -> None:
    """The state that a mail keeps; in the journal too, so that no older copy sends it again."""
    ended = update(outgoing).where(_mine(ids, claim)).values(values).returning(*_JOURNALLED)
    for row in tx.execute(ended):
        journal.note(tx, "mail", state=values["state"], **row._asdict())


def unrefuse(tx: Connection, outgoing_ids: Sequence[int], now: datetime) -> int:
    """Lets mails leave after all that were refused; how many of them were."""
    here = outgoing.c.id.in_(outgoing_ids) & (outgoing.c.state == "refused")
    values = {"state": "waiting", "next_at": now, "attempts": 0, "claim": ""}
    # What was refused keeps its text; what was sent has none left and stays as it is.
    return tx.execute(update(outgoing).where(here).values(values)).rowcount


def still_claimed(tx: Connection, outgoing_id: int, claim: str) -> bool:
    """False when the mail was dropped meanwhile, because its reader left."""
    return tx.execute(select(outgoing.c.id).where(_mine([outgoing_id], claim))).first() is not None


def by_id(tx: Connection, outgoing_id: int) -> Outgoing | None:
    row = tx.execute(select(*_FIELDS).where(outgoing.c.id == outgoing_id)).one_or_none()
    return _outgoing(row) if row else None


def by_message_id(tx: Connection, message_ids: Sequence[str]) -> Outgoing | None:
    """The mail that a letter answers, found by In-Reply-To and References; the newest of them."""
    if not message_ids:
        return None
    here = outgoing.c.message_id.in_(message_ids)
    row = tx.execute(_newest().where(here)).first()
    return _outgoing(row) if row else None


def last_round_up(tx: Connection, subscriber_id: int) -> Outgoing | None:
    """The newest round-up that a reader was sent."""
    here = (outgoing.c.subscriber_id == subscriber_id) & outgoing.c.edition_id.is_not(None)
    row = tx.execute(_newest().where(here & (outgoing.c.state == "sent"))).first()
    return _outgoing(row) if row else None


def last_about_post(
    tx: Connection, post_id: int, letter: str, volunteer_id: int
) -> Outgoing | None:
    """The newest mail of that template about a post to that volunteer: replies join its thread."""
    here = (outgoing.c.post_id == post_id) & (outgoing.c.letter == letter)
    row = tx.execute(_newest().where(here & (outgoing.c.volunteer_id == volunteer_id))).first()
    return _outgoing(row) if row else None


def begins_thread(
    tx: Connection, post_id: int, volunteer_id: int, letters: Sequence[str]
) -> Outgoing | None:
    """The first mail about a post to that volunteer, one of ``letters`` before any other: all later
    ones join its thread."""
    here = (outgoing.c.post_id == post_id) & (outgoing.c.volunteer_id == volunteer_id)
    order = (outgoing.c.letter.not_in(letters), outgoing.c.id)
    row = tx.execute(select(*_FIELDS).where(here).order_by(*order).limit(1)).first()
    return _outgoing(row) if row else None


def volunteers_about(tx: Connection, post_id: int) -> set[int]:
    """The ids of the moderators who were written to about a post."""
    here = (outgoing.c.post_id == post_id) & outgoing.c.volunteer_id.is_not(None)
    return set(tx.execute(select(outgoing.c.volunteer_id).where(here).distinct()).scalars())


def count_since(
    tx: Connection,
    since: datetime,
    letter: str,
    *,
    post_id: int | None = None,
    volunteer_id: int | None = None,
    subscriber_id: int | None = None,
) -> int:
    """How many mails of that template were written since then about a post, or to one person."""
    here = (outgoing.c.created_at >= since) & (outgoing.c.letter == letter)
    if post_id is not None:
        here &= outgoing.c.post_id == post_id
    if volunteer_id is not None:
        here &= outgoing.c.volunteer_id == volunteer_id
    if subscriber_id is not None:
        here &= outgoing.c.subscriber_id == subscriber_id
    return int(tx.execute(select(func.count()).where(here)).scalar_one())


def letters_since(tx: Connection, subscriber_id: int, since: datetime) -> int:
    """How many letters, round-ups not counted, were written to a reader since then."""
    here = (outgoing.c.subscriber_id == subscriber_id) & (outgoing.c.created_at >= since)
    counted = select(func.count()).where(here & outgoing.c.edition_id.is_(None))
    return int(tx.execute(counted).scalar_one())


def set_items(tx: Connection, outgoing_id: int, posts: Sequence[int]) -> None:
    """Numbers posts in a letter that lists them, so that a reply can ask for one."""
    items = f"0:{','.join(map(str, posts))}"
    tx.execute(update(outgoing).where(outgoing.c.id == outgoing_id).values(items=items))


def posts_of(items: str) -> list[int]:
    """The post ids in an edition mail's items, in the order of their numbers."""
    return [
        int(number)
        for group in items.split()
        for number in group.partition(":")[2].split(",")
        if number
    ]


def waiting(tx: Connection, limit: int = 100) -> list[Outgoing]:
    """What was refused or perhaps sent, and what had to be put off at least once."""
    put_off = (outgoing.c.state == "waiting") & (outgoing.c.attempts > 0)
    here = put_off | outgoing.c.state.in_(("refused", holds.PERHAPS_SENT))
    rows = tx.execute(select(*_FIELDS).where(here).order_by(outgoing.c.id).limit(limit))
    return [_outgoing(row) for row in rows]


def counts(tx: Connection) -> dict[str, int]:
    """How many mails there are in each state."""
    rows = tx.execute(select(outgoing.c.state, func.count()).group_by(outgoing.c.state))
    return {row[0]: row[1] for row in rows}


def next_due(tx: Connection) -> datetime | None:
    """When the next waiting mail wants to leave."""
    here = outgoing.c.state == "waiting"
    found: datetime | None = tx.execute(select(func.min(outgoing.c.next_at)).where(here)).scalar()
    return found


def _mine(outgoing_ids: Sequence[int], claim: str) -> Any:
    here = outgoing.c.id.in_(outgoing_ids) & (outgoing.c.claim == claim)
    return here & (outgoing.c.state == "sending")


def _newest() -> Select[Any]:
    return select(*_FIELDS).order_by(outgoing.c.id.desc()).limit(1)


def _outgoing(row: Sequence[Any]) -> Outgoing:
    return Outgoing(*row)
