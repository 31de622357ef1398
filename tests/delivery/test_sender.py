"""The sender on a real outbox with a real server behind it: nothing lost, nothing twice."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from delivery.back_off import GIVE_UP_AFTER, rest_after, wait_after
from storage import editions, lists, outgoing, subscribers
from storage.database import Database
from storage.outgoing import LANE_EDITIONS
from storage.records import MailingList, Outgoing, Subscriber
from storage.taken import Window
from tests.catching import CatchingServer
from tests.delivery.outbox import (
    ENVELOPE_FROM,
    Clock,
    clock,
    outbox,
    put,
    row,
    sending,
    until,
    wait_for,
)
from tests.mailbox import wait_for_mail

__all__ = ["clock", "outbox"]

CAROL = "carol@reader.example"
MINUTE = timedelta(minutes=1)


def test_a_mail_is_sent_once_and_noted(database: Database, catching_server: CatchingServer) -> None:
    number = put(database, CAROL)
    with sending(database, catching_server.port):
        sent = wait_for(database, number, "sent")
    assert sent.message is None, "a copy of every mail is not kept"
    (mail,) = catching_server.mails
    assert (mail.mail_from, mail.recipients) == (ENVELOPE_FROM, (CAROL,))


def test_a10_two_senders_at_once_send_each_mail_once(
    database: Database, catching_server: CatchingServer
) -> None:
    people = [f"reader{number}@example.org" for number in range(60)]
    numbers = [put(database, to, number % 2) for number, to in enumerate(people)]
    with sending(database, catching_server.port), sending(database, catching_server.port):
        for number in numbers:
            wait_for(database, number, "sent")
    assert sorted(mail.recipients[0] for mail in catching_server.mails) == sorted(people)


def test_g2_one_mails_trouble_is_its_own(outbox: Database, catching_server: CatchingServer) -> None:
    catching_server.answers["gone@reader.example"] = "550 5.1.1 no such mailbox"
    catching_server.answers["full@reader.example"] = "452 4.2.2 mailbox full"
    gone, full, carol = (
        put(outbox, f"{name}@reader.example") for name in ("gone", "full", "carol")
    )
    with sending(outbox, catching_server.port):
        assert wait_for(outbox, gone, "refused").reason == "550 5.1.1 no such mailbox"
        assert wait_for(outbox, full, "waiting").reason == "452 4.2.2 mailbox full"
        wait_for(outbox, carol, "sent")
    with outbox.read() as tx:
        assert [mail.id for mail in outgoing.waiting(tx)] == [gone, full]


def test_g1_a_mail_that_is_put_off_comes_back_ever_later_and_is_given_up_after_three_days(
    outbox: Database, catching_server: CatchingServer, clock: Clock
) -> None:
    catching_server.answers[CAROL] = "451 4.7.1 try again later"
    number = put(outbox, CAROL)
    with sending(outbox, catching_server.port):
        for attempts, minutes in enumerate((1, 5, 15, 60, 240, 240), start=1):
            wait_for(outbox, number, "waiting", attempts)
            with outbox.read() as tx:
                due = outgoing.next_due(tx)
            assert due is not None
            assert minutes * MINUTE - MINUTE < due - clock() <= minutes * MINUTE * 1.1
            clock.ahead += due - clock()
        clock.ahead = GIVE_UP_AFTER + MINUTE
        assert "given up" in wait_for(outbox, number, "refused", 7).reason


def test_g3_a_connection_that_breaks_after_the_dot_is_repeated_with_the_same_message_id(
    outbox: Database, catching_server: CatchingServer, clock: Clock
) -> None:
    catching_server.drop_after_dot = 1
    number = put(outbox, CAROL)
    with sending(outbox, catching_server.port):
        wait_for(outbox, number, "waiting", 1)
        clock.ahead = 2 * MINUTE
        wait_for(outbox, number, "sent", 2)
    first, second = catching_server.mails
    assert first.raw == second.raw
    assert first.mail_from == second.mail_from


def test_g1_a_smarthost_that_is_down_is_not_called_without_pause_and_nothing_is_lost(
    outbox: Database, catching_server: CatchingServer, clock: Clock
) -> None:
    catching_server.stop()
    people = [f"reader{number}@example.org" for number in range(30)]
    numbers = [put(outbox, to) for to in people]
    with sending(outbox, catching_server.port):
        until(lambda: sum(row(outbox, number).attempts for number in numbers), lambda n: n >= 2)
        assert sum(row(outbox, number).attempts for number in numbers) <= 4
        catching_server.start()
        clock.ahead = 2 * MINUTE
        until(lambda: {row(outbox, number).state for number in numbers}, lambda s: s == {"sent"})
    assert sorted(mail.recipients[0] for mail in catching_server.mails) == sorted(people)


@pytest.mark.parametrize("connections", [1, 5])
def test_g10_people_do_not_wait_behind_round_ups(
    outbox: Database, catching_server: CatchingServer, connections: int
) -> None:
    catching_server.seconds = 0.2
    for number in range(100):
        put(outbox, f"reader{number}@example.org", LANE_EDITIONS)
    with sending(outbox, catching_server.port, send_connections=connections):
        until(lambda: len(catching_server.mails), lambda many: many >= 2)
        put(outbox, "bob@example.org")
        wait_for_mail(catching_server, to="bob@example.org", timeout=5)
        assert len(catching_server.mails) < 60


def reader_with_round_up(tx: Connection, to: MailingList, edition: int, name: str) -> int:
    address = f"{name}@reader.example"
    reader = Subscriber(0, to.id, address, "", "active", "weekly")
    number = subscribers.add(tx, reader)
    mail = Outgoing(
        0, to.id, "edition", address, address, datetime.now(UTC), "waiting",
        message=b"Subject: round-up\r\n\r\nHello\r\n", edition_id=edition, subscriber_id=number,
    )  # fmt: skip
    outgoing.put(tx, mail, lane=LANE_EDITIONS)
    assert number is not None
    return number


def test_f7_who_left_a_moment_ago_does_not_get_the_mail_that_was_claimed_before(
    outbox: Database, catching_server: CatchingServer
) -> None:
    catching_server.seconds = 0.6
    now = datetime.now(UTC)
    with outbox.write() as tx:
        to = lists.add(tx, MailingList(0, "news", "lists.example.org", "News"), now)
        assert to is not None
        window = Window("weekly", "2026-11-16", now, now, now)
        (edition,) = editions.claim(tx, to.id, [window], "clock", now, MINUTE)
        names = [f"reader{number}" for number in range(7)]
        last = [reader_with_round_up(tx, to, edition.id, name) for name in names][-1]
    with sending(outbox, catching_server.port, send_connections=2):
        wait_for_mail(catching_server, to="reader0@reader.example")
        with outbox.write() as tx:
            subscribers.leave(tx, last, now)
        until(lambda: len(catching_server.mails), lambda many: many == 6)
        until(lambda: outgoing_states(outbox), lambda states: states == {"sent": 6, "dropped": 1})
    assert all("reader6" not in mail.recipients[0] for mail in catching_server.mails)


def outgoing_states(database: Database) -> dict[str, int]:
    with database.read() as tx:
        return outgoing.counts(tx)


def test_a_stop_gives_back_what_was_not_tried(
    outbox: Database, catching_server: CatchingServer
) -> None:
    catching_server.seconds = 0.5
    for number in range(20):
        put(outbox, f"reader{number}@example.org")
    with sending(outbox, catching_server.port):
        until(lambda: len(catching_server.mails), lambda many: many >= 1)
    states = outgoing_states(outbox)
    assert set(states) == {"sent", "waiting"}, (
        "the mail in hand was noted, nothing is still claimed"
    )
    assert states["sent"] == len(catching_server.mails) < 5


def test_g7_a_highest_rate_is_kept(outbox: Database, catching_server: CatchingServer) -> None:
    numbers = [put(outbox, f"reader{number}@example.org") for number in range(6)]
    begun = datetime.now(UTC)
    with sending(outbox, catching_server.port, send_rate=10):
        for number in numbers:
            wait_for(outbox, number, "sent")
    assert datetime.now(UTC) - begun >= timedelta(seconds=0.45)


def test_waits_grow_and_end() -> None:
    random.seed(1)
    minutes = [wait_after(attempts) / MINUTE for attempts in range(20)]
    assert all(
        1.0 <= got / wanted <= 1.1 for got, wanted in zip(minutes, (1, 5, 15, 60), strict=False)
    )
    assert all(240 <= got <= 264 for got in minutes[4:])
    assert [rest_after(failures) for failures in (0, 1, 2, 7, 5000)] == [0.5, 1.0, 2.0, 60.0, 60.0]


def test_nothing_is_written_about_what_is_in_a_mail(
    outbox: Database, catching_server: CatchingServer, caplog: pytest.LogCaptureFixture
) -> None:
    """H4: no bodies in logs."""
    catching_server.answers[CAROL] = "550 5.1.1 no such mailbox"
    number = put(outbox, CAROL)
    with sending(outbox, catching_server.port):
        wait_for(outbox, number, "refused")
    assert "Hello" not in caplog.text
    assert "refused" in caplog.text
