"""How far the mails of each edition have come, and what a person does with the outbox by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from storage import halts
from storage.tables import edition, mailing_list, outgoing

RATE_OVER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Run:
    """The mails of one edition that have not all left yet."""

    edition_id: int
    list: str
    frequency: str
    period: str
    mails: int
    """So far: while the edition is made there will be more."""
    sent: int
    waiting: int
    refused: int
    rate: float
    """Mails a second, over the last minutes; 0 when none left."""
    held: bool
    """The mail server refuses all of them: they wait for a person."""

    @property
    def remaining(self) -> timedelta | None:
        """How long the rest will take; None when that cannot be said."""
        return timedelta(seconds=self.waiting / self.rate) if self.rate else None


def run_figures(tx: Connection, now: datetime) -> list[Run]:
    """The runs under way, the oldest first."""
    under_way = select(outgoing.c.edition_id).where(
        outgoing.c.state.in_(("waiting", "sending")), outgoing.c.edition_id.is_not(None)
    )
    numbers = list(tx.execute(under_way.distinct().order_by(outgoing.c.edition_id)).scalars())
    stopped = halts.in_force(tx)
    whole = any(one.edition_id is None for one in stopped)
    held = {one.edition_id for one in stopped}
    return [_run(tx, number, now, whole or number in held) for number in numbers]


def _run(tx: Connection, edition_id: int, now: datetime, held: bool) -> Run:
    counted = select(
        func.count(),
        func.sum(case((outgoing.c.state == "sent", 1), else_=0)),
        func.sum(case((outgoing.c.state.in_(("waiting", "sending")), 1), else_=0)),
        func.sum(case((outgoing.c.state == "refused", 1), else_=0)),
        func.sum(case((outgoing.c.sent_at > now - RATE_OVER, 1), else_=0)),
        func.min(outgoing.c.created_at),
    ).where(outgoing.c.edition_id == edition_id)
    mails, sent, waiting, refused, lately, begun = tx.execute(counted).one()
    seconds = min(max((now - begun).total_seconds(), 1.0), RATE_OVER.total_seconds())
    about = select(
        mailing_list.c.name, mailing_list.c.domain, edition.c.frequency, edition.c.period
    )
    about = about.select_from(
        edition.join(mailing_list, mailing_list.c.id == edition.c.list_id)
    ).where(edition.c.id == edition_id)
    name, domain, frequency, period = tx.execute(about).one()
    return Run(
        edition_id=edition_id,
        list=f"{name}@{domain}",
        frequency=frequency,
        period=period,
        mails=mails,
        sent=sent,
        waiting=waiting,
        refused=refused,
        rate=lately / seconds,
        held=held,
    )


# By hand ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    id: int
    to: str
    letter: str
    state: str
    attempts: int
    next_at: datetime
    reason: str


def find(
    tx: Connection,
    *,
    states: Sequence[str],
    list_id: int | None = None,
    edition_id: int | None = None,
    limit: int = 100,
) -> list[Mail]:
    """The newest mails in one of these states, the newest first."""
    columns = ("id", "recipient", "letter", "state", "attempts", "next_at", "reason")
    chosen = select(*(outgoing.c[name] for name in columns)).where(outgoing.c.state.in_(states))
    if list_id is not None:
        chosen = chosen.where(outgoing.c.list_id == list_id)
    if edition_id is not None:
        chosen = chosen.where(outgoing.c.edition_id == edition_id)
    return [Mail(*row) for row in tx.execute(chosen.order_by(outgoing.c.id.desc()).limit(limit))]


def retry(
    tx: Connection,
    now: datetime,
    *,
    ids: Sequence[int] = (),
    edition_id: int | None = None,
    refused_too: bool = False,
) -> int:
    """Lets mails leave now that wait for their next try, and refused ones where that is said or
    they are named. How many."""
    states = ["waiting", "refused"] if ids or refused_too else ["waiting"]
    here = _named(ids, edition_id) & outgoing.c.state.in_(states)
    here &= (outgoing.c.attempts > 0) | (outgoing.c.next_at > now)
    values = {"state": "waiting", "next_at": now, "attempts": 0}
    return tx.execute(update(outgoing).where(here).values(values)).rowcount


def drop(
    tx: Connection, now: datetime, *, ids: Sequence[int] = (), edition_id: int | None = None
) -> int:
    """Ends mails that have not left: they never will. How many."""
    here = _named(ids, edition_id) & outgoing.c.state.in_(("waiting", "refused"))
    values = {"state": "dropped", "reason": "dropped by the operator", "message": None}
    dropped = tx.execute(update(outgoing).where(here).values(values)).rowcount
    if edition_id is not None:
        halts.end_edition(tx, edition_id, now)
    return dropped


def _named(ids: Sequence[int], edition_id: int | None) -> ColumnElement[bool]:
    here: ColumnElement[bool] = outgoing.c.id > 0
    if ids:
        here = outgoing.c.id.in_(ids)
    return here & (outgoing.c.edition_id == edition_id) if edition_id is not None else here
