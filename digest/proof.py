"""Shows the next weekly round-up to the people who run the list before it leaves, and reminds
them while it is on hold. What they answer is read in proof_reply.py and done in proof_answer.py.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from delivery.letters import Desk, Pen, To
from digest.preview import preview_of
from digest.timetable import (
    Scheduled,
    Slot,
    Timetable,
    WrongTimetable,
    last_slot,
    next_slot,
    of_list,
    parse,
    read_zone,
)
from storage import editions, history, lists, plans, volunteers
from storage.addresses import fold
from storage.database import Database
from storage.records import MailingList, Plan, Volunteer
from storage.volunteers import Role

OFF = "off"
ROLES: tuple[Role, ...] = ("moderator", "organiser")
FREQUENCY: Scheduled = "weekly"
REMIND_EVERY = timedelta(hours=24)
RULE = "-" * 72

logger = logging.getLogger(__name__)


def show_proofs(db: Database, desk: Desk, now: datetime) -> None:
    """Sends the proofs that are due and the reminders of what is on hold; each once."""
    with db.read() as tx:
        every = lists.every(tx)
    for mailing_list in every:
        try:
            _show(db, desk, mailing_list, now)
            _remind(db, desk, mailing_list, now)
        except WrongTimetable as error:
            logger.error("%s: %s", mailing_list.address, error)


def proof_time(mailing_list: MailingList, slot: Slot) -> datetime | None:
    """When the proof of the round-up at ``slot`` is shown: "fri 12:00" is the last Friday before
    it, "08:30" its own day. None for "off". Raises WrongTimetable."""
    words = mailing_list.proof.strip().lower()
    if words in ("", OFF):
        return None
    frequency: Scheduled = "weekly" if " " in words else "daily"
    return _last_before(parse(frequency, words, mailing_list.timezone), slot)


def check_proof(mailing_list: MailingList) -> None:
    """Raises WrongTimetable when its time for proofs cannot be read."""
    proof_time(mailing_list, next_slot(of_list(mailing_list, FREQUENCY), datetime.now(UTC)))


def _last_before(table: Timetable, slot: Slot) -> datetime:
    return last_slot(table, slot.at - timedelta(microseconds=1)).at


def readers_of_proofs(tx: Connection, list_id: int) -> list[Volunteer]:
    """The moderators and organisers; who is both gets one mail."""
    found: dict[str, Volunteer] = {}
    for role in ROLES:
        for one in volunteers.every(tx, list_id, role):
            found.setdefault(fold(one.address), one)
    return list(found.values())


def _show(db: Database, desk: Desk, mailing_list: MailingList, now: datetime) -> None:
    slot = next_slot(of_list(mailing_list, "weekly"), now)
    at = proof_time(mailing_list, slot)
    if at is None or now < at or mailing_list.paused_at is not None:
        return
    with db.read() as tx:
        plan = plans.by_period(tx, mailing_list.id, FREQUENCY, slot.period)
        made = editions.by_period(tx, mailing_list.id, FREQUENCY, slot.period)
        if made is not None or (plan is not None and plan.asked_at is not None):
            return
        # As long as there is nothing, there is no proof; it comes with the first post.
        if preview_of(tx, desk, mailing_list, slot, now, plan) is None:
            return
    with db.write() as tx:
        plan = plans.begin(tx, mailing_list.id, FREQUENCY, slot.period)
        shown = preview_of(tx, desk, mailing_list, slot, now, plan)
        if shown is None or not plans.note_asked(tx, plan.id, shown.items, now):
            return
        pen = Pen(tx, desk, mailing_list, now)
        for one in readers_of_proofs(tx, mailing_list.id):
            _write(pen, plan, one, slot, shown.text)
        _note(tx, mailing_list, now, "proof_shown", slot)


def _write(pen: Pen, plan: Plan, one: Volunteer, slot: Slot, text: str) -> None:
    pen.write(
        "proof",
        to_proof(plan, one),
        leaves=slot.at.astimezone(read_zone(one.timezone or pen.sender.timezone)),
        day=slot.day,
        edition=text.rpartition(RULE)[0].rstrip(),
    )


def to_proof(plan: Plan, one: Volunteer) -> To:
    """To one who runs the list; the answer is about this edition."""
    return To(one.address, "proof", (plan.id, one.id), volunteer_id=one.id)


# While it is on hold ----------------------------------------------------------------------------


def _remind(db: Database, desk: Desk, mailing_list: MailingList, now: datetime) -> None:
    """At its time, and then each day until the next one is due, whose posts then go with that."""
    slot = last_slot(of_list(mailing_list, "weekly"), now)
    with db.read() as tx:
        plan = plans.by_period(tx, mailing_list.id, FREQUENCY, slot.period)
    if plan is None or plan.held_at is None:
        return
    if plan.reminded_at is not None and now - plan.reminded_at < REMIND_EVERY:
        return
    with db.write() as tx:
        if editions.by_period(tx, mailing_list.id, FREQUENCY, slot.period):
            return
        if not plans.note_reminded(tx, plan, now):
            return
        pen = Pen(tx, desk, mailing_list, now)
        for one in readers_of_proofs(tx, mailing_list.id):
            tell_on_hold(pen, plan, slot, one)


def tell_on_hold(pen: Pen, plan: Plan, slot: Slot, one: Volunteer, answers: str = "") -> None:
    holder = volunteers.by_id(pen.tx, plan.held_by) if plan.held_by else None
    zone = read_zone(one.timezone or pen.sender.timezone)
    lapses = next_slot(of_list(pen.sender, "weekly"), max(pen.now, slot.at)).at
    pen.write(
        "proof_held",
        to_proof(plan, one),
        answers=answers,
        automatic="auto-replied" if answers else "auto-generated",
        due=slot.at.astimezone(zone),
        held_by=(holder.name or holder.address) if holder else "",
        lapses=lapses.astimezone(zone),
    )


def _note(tx: Connection, mailing_list: MailingList, now: datetime, what: str, slot: Slot) -> None:
    detail = f"{FREQUENCY} edition of {slot.period}"
    history.note(tx, now, "postround", what, list_id=mailing_list.id, detail=detail)
