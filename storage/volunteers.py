"""The people who run a list (moderators, organisers), their shifts, and the authors they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, select, update

from storage import journal
from storage.addresses import fold
from storage.database import insert_once
from storage.records import Author, Shift, Volunteer
from storage.tables import absence, author, shift, volunteer

Role = Literal["moderator", "organiser"]

_FIELDS = [volunteer.c[field.name] for field in fields(Volunteer)]
_AUTHOR_FIELDS = [author.c[field.name] for field in fields(Author)]

# Asked for each post: a statement made once costs a sixth of one made each time.
_IN_OFFICE = (volunteer.c.list_id == bindparam("of")) & volunteer.c.removed_at.is_(None)
_EVERY = (
    select(*_FIELDS)
    .where(_IN_OFFICE, volunteer.c.role == bindparam("as"))
    .order_by(volunteer.c.added_at, volunteer.c.id)
)
_BY_ADDRESS = select(*_FIELDS).where(_IN_OFFICE, volunteer.c.address_key == bindparam("key"))
_SHIFTS = (
    select(shift)
    .where(shift.c.list_id == bindparam("of"))
    .where(shift.c.start < bindparam("to"), shift.c.end > bindparam("from"))
    .order_by(shift.c.id.desc())
)
_ABSENCES = (
    select(absence.c.volunteer_id, absence.c.start, absence.c.end)
    .join(volunteer, volunteer.c.id == absence.c.volunteer_id)
    .where(volunteer.c.list_id == bindparam("of"))
    .where(absence.c.start < bindparam("to"), absence.c.end > bindparam("from"))
    .order_by(absence.c.id)
)
_AUTHOR = select(*_AUTHOR_FIELDS).where(
    author.c.list_id == bindparam("of"), author.c.address_key == bindparam("key")
)


def add(
    tx: Connection,
    list_id: int,
    role: Role,
    address: str,
    name: str,
    now: datetime,
    timezone: str | None = None,
) -> bool:
    """False when they are already there. Somebody who was removed comes back at the end."""
    key = fold(address)
    values = {"address": address, "name": name, "timezone": timezone, "added_at": now}
    identity = {"list_id": list_id, "role": role, "address_key": key}
    if insert_once(tx, volunteer, values | identity):
        return True
    here = (volunteer.c.list_id == list_id) & (volunteer.c.role == role)
    here &= (volunteer.c.address_key == key) & volunteer.c.removed_at.is_not(None)
    again = update(volunteer).where(here).values(values | {"removed_at": None})
    return tx.execute(again).rowcount > 0


def remove(tx: Connection, list_id: int, role: Role, address: str, now: datetime) -> bool:
    """The row stays: marks that were sent to them must still be known, and decide nothing."""
    here = (volunteer.c.list_id == list_id) & (volunteer.c.role == role)
    here &= (volunteer.c.address_key == fold(address)) & volunteer.c.removed_at.is_(None)
    gone = update(volunteer).where(here).values(removed_at=now).returning(volunteer.c.id)
    number = tx.execute(gone).scalar_one_or_none()
    if number is not None:
        journal.note(tx, "volunteer", id=number, removed_at=now.isoformat())
    return number is not None


def by_id(tx: Connection, volunteer_id: int) -> Volunteer | None:
    row = tx.execute(select(*_FIELDS).where(volunteer.c.id == volunteer_id)).one_or_none()
    return _volunteer(row) if row else None


def every(tx: Connection, list_id: int, role: Role) -> list[Volunteer]:
    """Those in office, in the order in which they were added."""
    return [_volunteer(row) for row in tx.execute(_EVERY, {"of": list_id, "as": role})]


def by_address(tx: Connection, list_id: int, address: str) -> list[Volunteer]:
    """Their offices on this list; empty for everybody else."""
    found = tx.execute(_BY_ADDRESS, {"of": list_id, "key": fold(address)})
    return [_volunteer(row) for row in found]


# The rota -------------------------------------------------------------------------------------


NO_END = date(9999, 1, 1)
"""The end of turns that repeat until somebody says something else."""


def set_shift(
    tx: Connection, list_id: int, start: date, end: date, order: Sequence[int], every: int = 0
) -> None:
    """The days from ``start`` up to, not including, ``end``; a later call wins over an earlier.

    With ``every``, those in ``order`` take turns of so many days.
    """
    text = ",".join(map(str, order))
    values = {"list_id": list_id, "start": start, "end": end, "volunteers": text, "every": every}
    tx.execute(shift.insert(), values)


def shifts(tx: Connection, list_id: int, start: date, end: date) -> list[Shift]:
    """The shifts that touch those days, newest entry first, so that the first that fits counts."""
    rows = tx.execute(_SHIFTS, {"of": list_id, "from": start, "to": end})
    return [
        Shift(row.id, row.list_id, row.start, row.end, _ids(row.volunteers), row.every)
        for row in rows
    ]


def set_absence(tx: Connection, volunteer_id: int, start: date, end: date) -> None:
    """Away from ``start`` up to, not including, ``end``."""
    tx.execute(absence.insert().values(volunteer_id=volunteer_id, start=start, end=end))


def end_absence(tx: Connection, volunteer_id: int, today: date) -> bool:
    """Back from ``today`` on: what is away then ends, what lies ahead goes. False without any."""
    mine = absence.c.volunteer_id == volunteer_id
    ahead = tx.execute(delete(absence).where(mine, absence.c.start >= today)).rowcount
    under_way = update(absence).where(mine, absence.c.end > today)
    return tx.execute(under_way.values(end=today)).rowcount + ahead > 0


def absences(tx: Connection, list_id: int, start: date, end: date) -> list[tuple[int, date, date]]:
    """(volunteer id, first day, day of return) of all absences that touch those days."""
    rows = tx.execute(_ABSENCES, {"of": list_id, "from": start, "to": end})
    return [(row.volunteer_id, row.start, row.end) for row in rows]


# Authors ----------------------------------------------------------------------------------------


def known_author(tx: Connection, list_id: int, address: str) -> Author | None:
    row = tx.execute(_AUTHOR, {"of": list_id, "key": fold(address)}).one_or_none()
    return Author(*row) if row else None


def meet_author(tx: Connection, list_id: int, address: str, name: str, now: datetime) -> None:
    """Remembers somebody whose post came in; they are known once one of theirs was approved."""
    identity = {"list_id": list_id, "address_key": fold(address)}
    insert_once(tx, author, identity | {"address": address, "name": name, "first_seen_at": now})


def note_approval(tx: Connection, list_id: int, address: str, step: int = 1) -> None:
    here = (author.c.list_id == list_id) & (author.c.address_key == fold(address))
    tx.execute(update(author).where(here).values(approved=author.c.approved + step))


def set_trust(tx: Connection, list_id: int, address: str, trusted: bool) -> bool:
    here = (author.c.list_id == list_id) & (author.c.address_key == fold(address))
    here &= author.c.trusted.is_not(trusted)
    changed = update(author).where(here).values(trusted=trusted).returning(author.c.id)
    number = tx.execute(changed).scalar_one_or_none()
    if number is not None:
        journal.note(tx, "author", id=number, trusted=trusted)
    return number is not None


def authors(tx: Connection, list_id: int, *, trusted_only: bool = False) -> list[Author]:
    here = author.c.list_id == list_id
    if trusted_only:
        here &= author.c.trusted.is_(True)
    rows = tx.execute(select(*_AUTHOR_FIELDS).where(here).order_by(author.c.address_key))
    return [Author(*row) for row in rows]


def _volunteer(row: Sequence[Any]) -> Volunteer:
    return Volunteer(*row)


def _ids(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)
