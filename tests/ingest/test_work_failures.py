"""Whatever goes wrong with one letter, or with the database: none is lost, and no other waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from ingest.clerk import LEASE
from ingest.examine import Examined, Examiner, Failed
from ingest.matter import Matter, Outcome
from ingest.reading import read_and_draft
from ingest.route import route as right_route
from ingest.work import Workers
from storage import letters
from storage.database import Database, Unavailable
from storage.records import Letter, Proof
from storage.tables import raw_message
from tests.ingest.mailroom import Mailroom, letter

Examine = Callable[[Letter], Examined | Failed]


def known(found: Letter) -> Examined:
    return Examined(found, *read_and_draft(found.raw), Proof())


@pytest.fixture
def room(database: Database) -> Mailroom:
    return Mailroom.of(database)


@pytest.fixture
def examine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Examine], None]:
    """``examine(function)`` replaces reading in a child, which is tested elsewhere."""
    monkeypatch.setattr(Examiner, "__init__", lambda *_: None)
    monkeypatch.setattr(Examiner, "close", lambda *_: None)
    monkeypatch.setattr(Examiner, "hurried", False, raising=False)
    monkeypatch.setattr(Examiner, "is_warm", lambda *_: True)

    def use(function: Examine) -> None:
        monkeypatch.setattr(Examiner, "examine", lambda _, letter: function(letter))

    use(known)
    return use


def break_on(monkeypatch: pytest.MonkeyPatch, word: bytes, error: Exception) -> list[int]:
    """Lets settling fail for letters with that word; how often it did stands in the list."""
    failed: list[int] = []

    def route(matter: Matter) -> Outcome:
        if word in matter.letter.raw:
            failed.append(matter.letter.id)
            raise error
        return right_route(matter)

    monkeypatch.setattr("ingest.settle.route", route)
    return failed


# One letter ---------------------------------------------------------------------------------


def test_i1_a_reader_killed_from_outside_gets_the_letter_again(
    room: Mailroom, examine: Callable[[Examine], None]
) -> None:
    tries: list[int] = []

    def killed_twice(found: Letter) -> Examined | Failed:
        tries.append(found.id)
        return known(found) if len(tries) == 3 else Failed(found, "killed", again=True)

    examine(killed_twice)
    number = room.keep(letter())
    for _ in range(3):
        assert room.state(number) in ("new", "reading")
        room.work_off()
        room.now += timedelta(seconds=3)
    assert room.state(number) == "post"
    assert len(room.held()) == 1


def test_i1_after_three_times_it_is_stuck_and_no_other_waits_for_it(
    room: Mailroom, examine: Callable[[Examine], None]
) -> None:
    def kills(found: Letter) -> Examined | Failed:
        return Failed(found, "killed", again=True) if b"poison" in found.raw else known(found)

    examine(kills)
    poison = room.keep(letter("poison", number=1))
    others = [room.keep(letter(number=number)) for number in range(2, 40)]
    room.work_off()
    assert [room.state(number) for number in others] == ["post"] * len(others)
    for _ in range(2):
        assert room.state(poison) == "reading"
        room.now += timedelta(seconds=3)
        room.work_off()
    assert (room.state(poison), room.letter(poison).reason) == ("stuck", "killed")
    assert [mail.letter for mail in room.written()].count("letter_stuck") == 0  # see below


def test_a11_a_letter_that_breaks_our_code_is_stuck_and_those_beside_it_are_not(
    room: Mailroom,
    examine: Callable[[Examine], None],  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_on(monkeypatch, b"poison", ZeroDivisionError())
    good = [room.keep(letter(number=number)) for number in range(2)]
    bad = room.keep(letter("poison", number="bad"))
    good += [room.keep(letter(number=number)) for number in range(2, 4)]
    room.work_off()
    assert room.state(bad) == "stuck"
    assert "ZeroDivisionError" in room.letter(bad).reason
    assert [room.state(number) for number in good] == ["post"] * 4
    assert len(room.held()) == len(room.written("post_held")) == 4


def test_a11_a_stuck_letter_can_be_tried_again_after_a_repair(
    room: Mailroom,
    examine: Callable[[Examine], None],  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        break_on(broken, b"poison", ZeroDivisionError())
        number = room.keep(letter("poison"))
        room.work_off()
    with room.db.write() as tx:
        assert letters.put_back(tx, number)
    room.work_off()
    assert room.state(number) == "post"


def test_a15_damaged_bytes_are_stuck_and_the_others_are_served(
    room: Mailroom,
    examine: Callable[[Examine], None],  # noqa: ARG001
) -> None:
    damaged, good = room.keep(letter(number=1)), room.keep(letter(number=2))
    with room.db.write() as tx:
        here = raw_message.c.id == 1
        tx.execute(update(raw_message).where(here).values(content=b"changed"))
    room.work_off()
    with room.db.read() as tx:
        waiting = letters.waiting_for_a_person(tx)
    assert [(one.id, one.state) for one in waiting] == [(damaged, "stuck")]
    assert room.state(good) == "post"


# The database --------------------------------------------------------------------------------


@contextmanager
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:

        @contextmanager
        def write(_: Database) -> Iterator[Connection]:
            raise Unavailable("server closed the connection")
            yield

        patch.setattr(Database, "write", write)
        yield


def test_a6_a_letter_in_hand_outlives_a_database_that_goes_away(
    room: Mailroom,
    examine: Callable[[Examine], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not read again, and nothing is waited for but the database."""
    reads: list[int] = []
    go_on = threading.Event()

    def slowly(found: Letter) -> Examined:
        reads.append(found.id)
        go_on.wait(10)
        return known(found)

    examine(slowly)
    number = room.keep(letter())
    with room.workers() as workers:
        assert workers.clerk.turn() == (0, 1)
        with away(monkeypatch):
            go_on.set()
            wait_until(lambda: not workers.clerk.hand._examined.empty())
            assert workers.clerk.turn() == (0, 0)
            assert workers.clerk.turn() == (0, 0)
        assert workers.clerk.turn()[0] == 1
    assert room.state(number) == "post"
    assert reads == [number]


