"""Letters: kept once, taken by one, settled once, and never handed on when their bytes changed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from storage import letters
from storage.database import Database
from storage.letters import MAX_ATTEMPTS, RESENT_WITHIN, Damaged, fingerprint, keep
from storage.tables import letter, raw_message
from tests.storage.rows import MINUTE, NOON, arrival

RAW = (
    b"From: alice@charity.example\r\nSubject: Food\r\nMessage-ID: <1@a>\r\n\r\nOpen on Friday.\r\n"
)
LEASE = 5 * MINUTE


def test_the_bytes_come_back_as_they_came(database: Database) -> None:
    raw = bytes(range(256)) + b"\r\n\r\n\x00\xff"
    with database.write() as tx:
        (number,) = keep(tx, [arrival(raw)])
    with database.read() as tx:
        kept = letters.by_id(tx, number)
    assert kept is not None
    assert kept.raw == raw
    assert (kept.mail_from, kept.peer) == ("alice@charity.example", "192.0.2.1")
    assert (kept.state, kept.received_at) == ("new", NOON)


def test_one_letter_for_each_of_our_addresses_and_the_bytes_once(database: Database) -> None:
    with database.write() as tx:
        new = keep(tx, [arrival(RAW, "news@lists.example.org", "jobs@lists.example.org")])
        assert len(new) == 2
        assert len(tx.execute(select(raw_message.c.id)).all()) == 1


def test_one_address_written_twice_is_one_letter(database: Database) -> None:
    with database.write() as tx:
        assert (
            len(keep(tx, [arrival(RAW, "news@Lists.example.org", "News@lists.example.org")])) == 1
        )


def test_a2_what_is_sent_again_makes_no_second_letter(database: Database) -> None:
    again = b"Received: from b\r\n\tby c; later\r\nX-Try: 2\r\n" + RAW
    with database.write() as tx:
        assert len(keep(tx, [arrival(RAW)])) == 1
    with database.write() as tx:
        assert keep(tx, [arrival(again, at=NOON + MINUTE)]) == []


def test_sent_twice_within_one_commit_is_one_letter(database: Database) -> None:
    with database.write() as tx:
        assert len(keep(tx, [arrival(RAW), arrival(RAW)])) == 1


def test_to_another_address_it_is_another_letter(database: Database) -> None:
    with database.write() as tx:
        keep(tx, [arrival(RAW)])
        assert (
            len(keep(tx, [arrival(RAW, "news@lists.example.org", "jobs@lists.example.org")])) == 1
        )


@pytest.mark.parametrize(("late", "new"), [(timedelta(), 0), (timedelta(seconds=1), 1)])
def test_after_seven_days_it_counts_as_new(database: Database, late: timedelta, new: int) -> None:
    with database.write() as tx:
        keep(tx, [arrival(RAW)])
        assert len(keep(tx, [arrival(RAW, at=NOON + RESENT_WITHIN + late)])) == new


def test_two_servers_that_get_the_same_mail_at_once_make_one_letter(database: Database) -> None:
    kept: list[list[int]] = []
    ready = threading.Barrier(2)

    def one() -> None:
        ready.wait()
        with database.write() as tx:
            kept.append(keep(tx, [arrival(RAW)]))

    for _ in range(5):
        kept.clear()
        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(kept) == 2
    with database.read() as tx:
        assert len(tx.execute(select(letter.c.id)).all()) == 1


@pytest.mark.parametrize(
    "other",
    [
        RAW.replace(b"Friday", b"Monday"),
        RAW.replace(b"<1@a>", b"<2@a>"),
        RAW.replace(b"\r\n", b"\n").replace(b"Friday", b"Monday"),
    ],
)
def test_a_different_letter_has_another_fingerprint(other: bytes) -> None:
    assert fingerprint(other) != fingerprint(RAW)


def test_line_ends_never_make_two_letters_one() -> None:
    """A letter with bare LF whose first header is a trace header must not be skipped whole."""
    first = b"Received: from x\nSubject: one\n\nfirst\n"
    assert fingerprint(first) != fingerprint(first.replace(b"one", b"two"))
    assert fingerprint(first) != fingerprint(first.replace(b"first", b"second"))


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=20))
def test_the_body_always_counts(raw: bytes, more: bytes) -> None:
    assert fingerprint(raw) == fingerprint(b"X-Trace: 1\r\n" + raw) or raw[:1] in (b" ", b"\t")
    assert fingerprint(b"A: b\r\n\r\n" + raw) != fingerprint(b"A: b\r\n\r\n" + raw + more)


def test_the_oldest_is_taken_first_and_by_one_only(database: Database) -> None:
    with database.write() as tx:
        first, second = keep(tx, [arrival(RAW), arrival(RAW + b"2")])
        assert [one.id for one in letters.take(tx, NOON, LEASE)] == [first]
        assert [one.id for one in letters.take(tx, NOON, LEASE)] == [second]
        assert letters.take(tx, NOON, LEASE) == []


def test_two_who_take_at_once_get_different_letters(database: Database) -> None:
    with database.write() as tx:
        keep(tx, [arrival(RAW + str(number).encode()) for number in range(20)])
    taken: list[int] = []
    ready = threading.Barrier(4)

    def take() -> None:
        ready.wait()
        for _ in range(6):
            with database.write() as tx:
                taken.extend(one.id for one in letters.take(tx, NOON, LEASE))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 20


def test_a_dead_readers_letter_comes_back_when_its_lease_is_over(database: Database) -> None:
    with database.write() as tx:
        (number,) = keep(tx, [arrival(RAW)])
        letters.take(tx, NOON, LEASE)
        assert letters.take(tx, NOON + LEASE, LEASE) == []
        again = letters.take(tx, NOON + LEASE + timedelta(seconds=1), LEASE)
        assert [(one.id, one.attempts) for one in again] == [(number, 2)]


def test_i1_a_letter_that_kills_its_readers_is_stuck_after_three(database: Database) -> None:
    now = NOON
    with database.write() as tx:
        (number,) = keep(tx, [arrival(RAW)])
        for _ in range(MAX_ATTEMPTS):
            assert len(letters.take(tx, now, LEASE)) == 1
            now += LEASE + MINUTE
        assert letters.take(tx, now, LEASE) == []
        assert [one.id for one in letters.waiting_for_a_person(tx)] == [number]
        assert letters.put_back(tx, number)
        assert len(letters.take(tx, now, LEASE)) == 1


def test_i1_kills_in_a_row_leave_no_letter_stuck_while_others_wait(database: Database) -> None:
    now = NOON
    with database.write() as tx:
        some = [keep(tx, [arrival(RAW + bytes([65 + n]))])[0] for n in range(12)]
        letters.take(tx, now, LEASE, 20, "common")
        tried = []
        for _ in range(2 * len(some)):
            now += LEASE + MINUTE
            tried += [one.id for one in letters.take(tx, now, LEASE, 1, "alone")]
        assert tried == some + some
        assert letters.waiting_for_a_person(tx) == []


def test_a_letter_is_settled_once_and_only_while_it_is_read(database: Database) -> None:
    with database.write() as tx:
        (number,) = keep(tx, [arrival(RAW)])
        assert not letters.settle(tx, number, "post")
        letters.take(tx, NOON, LEASE)
        assert letters.settle(
            tx, number, "post", "post 1", subject="Food", sender="A@Charity.example"
        )
        assert not letters.settle(tx, number, "stuck")
        kept = letters.by_id(tx, number)
    assert kept is not None
    assert (kept.state, kept.reason, kept.sender) == ("post", "post 1", "a@charity.example")


def test_what_is_settled_is_not_put_back(database: Database) -> None:
    with database.write() as tx:
        (number,) = keep(tx, [arrival(RAW)])
        letters.take(tx, NOON, LEASE)
        letters.settle(tx, number, "post")
        assert not letters.put_back(tx, number)


def test_a15_changed_bytes_are_noticed(database: Database) -> None:
    with database.write() as tx:
        (number,) = keep(tx, [arrival(RAW)])
        tx.execute(update(raw_message).values(content=RAW.replace(b"Friday", b"Monday")))
        with pytest.raises(Damaged):
            letters.by_id(tx, number)


def test_a15_a_damaged_letter_is_stuck_and_does_not_hold_up_the_next(database: Database) -> None:
    with database.write() as tx:
        damaged, good = keep(tx, [arrival(RAW), arrival(RAW + b"good")])
        here = raw_message.c.id == 1
        tx.execute(update(raw_message).where(here).values(content=b"changed"))
        assert letters.take(tx, NOON, LEASE) == []
        assert [one.id for one in letters.take(tx, NOON, LEASE)] == [good]
        assert [one.id for one in letters.waiting_for_a_person(tx)] == [damaged]
