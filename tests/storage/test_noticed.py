"""Flags, sketches and known hosts, on both databases."""

from __future__ import annotations

from datetime import timedelta

from storage import forgotten, noticed, posts
from storage.database import Database
from storage.records import Flag, MailingList, Post
from tests.storage.rows import NOON, new_list

ALICE = "Alice@charity.example"


def held(database: Database, to: MailingList) -> int:
    new = Post(
        id=0, list_id=to.id, letter_id=None, author_address=ALICE, author_name="Alice",
        title="Rooms", html="", text="", state="held", held_at=NOON,
    )  # fmt: skip
    with database.write() as tx:
        return posts.hold(tx, new, [])


def test_flags_are_kept_in_their_order_and_some_need_a_person(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
    first, second = held(database, to), held(database, to)
    mine = (Flag("event_date", "2026-05-04"), Flag("personal_data", "nhs"))
    with database.write() as tx:
        noticed.set_flags(tx, first, mine)
        noticed.set_flags(tx, second, mine[:1])
        assert noticed.flags(tx, first) == mine
        assert noticed.needs_a_person(tx, first)
        assert not noticed.needs_a_person(tx, second)


def test_sketches_are_those_of_the_list_and_the_time(database: Database) -> None:
    with database.write() as tx:
        to, other = new_list(tx), new_list(tx, "other")
    ids = [held(database, to) for _ in range(3)]
    with database.write() as tx:
        for days, number in enumerate(ids):
            held_at = NOON - timedelta(days=days)
            noticed.keep_sketch(tx, to.id, number, b"%d" % days, held_at)
        since = NOON - timedelta(days=1)
        assert noticed.sketches(tx, to.id, since, 9) == [(ids[0], b"0"), (ids[1], b"1")]
        assert noticed.sketches(tx, to.id, since, 1) == [(ids[0], b"0")]
        assert noticed.sketches(tx, other.id, since, 9) == []


def test_hosts_are_learnt_once_for_one_author_and_forgotten_with_them(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
    number = held(database, to)
    with database.write() as tx:
        noticed.set_flags(tx, number, [Flag("host", "a.example"), Flag("new_host", "b.example")])
        for _ in range(2):
            noticed.learn_hosts(tx, to.id, ALICE, number, NOON)
        asked = ["a.example", "b.example", "c.example"]
        assert noticed.known_hosts(tx, to.id, ALICE.upper(), asked) == {"a.example", "b.example"}
        assert noticed.known_hosts(tx, to.id, "bob@x.example", asked) == set()
        forgotten.erase(tx, to, ALICE)
        assert noticed.known_hosts(tx, to.id, ALICE, asked) == set()
