"""Who comes first when more letters wait than can be read: the order changes, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import lanes, letters, volunteers
from storage.database import Database
from storage.lanes import Lane
from tests.ingest.mailroom import Mailroom, letter

LEASE = timedelta(seconds=15)
VERDICT = "news-verdict+k3yk3yk3yk3yk3yk3yk3yk3y@lists.example.org"


@pytest.fixture
def room(database: Database) -> Mailroom:
    return Mailroom.of(database)


def take(room: Mailroom, lane: Lane, limit: int = 10) -> list[int]:
    with room.db.write() as tx:
        return [one.id for one in letters.take(tx, room.now, LEASE, limit, lane)]


def flood(room: Mailroom, many: int = 20, domain: str = "evil.example") -> list[int]:
    return [
        room.keep(letter(number=f"{domain}{number}"), mail_from=f"m{number}@{domain}")
        for number in range(many)
    ]


def test_common_letters_are_taken_oldest_first(room: Mailroom) -> None:
    waiting = flood(room)
    assert take(room, "common") == waiting[:10]
    assert take(room, "common") == waiting[10:]


def test_an_answer_to_a_mail_of_ours_passes_a_flood(room: Mailroom) -> None:
    flood(room)
    verdict = room.keep(letter("yes"), VERDICT, "bob@elsewhere.example")
    assert take(room, "awaited") == [verdict]


@pytest.mark.parametrize(
    "known", ["Carol@Reader.example", "bob@example.org", "alice@known.example"]
)
def test_whom_a_list_knows_passes_a_flood(room: Mailroom, known: str) -> None:
    with room.db.write() as tx:
        for author in ("alice@known.example", "mallory@evil.example"):
            volunteers.meet_author(tx, room.town.id, author, "", room.now)
        volunteers.note_approval(tx, room.town.id, "alice@known.example")
    flood(room)
    room.keep(letter(number="once seen"), mail_from="mallory@evil.example")
    number = room.keep(letter(number="known"), mail_from=known)
    assert take(room, "awaited") == [number]


def test_who_left_or_was_removed_is_no_longer_known(room: Mailroom) -> None:
    with room.db.write() as tx:
        volunteers.remove(tx, room.town.id, "moderator", "bob@example.org", room.now)
    room.keep(letter(), mail_from="bob@example.org")
    assert take(room, "awaited") == []


def test_a_stranger_from_where_little_comes_passes_a_flood(room: Mailroom) -> None:
    flood(room)
    flood(room, 5, "worse.example")
    honest = room.keep(letter(number="honest"), mail_from="alice@charity.example")
    assert honest in take(room, "rare", 3)


def test_large_letters_go_alone(room: Mailroom) -> None:
    large = room.keep(letter("x" * lanes.LARGE, number=1))
    small = room.keep(letter(number=2))
    assert take(room, "common") == [small]
    assert take(room, "alone") == [large]


def test_a_letter_that_may_have_killed_the_service_goes_alone(room: Mailroom) -> None:
    suspect, other = room.keep(letter(number=1)), room.keep(letter(number=2))
    assert take(room, "common", 1) == [suspect]
    assert take(room, "alone") == []
    room.now += LEASE + timedelta(seconds=1)
    assert take(room, "common") == [other]
    assert take(room, "alone") == [suspect]


def test_what_was_put_back_untried_is_common_again(room: Mailroom) -> None:
    number = room.keep(letter())
    assert take(room, "common") == [number]
    with room.db.write() as tx:
        letters.give_back(tx, [number])
    assert take(room, "common") == [number]


def test_every_letter_is_in_one_lane_or_the_other(room: Mailroom) -> None:
    waiting = [*flood(room, 3), room.keep(letter("x" * lanes.LARGE)), room.keep(letter(), VERDICT)]
    assert sorted(take(room, "common") + take(room, "alone")) == waiting
