"""After the weekly round-up: tells the people who run the list what became of it; and of one that
was given up. Each once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery.letters import Desk, Pen, To
from digest.offer import is_over
from digest.proof import readers_of_proofs
from digest.timetable import WrongTimetable, next_slot, of_list, read_zone
from storage import editions, history, lists, reports, taken, volunteers
from storage.database import Database
from storage.records import Edition, MailingList, Volunteer

OnDuty = Callable[[Connection, MailingList, datetime], list[Volunteer]]
"""The moderators in the order in which they are asked at a moment."""

SOONEST = timedelta(minutes=15)
"""Bounces and the test mailbox take a while."""
LATEST = timedelta(hours=2)
LOOK_BACK = timedelta(days=3)
QUIET_FROM, QUIET_TO = timedelta(days=61), timedelta(days=400)
MOST_NAMES = 30
WEEK = timedelta(days=7)


def write_reports(db: Database, desk: Desk, on_duty: OnDuty, now: datetime) -> None:
    """Writes what is due: when all mails of an edition have left, or after two hours."""
    with db.read() as tx:
        due = reports.due(tx, now - LOOK_BACK)
        skipped = reports.skipped(tx, now - LOOK_BACK)
    for edition, finished_at in due:
        with db.write() as tx:
            _report(tx, desk, on_duty, edition, finished_at, now)
    for edition in skipped:
        with db.write() as tx:
            _tell_skipped(tx, desk, edition, now)


def _report(
    tx: Connection,
    desk: Desk,
    on_duty: OnDuty,
    edition: Edition,
    finished_at: datetime,
    now: datetime,
) -> None:
    sending = reports.sending(tx, edition.lead_id)
    age = now - finished_at
    if age < SOONEST or (sending.untried and age < LATEST):
        return
    sender = lists.by_id(tx, edition.list_id)
    if sender is None or not reports.note_written(tx, edition.id, now):
        return
    if not sending.sent + sending.waiting + sending.refused:
        return  # there was nothing to send, and nothing to tell
    pen = Pen(tx, desk, sender, now)
    shared = _values(tx, sender, edition, finished_at, sending, now)
    coming = on_duty(tx, sender, now + WEEK)
    shared["next_on_duty"] = (coming[0].name or coming[0].address) if coming else ""
    organisers = volunteers.every(tx, sender.id, "organiser")
    for one in readers_of_proofs(tx, sender.id):
        # A moderator decides about posts; readers' addresses are the organisers' business.
        names = not organisers or one.role == "organiser" or _is_among(one, organisers)
        values = shared if names else shared | {"not_reached": ()}
        pen.write("edition_report", To(one.address, "help", volunteer_id=one.id), **values)


def _values(
    tx: Connection,
    sender: MailingList,
    edition: Edition,
    finished_at: datetime,
    sending: reports.Sending,
    now: datetime,
) -> dict[str, Any]:
    zone = read_zone(sender.timezone)
    seen = reports.canary_at(tx, edition.lead_id)
    left_out = reports.noted(tx, sender.id, ("post_unwritable", "reader_left_out"), edition.end)
    return {
        "day": edition.end.astimezone(zone).date(),
        "sent": sending.sent,
        "still_waiting": sending.waiting,
        "turned_away": sending.refused,
        "not_reached": [
            {"name": one.name, "address": one.address, "kind": reason_of(one.reason)}
            for one in reports.not_reached(tx, edition.lead_id, MOST_NAMES)
        ],
        "over": [
            one.title
            for one in taken.taken(tx, [edition.id])
            if is_over(one, finished_at.astimezone(zone).date(), zone)
        ][:MOST_NAMES],
        "broken_posts": [title for what, _, title in left_out if what == "post_unwritable"],
        "broken_readers": sum(what == "reader_left_out" for what, _, _ in left_out),
        "silent_partners": [
            {"name": one.name or one.address, "last": one.last.astimezone(zone).date()}
            for one in reports.quiet_authors(
                tx, sender.id, now - QUIET_FROM, now - QUIET_TO, MOST_NAMES
            )
        ],
        "canary": sender.canary,
        "canary_at": seen.astimezone(zone) if seen else "",
    }


_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def reason_of(reply: str) -> str:
    """What a mail server's refusal comes down to: unknown, full, unwanted, letters, silent or other
    (RFC 3463, RFC 6531)."""
    found = _STATUS.search(reply[:500])
    if found is None:
        return "unknown" if re.match(r"55[013]\b", reply) else "other"
    subject, detail = int(found[2]), int(found[3])
    if (subject, detail) == (2, 2):
        return "full"
    if (subject, detail) == (6, 7):
        return "letters"
    if subject == 1 or (subject, detail) == (2, 1):
        return "unknown"
    if subject == 7:
        return "unwanted"
    return "silent" if subject == 4 else "other"


def _is_among(one: Volunteer, organisers: list[Volunteer]) -> bool:
    return one.address.casefold() in {other.address.casefold() for other in organisers}


# What was given up -------------------------------------------------------------------------------


def _tell_skipped(tx: Connection, desk: Desk, edition: Edition, now: datetime) -> None:
    """Tells the organisers, or the moderators where there are none."""
    sender = lists.by_id(tx, edition.list_id)
    if sender is None or not reports.note_written(tx, edition.id, now):
        return
    created = lists.created_at(tx, sender.id)
    promised = editions.any_made(tx, sender.id, edition.frequency)
    if edition.end < created or not promised:
        return
    told = volunteers.every(tx, sender.id, "organiser") or readers_of_proofs(tx, sender.id)
    zone = read_zone(sender.timezone)
    try:
        coming = next_slot(of_list(sender, edition.frequency), now).at  # type: ignore[arg-type]
    except WrongTimetable:
        return
    pen = Pen(tx, desk, sender, now)
    for one in told:
        pen.write(
            "edition_skipped",
            To(one.address, "help", volunteer_id=one.id),
            frequency=edition.frequency,
            due=edition.end.astimezone(zone),
            next_leaves=coming.astimezone(zone),
        )
    history.note(tx, now, "postround", "told of a skipped edition", list_id=sender.id)
