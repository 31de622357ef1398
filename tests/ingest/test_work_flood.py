"""What one letter may cost while many wait."""

from __future__ import annotations

import time

import pytest

from ingest.resolver import Unanswered
from storage.database import Database
from tests.ingest.mailroom import Mailroom, letter
from tests.storage.rows import new_reader


class SilentDns:
    """Name servers that are never heard of, as an attacker's own may be."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def look_up(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        self.waits.append(min(seconds, 3.0))
        time.sleep(self.waits[-1])
        raise Unanswered(f"{kind} {name}")


@pytest.fixture
def room(database: Database) -> Mailroom:
    return Mailroom.of(database, resolver=SilentDns())


def test_i5_in_a_flood_no_letter_waits_long_for_a_name_server(room: Mailroom) -> None:
    numbers = [
        room.keep(letter(number=number), mail_from=f"m{number}@evil{number}.example")
        for number in range(72)
    ]
    with room.workers() as workers:
        assert workers.work_off() == len(numbers)
    # Unhurried, each of them would wait for four and a half seconds.
    assert sum(room.resolver.waits) / len(numbers) < 1.5
    assert {post.proof for post in room.held()} == {"none"}


def test_i5_a_single_letter_gets_all_the_time_that_its_name_servers_need(room: Mailroom) -> None:
    number = room.keep(letter())
    with room.workers() as workers:
        began = time.monotonic()
        workers.work_off()
    assert time.monotonic() - began > 2.5
    assert room.state(number) == "post"


def test_i5_in_a_flood_whoever_is_known_is_not_behind_it(room: Mailroom) -> None:
    """Also when there is never room for more than one letter at a time."""
    for number in range(150):
        room.keep(letter(number=number), mail_from=f"m{number}@evil.example")
    known = [f"reader{number}@home.example" for number in range(24)]
    for number, address in enumerate(known):
        with room.db.write() as tx:
            new_reader(tx, room.town, address)
        room.keep(letter(sender=address, number=1000 + number), mail_from=address)
    with room.workers() as workers:
        workers.work_off()
    heard = [post.author_address for post in room.held()]
    assert max(heard.index(address) for address in known) < 100
