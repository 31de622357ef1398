"""Workers, a list with its people, and letters that were kept: for tests of what becomes of them.

The DNS answers at once that there is nothing. No tests here.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from config import Settings
from ingest.supervise import ReadingRoom
from ingest.work import Workers
from storage import letters, posts, volunteers
from storage.database import Database
from storage.records import Arrival, Letter, MailingList, Post
from storage.tables import outgoing
from tests.mailbox import Mail
from tests.storage.rows import new_list, new_moderator, new_reader

NEWS = "news@lists.example.org"
SETTINGS = Settings(secret="a secret for tests only")


class Lent:
    """The readers of the whole run: to start them costs more than most letters."""

    def __init__(self, children: int, imports: Sequence[str]) -> None:
        self._room = _room(children, tuple(imports))
        self.ask = self._room.ask
        self.is_warm = self._room.is_warm

    def close(self) -> None:
        """They stay for the next test."""


@cache
def _room(children: int, imports: tuple[str, ...]) -> ReadingRoom:
    room = ReadingRoom(children=children, imports=imports)
    atexit.register(room.close)
    return room


class NoDns:
    def look_up(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:  # noqa: ARG002
        return ()


@dataclass
class Mailroom:
    """Bob moderates the list "news", Carol reads it; nobody is known besides."""

    db: Database
    town: MailingList
    settings: Settings = SETTINGS
    resolver: Any = field(default_factory=NoDns)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def of(cls, db: Database, **more: Any) -> Mailroom:
        with db.write() as tx:
            town = new_list(tx)
            new_moderator(tx, town, "Bob")
            new_reader(tx, town)
        return cls(db, town, **more)

    def keep(
        self, raw: bytes, to: str = NEWS, mail_from: str = "alice@charity.example", **more: Any
    ) -> int:
        """The number of the letter that was kept."""
        envelope: dict[str, Any] = {"peer": "192.0.2.1", "helo": "mail.charity.example"}
        arrival = Arrival(raw, mail_from, (to,), **(envelope | {"received_at": self.now} | more))
        with self.db.write() as tx:
            (number,) = letters.keep(tx, [arrival])
        return number

    @contextmanager
    def workers(self) -> Iterator[Workers]:
        """Not started: ``work_off`` works with them step by step."""
        with patch("ingest.examine.ReadingRoom", Lent):
            workers = Workers(self.db, self.settings, self.resolver, clock=lambda: self.now)
        try:
            yield workers
        finally:
            workers.close()

    def work_off(self) -> None:
        with self.workers() as workers:
            workers.work_off()

    def letter(self, number: int) -> Letter:
        with self.db.read() as tx:
            found = letters.by_id(tx, number)
        assert found is not None
        return found

    def state(self, number: int) -> str:
        return self.letter(number).state

    def held(self) -> list[Post]:
        with self.db.read() as tx:
            return posts.held(tx, self.town.id)

    def written(self, template: str = "") -> list[Mail]:
        """What lies in the outbox."""
        wanted = select(outgoing.c.message, outgoing.c.recipient).order_by(outgoing.c.id)
        if template:
            wanted = wanted.where(outgoing.c.letter == template)
        with self.db.read() as tx:
            rows = tx.execute(wanted).all()
        return [Mail(row.message, recipients=(row.recipient,)) for row in rows]

    def add_organiser(self, address: str) -> None:
        with self.db.write() as tx:
            assert volunteers.add(tx, self.town.id, "organiser", address, "", self.now)


def letter(
    text: str = "The food bank opens at ten.",
    sender: str = "Alice <alice@charity.example>",
    subject: str = "Food bank hours",
    number: object = 1,
    extra: str = "",
) -> bytes:
    """A plain letter; ``extra`` are further header lines, each with its line end."""
    return (
        f"From: {sender}\r\nTo: {NEWS}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@charity.example>\r\n{extra}"
        f'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\n{text}\r\n'
    ).encode()
