"""Tells the people who run a list of letters that our program could not handle, once an hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.addresses import read_address
from delivery.letters import Desk, Pen, To
from storage import history, letters, lists, volunteers
from storage.letters import STUCK
from storage.records import Letter, MailingList, Volunteer

TOLD = "told of stuck letters"
HOUR = timedelta(hours=1)


def tell(tx: Connection, desk: Desk, now: datetime) -> int:
    """Writes to the organisers, or else the moderators, of each list that has letters newly stuck.

    How many letters it told of. Those within an hour of the last telling wait for the next one.
    """
    if not letters.has_stuck(tx):
        return 0
    numbers, last = history.since_last(tx, STUCK, TOLD)
    if not numbers or (last is not None and now - last < HOUR):
        return 0
    history.note(tx, now, "postround", TOLD)
    stuck = {str(one.id): one for one in letters.waiting_for_a_person(tx) if one.state == "stuck"}
    fresh = [stuck[number] for number in dict.fromkeys(numbers) if number in stuck]
    for of_list, found in _by_list(tx, fresh):
        pen = Pen(tx, desk, of_list, now)
        for person in _people(tx, of_list):
            _write(pen, person, found)
    return len(fresh)


def _by_list(tx: Connection, found: Sequence[Letter]) -> list[tuple[MailingList, list[Letter]]]:
    sorted_out: dict[int, tuple[MailingList, list[Letter]]] = {}
    every = lists.every(tx)
    for letter in found:
        to = read_address(letter.recipient, every)
        if to is not None:
            sorted_out.setdefault(to.list.id, (to.list, []))[1].append(letter)
    return list(sorted_out.values())


def _people(tx: Connection, of_list: MailingList) -> list[Volunteer]:
    organisers = volunteers.every(tx, of_list.id, "organiser")
    return organisers or volunteers.every(tx, of_list.id, "moderator")


def _write(pen: Pen, person: Volunteer, found: Sequence[Letter]) -> None:
    first = found[0]
    zone = ZoneInfo(person.timezone or pen.sender.timezone)
    pen.write(
        "letter_stuck",
        To(person.address, "help", volunteer_id=person.id),
        letter_id=first.id,
        sender=first.sender or first.mail_from,
        subject=first.subject,
        received_at=first.received_at.astimezone(zone),
        reason=first.reason,
        others=len(found) - 1,
    )
