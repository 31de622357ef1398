"""The sender when the database, the smarthost's login or the mail itself is away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from delivery import sender as sender_module
from delivery.sender import Ready
from delivery.transport import WrongPassword
from storage.database import Database, Unavailable
from storage.records import Outgoing, Result, Sent
from tests.catching import CatchingServer
from tests.delivery.outbox import as_they_are, outbox, put, row, sending, until, wait_for

__all__ = ["outbox"]

CAROL = "carol@reader.example"


class Flaky(Database):
    """A database that is away when the test says so."""

    away = False
    refused = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as tx:
            yield tx
            if self.away:
                self.refused += 1
                raise Unavailable("the test says so")


def test_a_database_that_is_away_after_the_sending_makes_no_second_copy(
    sqlite_url: str, catching_server: CatchingServer
) -> None:
    database = Flaky(sqlite_url)
    catching_server.seconds = 0.3
    numbers = [put(database, f"reader{number}@example.org") for number in range(3)]
    with sending(database, catching_server.port):
        until(lambda: len(catching_server.mails), lambda many: many == 1)
        database.away = True
        until(lambda: database.refused, lambda times: times >= 2)
        assert row(database, numbers[0]).state == "sending"
        database.away = False
        for number in numbers:
            wait_for(database, number, "sent")
    assert len(catching_server.mails) == 3
    database.close()


def test_a_database_that_is_away_when_mails_are_made_ready_keeps_nothing_claimed(
    outbox: Database, catching_server: CatchingServer
) -> None:
    number, tries = put(outbox, CAROL), []

    def build(rows: Sequence[Outgoing]) -> Mapping[int, Ready | None]:
        tries.append(len(rows))
        if len(tries) == 1:
            raise Unavailable("the test says so")
        return as_they_are(rows)

    with sending(outbox, catching_server.port, build):
        wait_for(outbox, number, "sent", 1)
    assert len(tries) == 2


def test_a_mail_of_which_nothing_is_left_is_dropped(
    outbox: Database, catching_server: CatchingServer
) -> None:
    number = put(outbox, CAROL, message=None)
    with sending(outbox, catching_server.port):
        wait_for(outbox, number, "dropped", 0)
    assert catching_server.mails == []


class RefusesLogin:
    def __init__(self) -> None:
        self.tries = 0

    async def send(self, envelope_from: str, to: str, message: bytes) -> Result:  # noqa: ARG002
        self.tries += 1
        if self.tries <= 2:
            raise WrongPassword("535 no")
        return Sent()

    async def close(self) -> None:
        pass


def test_g8_a_wrong_password_costs_no_mail_an_attempt(
    outbox: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport, rests = RefusesLogin(), []
    monkeypatch.setattr(sender_module, "open_transport", lambda _: transport)

    async def rest(_: object, seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(sender_module._Sender, "_rest", rest)
    numbers = [put(outbox, to) for to in (CAROL, "bob@example.org")]
    monkeypatch.setattr(sender_module, "PAUSE_AFTER_WRONG_PASSWORD", 900.0)
    with sending(outbox, "maildir:unused", send_connections=1):
        for number in numbers:
            wait_for(outbox, number, "sent", 1)
    assert rests[:1] == [5.0]


def test_g8_after_three_wrong_passwords_it_waits_long(
    outbox: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport, rests = RefusesLogin(), []
    transport.tries = -1000
    monkeypatch.setattr(sender_module, "open_transport", lambda _: transport)

    async def rest(_: object, seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(sender_module._Sender, "_rest", rest)
    put(outbox, CAROL)
    with sending(outbox, "maildir:unused", send_connections=1):
        until(lambda: rests, lambda so_far: 900.0 in so_far)
    assert [seconds for seconds in rests if seconds >= 5][:3] == [5.0, 5.0, 900.0]
