"""What became of an edition's mails, for the report to the people who run the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from storage.database import insert_once
from storage.records import Edition
from storage.tables import author, edition, history, outgoing, post, report, subscriber

_EDITION = [
    edition.c[name]
    for name in ("id", "list_id", "frequency", "period", "start", "end", "state", "lead_id")
] + [edition.c.readers]


@dataclass(frozen=True, slots=True)
class Sending:
    """How far the mails of an edition are."""

    sent: int = 0
    waiting: int = 0
    """Not yet handed over, tried before or not."""
    untried: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class NotReached:
    name: str
    address: str
    reason: str
    """What the other server said."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """An author who has posted, and not for a while."""

    name: str
    address: str
    last: datetime


def due(tx: Connection, since: datetime) -> list[tuple[Edition, datetime]]:
    """Weekly editions that were finished since then and not reported; with when they were."""
    done = select(report.c.id).where(
        (report.c.edition_id == edition.c.id) & report.c.written_at.is_not(None)
    )
    here = (edition.c.frequency == "weekly") & (edition.c.state == "finished")
    here &= (edition.c.finished_at >= since) & ~done.exists()
    rows = tx.execute(select(*_EDITION, edition.c.finished_at).where(here).order_by(edition.c.id))
    return [(Edition(*row[:-1]), row[-1]) for row in rows]


def skipped(tx: Connection, since: datetime) -> list[Edition]:
    """Editions with a timetable that were given up since then, and that nobody was told of."""
    done = select(report.c.id).where(
        (report.c.edition_id == edition.c.id) & report.c.written_at.is_not(None)
    )
    here = (edition.c.state == "skipped") & (edition.c.frequency != "straight away")
    here &= (edition.c.made_at >= since) & ~done.exists()
    return [Edition(*row) for row in tx.execute(select(*_EDITION).where(here))]


def note_written(tx: Connection, edition_id: int, now: datetime) -> bool:
    """True for exactly one caller."""
    insert_once(tx, report, {"edition_id": edition_id})
    here = (report.c.edition_id == edition_id) & report.c.written_at.is_(None)
    return tx.execute(update(report).where(here).values(written_at=now)).rowcount == 1


def note_canary(tx: Connection, lead_id: int, now: datetime) -> None:
    """The mail to the list's own test mailbox has come back."""
    insert_once(tx, report, {"edition_id": lead_id})
    here = (report.c.edition_id == lead_id) & report.c.canary_at.is_(None)
    tx.execute(update(report).where(here).values(canary_at=now))


def canary_at(tx: Connection, lead_id: int) -> datetime | None:
    found: datetime | None = tx.execute(
        select(report.c.canary_at).where(report.c.edition_id == lead_id)
    ).scalar_one_or_none()
    return found


def sending(tx: Connection, lead_id: int) -> Sending:
    """The mails of all editions that share this lead."""
    tried = outgoing.c.attempts > 0
    grouped = (
        select(outgoing.c.state, tried, func.count())
        .where(outgoing.c.edition_id == lead_id)
        .group_by(outgoing.c.state, tried)
    )
    counts = {(row[0], bool(row[1])): row[2] for row in tx.execute(grouped)}

    def of(*states: str) -> int:
        return sum(count for (state, _), count in counts.items() if state in states)

    untried = sum(counts.get((state, False), 0) for state in ("waiting", "sending"))
    return Sending(of("sent", "perhaps sent"), of("waiting", "sending"), untried, of("refused"))


def not_reached(tx: Connection, lead_id: int, limit: int) -> list[NotReached]:
    both = outgoing.outerjoin(subscriber, subscriber.c.id == outgoing.c.subscriber_id)
    here = (outgoing.c.edition_id == lead_id) & (outgoing.c.state == "refused")
    chosen = select(subscriber.c.name, outgoing.c.recipient, outgoing.c.reason).select_from(both)
    rows = tx.execute(chosen.where(here).order_by(outgoing.c.id).limit(limit))
    return [NotReached(row[0] or "", row[1], row[2]) for row in rows]


def quiet_authors(
    tx: Connection, list_id: int, before: datetime, after: datetime, limit: int
) -> list[Quiet]:
    """Authors whose newest approved post is older than ``before`` and newer than ``after``."""
    last = func.max(post.c.approved_at)
    same = (post.c.list_id == author.c.list_id) & (post.c.author_key == author.c.address_key)
    chosen = (
        select(author.c.name, author.c.address, last)
        .select_from(author.join(post, same))
        .where((author.c.list_id == list_id) & (post.c.state == "approved"))
        .group_by(author.c.id, author.c.name, author.c.address)
        .having((last < before) & (last >= after))
        .order_by(last.desc())
        .limit(limit)
    )
    return [Quiet(*row) for row in tx.execute(chosen)]


def noted(
    tx: Connection, list_id: int, what: Sequence[str], since: datetime
) -> list[tuple[str, str, str]]:
    """(what, detail, title of the post) of such steps since then."""
    both = history.outerjoin(post, post.c.id == history.c.post_id)
    here = (history.c.list_id == list_id) & history.c.what.in_(what) & (history.c.at >= since)
    chosen = select(history.c.what, history.c.detail, post.c.title).select_from(both)
    return [(row[0], row[1], row[2] or "") for row in tx.execute(chosen.where(here))]
