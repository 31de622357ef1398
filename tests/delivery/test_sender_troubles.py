"""The sender when the database, the smarthost's login or the mail itself is away."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from delivery import leases
from delivery import sender as sender_module
from delivery.sender import Ready
from delivery.transport import WrongPassword
from storage import editions, halts, lists, outgoing
from storage.database import Database, Unavailable
from storage.halts import Halt
from storage.outgoing import LANE_EDITIONS
from storage.records import MailingList, Outgoing, Result, Sent
from storage.taken import Window
from tests.catching import CatchingServer
from tests.delivery.outbox import (
    Clock,
    as_they_are,
    clock,
    outbox,
    put,
    row,
    sending,
    until,
    wait_for,
)

__all__ = ["clock", "outbox"]

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
        assert len(catching_server.mails) == 1, "the next one is not handed over before that"
        database.away = False
        for number in numbers:
            wait_for(database, number, "sent")
    assert len(catching_server.mails) == 3
    database.close()


def test_f4_after_long_without_the_database_nothing_in_hand_is_handed_over(
    sqlite_url: str, catching_server: CatchingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By then another sender may have it."""
    database = Flaky(sqlite_url)
    numbers = [put(database, f"reader{number}@example.org") for number in range(3)]
    catching_server.seconds = 0.3
    with sending(database, catching_server.port):
        until(lambda: len(catching_server.mails), lambda many: many == 1)
        database.away = True
        until(lambda: database.refused, lambda times: times >= 1)
        monkeypatch.setattr(leases.Leases, "sure", False)
        database.away = False
        wait_for(database, numbers[0], "sent")
        until(lambda: row(database, numbers[1]).state, lambda state: state == "waiting")
        assert len(catching_server.mails) == 1
        monkeypatch.setattr(leases.Leases, "sure", True)
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

    async def send(self, *_mail: object) -> Result:
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
    monkeypatch.setattr(sender_module, "open_transport", lambda *_: transport)

    async def rest(_: object, seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(sender_module._Sender, "_rest", rest)
    numbers = [put(outbox, to) for to in (CAROL, "bob@example.org")]
    with sending(outbox, "maildir:unused", send_connections=1):
        for number in numbers:
            wait_for(outbox, number, "sent", 1)
    assert rests[:1] == [5.0]


def test_g8_after_three_wrong_passwords_it_stops_and_holds_everything(
    outbox: Database, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    transport = RefusesLogin()
    transport.tries = -3
    monkeypatch.setattr(sender_module, "open_transport", lambda *_: transport)
    monkeypatch.setattr(sender_module, "AFTER_WRONG_PASSWORD_SECONDS", 0.0)
    monkeypatch.setattr("delivery.back_off.IDLE_SECONDS", 0.02)
    number = put(outbox, CAROL)
    with sending(outbox, "maildir:unused", send_connections=1):
        until(lambda: halts_of(outbox), lambda found: len(found) == 1)
        time.sleep(0.3)
        assert transport.tries == 0, "three tries, and then none"
        assert row(outbox, number).attempts == 0
        assert "535 no" in halts_of(outbox)[0].reason
        clock.ahead += sender_module.PAUSE_AFTER_WRONG_PASSWORDS * 1.1
        until(lambda: transport.tries, lambda tries: tries == 1)
        time.sleep(0.3)
        assert transport.tries == 1, "one try after each pause"
        clock.ahead += sender_module.PAUSE_AFTER_WRONG_PASSWORDS * 1.1
        until(lambda: transport.tries, lambda tries: tries == 2)
        until(lambda: halts_of(outbox)[0].until or clock(), lambda then: then > clock())
        clock.ahead += sender_module.PAUSE_AFTER_WRONG_PASSWORDS * 1.1
        wait_for(outbox, number, "sent", 1)
        until(lambda: halts_of(outbox), lambda found: found == [])


def halts_of(database: Database) -> list[Halt]:
    with database.read() as tx:
        return halts.in_force(tx)


def round_ups(database: Database, many: int, name: str) -> list[int]:
    """So many mails of one edition, in their lane."""
    now = datetime.now(UTC)
    with database.write() as tx:
        to = lists.add(tx, MailingList(0, name, "lists.example", "News"), now)
        assert to is not None
        window = Window("weekly", "2026-11-16", now, now, now)
        (edition,) = editions.claim(tx, to.id, [window], "clock", now, timedelta(minutes=1))
    return [
        put(database, f"{name}{number}@reader.example", LANE_EDITIONS, edition_id=edition.id)
        for number in range(many)
    ]


def test_g11_what_is_refused_for_all_is_held_and_not_used_up(
    outbox: Database, catching_server: CatchingServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The second edition and mails to people go on; nothing of the first is lost."""
    bad = round_ups(outbox, 60, "bad")
    for number in range(60):
        address = f"bad{number}@reader.example"
        catching_server.after_dot[address] = f"554 5.7.1 <{address}> spam, id 4F{number:05}A"
    with sending(outbox, catching_server.port):
        (halt,) = until(lambda: halts_of(outbox), lambda found: len(found) == 1)
        assert "554 5.7.1" in halt.reason
        good, person = round_ups(outbox, 5, "good"), put(outbox, CAROL)
        for number in [*good, person]:
            wait_for(outbox, number, "sent", 1)
        assert len(catching_server.mails) < 60
        assert sum(row(outbox, number).state == "refused" for number in bad) == 0
        until(lambda: held(outbox, halt), lambda many: many == 60)
        catching_server.after_dot.clear()
        with outbox.write() as tx:
            assert halts.end(tx, datetime.now(UTC)) == 1
        until(
            lambda: [row(outbox, number).state for number in bad].count("sent"),
            lambda sent: sent == 60,
        )
    assert "the others are held" in caplog.text


def held(database: Database, halt: Halt) -> int:
    with database.read() as tx:
        return halts.held_by(tx, halt)


def test_g11_dead_addresses_in_a_row_hold_nobody(
    outbox: Database, catching_server: CatchingServer
) -> None:
    numbers = [put(outbox, f"gone{number}@reader.example") for number in range(30)]
    for number in range(30):
        catching_server.answers[f"gone{number}@reader.example"] = "550 5.1.1 no such user"
    last = put(outbox, CAROL)
    with sending(outbox, catching_server.port):
        wait_for(outbox, last, "sent", 1)
    assert {row(outbox, number).state for number in numbers} == {"refused"}
    assert halts_of(outbox) == []


def test_g7_a_server_that_says_not_so_fast_is_given_time(
    outbox: Database, catching_server: CatchingServer, clock: Clock
) -> None:
    people = [f"reader{number}@example.org" for number in range(60)]
    for address in people:
        catching_server.answers[address] = "450 4.7.1 too many mails, try again later"
    numbers = [put(outbox, address) for address in people]
    with sending(outbox, catching_server.port):
        until(lambda: tried(outbox, numbers), lambda many: many >= 10)
        time.sleep(1)
        assert tried(outbox, numbers) <= 24, "it does not use up the others meanwhile"
        catching_server.answers.clear()
        clock.ahead = timedelta(minutes=2)
        until(lambda: {row(outbox, one).state for one in numbers}, lambda seen: seen == {"sent"})


def tried(database: Database, numbers: list[int]) -> int:
    return sum(row(database, number).attempts > 0 for number in numbers)


def test_g7_each_domain_has_a_rate_of_its_own_and_holds_up_no_other(
    outbox: Database, catching_server: CatchingServer
) -> None:
    slow = [put(outbox, f"reader{number}@big.example") for number in range(10)]
    quick = [put(outbox, f"reader{number}@small{number}.example") for number in range(10)]
    with sending(outbox, catching_server.port, send_rate_per_domain=1):
        for number in quick:
            wait_for(outbox, number, "sent", 1)
        sent = [row(outbox, number) for number in slow if row(outbox, number).state == "sent"]
        assert 1 <= len(sent) <= 2
        for number in slow[:4]:
            wait_for(outbox, number, "sent", 1)
        assert all(row(outbox, number).attempts == 0 for number in slow[6:])


def test_a_sender_that_was_killed_is_missed_and_its_mails_leave(
    database: Database, catching_server: CatchingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = put(database, CAROL)
    with database.write() as tx:
        outgoing.claim(tx, "dead", datetime.now(UTC), timedelta(seconds=1), 10)
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(leases, "GRACE_SECONDS", 0.3)
    with sending(database, catching_server.port):
        time.sleep(0.5)
        assert catching_server.mails == [], "before its lease is over"
        wait_for(database, number, "sent", 1)


def test_a_slow_sender_keeps_what_it_has_in_hand(
    database: Database, catching_server: CatchingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G5: the mail server takes longer than a lease, and nobody else takes the mail meanwhile."""
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr("delivery.lane.LEASE", timedelta(seconds=1))
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(leases, "GRACE_SECONDS", 0.0)
    catching_server.seconds = 3.0
    numbers = [put(database, f"reader{number}@example.org") for number in range(2)]
    with sending(database, catching_server.port), sending(database, catching_server.port):
        for number in numbers:
            wait_for(database, number, "sent", 1)
    assert len(catching_server.mails) == 2
