"""Whatever two may do at once ends as one: decisions, confirmations, mails to send."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Connection

from storage import confirmations, editions, outgoing, posts, subscribers, volunteers
from storage.database import Database
from storage.outgoing import LANE_EDITIONS
from storage.records import Subscriber
from storage.taken import Window
from tests.needs import times
from tests.storage.rows import MINUTE, NOON, new_list, new_mail, new_post, new_reader

T = TypeVar("T")
LEASE = 15 * MINUTE


def at_once(database: Database, *works: Callable[[Connection], T]) -> list[T]:
    """What each of the works gave, done in transactions that begin together."""
    ready, results = threading.Barrier(len(works)), []

    def run(work: Callable[[Connection], T]) -> None:
        ready.wait()
        with database.write() as tx:
            results.append(work(tx))

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(works)
    return results


def test_d8_two_decisions_at_once_are_one(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        numbers = [new_post(tx, to).id for _ in range(times(5, 200))]
    for number in numbers:

        def yes(tx: Connection, number: int = number) -> str:
            changed = posts.change_state(tx, number, ["held"], "approved", {"approved_at": NOON})
            return "approved" if changed else ""

        def no(tx: Connection, number: int = number) -> str:
            return "rejected" if posts.change_state(tx, number, ["held"], "rejected", {}) else ""

        won = [result for result in at_once(database, yes, no) if result]
        with database.read() as tx:
            post = posts.by_id(tx, number)
        assert post is not None
        assert [post.state] == won


def test_a_confirmation_counts_once(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        number = confirmations.ask(tx, to.id, "join", "carol@reader.example", {}, NOON)

    def settle(tx: Connection) -> bool:
        return confirmations.settle(tx, number, NOON)

    assert sorted(at_once(database, settle, settle, settle)) == [False, False, True]


def test_one_person_joins_once(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)

    def join(tx: Connection) -> bool:
        new = Subscriber(0, to.id, "Carol@Reader.example", "", "active", "weekly")
        return subscribers.add(tx, new) is not None

    assert sorted(at_once(database, join, join)) == [False, True]


def test_senders_at_once_never_take_the_same_mail(database: Database) -> None:
    with database.write() as tx:
        for number in range(40):
            new_mail(tx, f"reader{number}@example.org")

    def take(tx: Connection) -> list[int]:
        claim = str(threading.get_ident())
        return [mail.id for mail in outgoing.claim(tx, claim, NOON, LEASE, 10)]

    taken = [number for numbers in at_once(database, take, take, take) for number in numbers]
    assert len(taken) == len(set(taken))
    with database.read() as tx:
        assert outgoing.counts(tx).get("sending", 0) == len(taken)


def test_people_are_served_before_round_ups_and_each_in_turn(database: Database) -> None:
    with database.write() as tx:
        edition = new_mail(tx, "carol@reader.example", lane=LANE_EDITIONS)
        first = new_mail(tx, "bob@example.org")
        later = new_mail(tx, "amina@example.org", created_at=NOON + MINUTE)
        assert [mail.id for mail in outgoing.claim(tx, "a", NOON, LEASE, 2)] == [first, edition]
        assert outgoing.claim(tx, "a", NOON, LEASE, 9) == []
        assert [mail.id for mail in outgoing.claim(tx, "b", NOON + MINUTE, LEASE, 9)] == [later]


def test_a_lane_may_be_asked_for_alone(database: Database) -> None:
    with database.write() as tx:
        edition = new_mail(tx, lane=LANE_EDITIONS)
        new_mail(tx, "bob@example.org")
        taken = outgoing.claim(tx, "a", NOON, LEASE, 9, LANE_EDITIONS)
        assert [mail.id for mail in taken] == [edition]


def test_a_dead_senders_mails_come_back_and_its_notes_count_no_more(database: Database) -> None:
    with database.write() as tx:
        number = new_mail(tx)
        outgoing.claim(tx, "dead", NOON, LEASE, 1)
        assert outgoing.release_expired(tx, NOON + LEASE) == 0
        assert outgoing.release_expired(tx, NOON + LEASE + MINUTE) == 1
        assert len(outgoing.claim(tx, "alive", NOON + LEASE + MINUTE, LEASE, 1)) == 1
        outgoing.note_refused(tx, number, "dead", "550")
        assert outgoing.still_claimed(tx, number, "alive")
        outgoing.note_sent(tx, [number], "alive", NOON)
        outgoing.release(tx, [number], "alive")
        mail = outgoing.by_id(tx, number)
    assert mail is not None
    assert (mail.state, mail.attempts, mail.message) == ("sent", 1, None)


def test_what_was_given_back_is_taken_at_once(database: Database) -> None:
    with database.write() as tx:
        number = new_mail(tx)
        outgoing.claim(tx, "a", NOON, LEASE, 1)
        outgoing.release(tx, [number], "another")
        assert outgoing.claim(tx, "b", NOON, LEASE, 1) == []
        outgoing.release(tx, [number], "a")
        assert len(outgoing.claim(tx, "b", NOON, LEASE, 1)) == 1


def test_what_was_put_off_waits_for_its_time(database: Database) -> None:
    with database.write() as tx:
        number = new_mail(tx)
        outgoing.claim(tx, "a", NOON, LEASE, 1)
        outgoing.note_later(tx, number, "a", "451 later", NOON + MINUTE)
        assert outgoing.next_due(tx) == NOON + MINUTE
        assert outgoing.claim(tx, "a", NOON, LEASE, 1) == []
        (again,) = outgoing.claim(tx, "a", NOON + MINUTE, LEASE, 1)
        assert (again.attempts, again.reason) == (1, "451 later")


def test_who_left_gets_nothing_more_that_waits_or_is_claimed(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        reader = new_reader(tx, to)
        window = Window("weekly", "2026-11-16", NOON - timedelta(days=7), NOON, NOON)
        (edition,) = editions.claim(tx, to.id, [window], "clock", NOON, LEASE)
        round_up = new_mail(tx, lane=1, subscriber_id=reader.id, edition_id=edition.id)
        answer = new_mail(tx, subscriber_id=reader.id)
        outgoing.claim(tx, "a", NOON, LEASE, 9)
        assert subscribers.leave(tx, reader.id, NOON)
        assert not subscribers.leave(tx, reader.id, NOON)
        assert not outgoing.still_claimed(tx, round_up, "a")
        assert outgoing.still_claimed(tx, answer, "a"), "the goodbye and answers still go"


def test_only_the_moderator_in_office_is_found_and_the_row_stays(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        assert volunteers.add(tx, to.id, "moderator", "Bob@Example.org", "Bob", NOON)
        assert not volunteers.add(tx, to.id, "moderator", "bob@example.ORG", "Bob", NOON)
        assert volunteers.remove(tx, to.id, "moderator", "bob@example.org", NOON)
        assert volunteers.by_address(tx, to.id, "bob@example.org") == []
        assert volunteers.every(tx, to.id, "moderator") == []
        assert volunteers.by_id(tx, 1) is not None
        assert volunteers.add(tx, to.id, "moderator", "bob@example.org", "Bob", NOON + MINUTE)
        assert [one.id for one in volunteers.every(tx, to.id, "moderator")] == [1]


def test_posts_of_an_hour_are_counted_for_one_person_however_they_write(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        new_post(tx, to, author_address="Alice@BÜRO.example")
        new_post(tx, to, author_address="alice@xn--bro-hoa.example", proof="proven")
        new_post(tx, to, author_address="mallory@example.org")
        new_post(tx, to, held_at=NOON - timedelta(hours=2))
        hour_ago = NOON - timedelta(hours=1)
        assert posts.count_since(tx, to.id, hour_ago, address="alice@büro.example") == 2
        assert posts.count_since(tx, to.id, hour_ago, proof="none") == 2
        assert posts.count_since(tx, to.id, hour_ago) == 3
