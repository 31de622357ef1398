"""Who had a post is counted exactly, and a post that is taken back leaves what has not left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from storage import carried, editions, outgoing
from storage.database import Database
from storage.records import MailingList, Post
from storage.taken import Window
from tests.storage.rows import MINUTE, NOON, new_list, new_mail, new_post, new_reader

LEASE = 15 * MINUTE


def new_edition(tx: Connection, to: MailingList, day: int) -> int:
    at = NOON + timedelta(days=day)
    window = Window("weekly", f"day {day}", at - timedelta(days=7), at, at)
    (edition,) = editions.claim(tx, to.id, [window], "clock", at, LEASE)
    return edition.id


def new_round_up(tx: Connection, to: MailingList, edition: int, reader: int, items: str) -> int:
    number = new_reader(tx, to, f"reader{reader}@example.org").id
    return new_mail(
        tx, f"{reader}@example.org", 1, items=items, edition_id=edition, subscriber_id=number
    )


def approved(post: Post) -> Post:
    return replace(post, approved_at=NOON)


def test_a_post_is_told_from_topics_and_from_longer_numbers(database: Database) -> None:
    carry = ["3:7", "3:1,7", "3:7,1", "3:1,7,2 0:5", "3:1 0:7", "0:7 3:1"]
    carry_not = ["7:1", "7:1,2 0:17", "3:77,17,70 0:177", ""]
    with database.write() as tx:
        to = new_list(tx)
        post = [new_post(tx, to) for _ in range(7)][-1]
        assert post.id == 7
        edition = new_edition(tx, to, 1)
        for reader, items in enumerate(carry + carry_not):
            new_round_up(tx, to, edition, reader, items)
        outgoing.claim(tx, "a", NOON, LEASE, 20)
        assert carried.count_readers(tx, approved(post)) == len(carry)


def test_who_has_it_is_counted_over_all_editions_and_what_waits_is_not(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        post = approved(new_post(tx, to))
        first, second = new_edition(tx, to, 1), new_edition(tx, to, 8)
        for reader, edition in enumerate((first, first, second)):
            new_round_up(tx, to, edition, reader, f"0:{post.id}")
        sent = [mail.id for mail in outgoing.claim(tx, "a", NOON, LEASE, 9)]
        outgoing.note_sent(tx, sent, "a", NOON)
        new_round_up(tx, to, second, 7, f"0:{post.id}")
        assert carried.count_readers(tx, post) == 3
        outgoing.claim(tx, "a", NOON, LEASE, 9)
        assert carried.count_readers(tx, post) == 4, "what is being handed over may arrive"


def test_an_edition_from_before_the_approval_or_of_another_list_cannot_carry_it(
    database: Database,
) -> None:
    with database.write() as tx:
        to, other = new_list(tx), new_list(tx, "jobs")
        post = approved(new_post(tx, to))
        new_round_up(tx, to, new_edition(tx, to, -1), 1, f"0:{post.id}")
        new_round_up(tx, other, new_edition(tx, other, 1), 2, f"0:{post.id}")
        outgoing.claim(tx, "a", NOON, LEASE, 9)
        assert carried.count_readers(tx, post) == 0


def test_a_post_leaves_the_round_ups_that_have_not_left(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        post = approved(new_post(tx, to))
        edition = new_edition(tx, to, 1)
        gone = new_round_up(tx, to, edition, 0, f"0:{post.id}")
        outgoing.note_sent(tx, [outgoing.claim(tx, "a", NOON, LEASE, 9)[0].id], "a", NOON)
        many = new_round_up(tx, to, edition, 1, f"3:8,{post.id},9 0:{post.id}1 {post.id}:4")
        alone = new_round_up(tx, to, edition, 2, f"3:{post.id}")
        assert carried.take_out(tx, post) == 2
        left = {number: outgoing.by_id(tx, number) for number in (gone, many, alone)}
    assert [(mail.state, mail.items) for mail in left.values() if mail] == [
        ("sent", f"0:{post.id}"),
        ("waiting", f"3:8,9 0:{post.id}1 {post.id}:4"),
        ("dropped", ""),
    ]