def test_a_letter_that_the_database_alone_refuses_is_stuck_after_some_tries(
    room: Mailroom,
    examine: Callable[[Examine], None],  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = break_on(monkeypatch, b"poison", Unavailable("too many variables"))
    bad = room.keep(letter("poison", number=1))
    good = room.keep(letter(number=2))
    room.work_off()
    assert (room.state(bad), room.state(good)) == ("stuck", "post")
    assert 3 <= len(failed) <= 6


def test_a10_two_services_by_mistake_make_one_post_of_a_letter(
    room: Mailroom,
    examine: Callable[[Examine], None],  # noqa: ARG001
) -> None:
    """The first was silent for so long that the second took the letter up; then it came back."""
    number = room.keep(letter())
    with room.workers() as first, room.workers() as second:
        assert first.clerk.turn() == (0, 1)
        room.now += LEASE + timedelta(seconds=1)
        assert second.work_off() == 1
        first.clerk.at.renew = float("inf")
        assert first.work_off() == 0
    assert room.state(number) == "post"
    assert len(room.held()) == len(room.written()) == 1


def test_a_letter_that_is_long_in_hand_is_taken_by_nobody_else(
    room: Mailroom, examine: Callable[[Examine], None]
) -> None:
    go_on = threading.Event()
    examine(lambda found: (go_on.wait(10), known(found))[1])
    room.keep(letter())
    with room.workers() as first, room.workers() as second:
        assert first.clerk.turn() == (0, 1)
        for _ in range(3):
            room.now += LEASE - timedelta(seconds=1)
            first.clerk.at.renew = 0.0
            assert first.clerk.turn() == (0, 0)
            assert second.clerk.turn() == (0, 0)
        go_on.set()
        assert first.work_off() == 1


# The end -------------------------------------------------------------------------------------


def test_a14_what_is_in_hand_at_a_stop_is_put_back_for_the_next_start(
    room: Mailroom, examine: Callable[[Examine], None]
) -> None:
    never = threading.Event()
    examine(lambda found: (never.wait(20), known(found))[1])
    number = room.keep(letter())
    workers = Workers(room.db, room.settings, room.resolver)
    workers.start()
    wait_until(lambda: room.state(number) == "reading")
    workers.close(1.0)
    assert (room.state(number), room.letter(number).attempts) == ("new", 0)
    never.set()


def test_who_says_yes_and_then_undo_is_heard_in_that_order(
    room: Mailroom, examine: Callable[[Examine], None], caplog: pytest.LogCaptureFixture
) -> None:
    second_is_read = threading.Event()

    def first_is_slow(found: Letter) -> Examined:
        if b"yes" in found.raw:
            second_is_read.wait(10)
        else:
            second_is_read.set()
        return known(found)

    examine(first_is_slow)
    to = "news-verdict+k3yk3yk3yk3yk3yk3yk3yk3y@lists.example.org"
    numbers = [room.keep(letter(word, number=word), to) for word in ("yes", "undo")]
    with caplog.at_level(logging.INFO):
        room.work_off()
    said = [
        one.getMessage().split()[1] for one in caplog.records if "Its mark is" in one.getMessage()
    ]
    assert said == [f"{number}:" for number in numbers]


# Who hears of it -------------------------------------------------------------------------------


def stick(room: Mailroom, workers: Workers, number: int) -> None:
    room.keep(letter("poison", number=number))
    workers.work_off()
    tell(workers)


def tell(workers: Workers) -> None:
    workers.clerk.at.tell = 0.0
    workers.clerk.tell()


def test_organisers_hear_of_stuck_letters_once_an_hour(
    room: Mailroom,
    examine: Callable[[Examine], None],  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room.add_organiser("olga@charity.example")
    break_on(monkeypatch, b"poison", ZeroDivisionError())
    with room.workers() as workers:
        for number in range(3):
            stick(room, workers, number)
        (first,) = room.written("letter_stuck")
        assert first.to == ("olga@charity.example",)
        assert "Number: 1" in first.text
        assert "alice@charity.example" in first.text
        room.now += timedelta(minutes=59)
        tell(workers)
        assert len(room.written("letter_stuck")) == 1
        room.now += timedelta(minutes=2)
        tell(workers)
        _, second = room.written("letter_stuck")
        assert "Number: 2" in second.text
        assert "One more mail is stuck" in second.text
        room.now += timedelta(hours=2)
        tell(workers)
        assert len(room.written("letter_stuck")) == 2


def test_where_there_is_no_organiser_the_moderators_hear_of_it(
    room: Mailroom,
    examine: Callable[[Examine], None],  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_on(monkeypatch, b"poison", ZeroDivisionError())
    with room.workers() as workers:
        stick(room, workers, 1)
    assert [mail.recipients for mail in room.written("letter_stuck")] == [("bob@example.org",)]


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not come to pass")
