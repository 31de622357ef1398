"""Kill clocks and senders as often as you like: every reader gets the round-up, and at most one
connection's mail comes twice, under the same Message-ID."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import outgoing, runs
from storage.database import Database, Unavailable
from tests.catching import CatchingServer
from tests.mailbox import Mail
from tests.needs import times
from tests.proof.readers import copies, settle
from tests.servers import Installation
from tests.warm import HASTY, Started

CONNECTIONS = 5
PARTS = ("clock", "clock", "sender", "sender")


class Staff:
    """Two clocks and two senders, each of which may be killed and started again."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._processes = [self._start(part) for part in PARTS]

    def _start(self, part: str) -> Started:
        here = self._installation
        with (here.folder / f"{part}.log").open("ab") as log, Path(os.devnull).open("rb") as none:
            return Started([HASTY, part], here.folder, here.environment, (none, log, log))

    def kill(self, *numbers: int) -> None:
        for number in numbers:
            process = self._processes[number]
            assert process.poll() is None, f"a {PARTS[number]} ended by itself"
            process.kill()
            process.wait()
        for number in numbers:
            self._processes[number] = self._start(PARTS[number])

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            assert process.wait(20) is not None


@contextmanager
def at_work(installation: Installation) -> Iterator[Staff]:
    staff = Staff(installation)
    try:
        yield staff
    finally:
        staff.stop()
        for part in set(PARTS):
            print(f"--- {part}\n{(installation.folder / f'{part}.log').read_text()[-3000:]}")


@pytest.fixture
def news(
    new_installation: Callable[..., Installation],
    database_url: str,
    catching_server: CatchingServer,
) -> Installation:
    catching_server.seconds = 0.02
    way_out = f"smtp://127.0.0.1:{catching_server.port}"
    return new_installation(database_url, POSTROUND_OUTGOING=way_out)


@pytest.mark.proof
def test_f3_g4_kill_9_of_clocks_and_senders_misses_nobody(
    news: Installation, database_url: str, catching_server: CatchingServer
) -> None:
    readers, kills = times(120, 10_000), times(2, 30)
    people = settle(database_url, readers, editions=times(3, 40))
    catching_server.seconds = 0.1  # so that a kill meets mails on their way
    began = time.monotonic()
    database = Database(database_url)
    with at_work(news) as staff:
        for kill in range(kills):
            clock = kill % 2 == 0
            if clock:
                wait_for_more(lambda: mails_made(database), 1, readers)
            else:
                wait_for_more(lambda: len(catching_server.mails), 10, readers)
            time.sleep(random.uniform(0.0, 0.1))
            # Both senders at once: one of them is at work.
            staff.kill(*((random.randrange(2),) if clock else (2, 3)))
        wait_until_all_left(database_url, readers)
    database.close()
    got = copies(catching_server.mails)
    twice = {to: mails for to, mails in got.items() if len(mails) > 1}
    extra = sum(len(mails) - 1 for mails in twice.values())
    print(
        f"{readers} readers, {kills} kills, {time.monotonic() - began:.0f} s: "
        f"{len(people) - len(got)} missed, {extra} extra copies, "
        f"{catching_server.broken_after_dot} connections broke between the dot and its answer"
    )
    assert set(got) == set(people)
    assert extra <= kills // 2 * 2 * CONNECTIONS, "one for each connection of a killed sender"
    assert_same_mail(twice.values())


@pytest.mark.proof
def test_f4_without_kills_nobody_gets_two(
    news: Installation, database_url: str, catching_server: CatchingServer
) -> None:
    readers = times(100, 10_000)
    people = settle(database_url, readers, editions=5)
    with at_work(news):
        wait_until_all_left(database_url, readers)
    assert sorted(mail.recipients[0] for mail in catching_server.mails) == sorted(people)


@pytest.mark.proof
def test_g3_connections_that_break_after_the_dot_double_one_mail_each(
    news: Installation, database_url: str, catching_server: CatchingServer
) -> None:
    """Nothing else is doubled. What comes again is put off first, so a hand brings it forward."""
    readers, drops = times(60, 2_000), times(3, 50)
    people = settle(database_url, readers, editions=1)
    catching_server.drop_after_dot = drops
    with at_work(news):
        # A sender whose connections all break rests ever longer.
        wait_until_all_left(database_url, readers, forward=True, seconds=200)
    got = copies(catching_server.mails)
    twice = [mails for mails in got.values() if len(mails) > 1]
    assert set(got) == set(people)
    assert [len(mails) for mails in twice] == [2] * drops
    assert_same_mail(twice)


def mails_made(database: Database) -> int:
    try:
        with database.read() as tx:
            return sum(outgoing.counts(tx).values())
    except Unavailable:
        return 0


def wait_for_more(look: Callable[[], int], many: int, most: int, seconds: float = 60) -> None:
    """A kill counts when there is work in hand."""
    wanted, until = min(look() + many, most), time.monotonic() + seconds
    while look() < wanted and time.monotonic() < until:
        time.sleep(0.02)


def assert_same_mail(doubled: Iterable[list[Mail]]) -> None:
    for mails in doubled:
        assert len({mail.header("Message-ID") for mail in mails}) == 1
        assert len({mail.raw for mail in mails}) == 1, "Date and all"


def wait_until_all_left(
    url: str, readers: int, *, forward: bool = False, seconds: float = 60
) -> None:
    """Until every reader's mail is sent; fails when nothing happens for so long."""
    database, last, until = Database(url), -1, time.monotonic() + seconds
    while True:
        try:
            with database.read() as tx:
                sent = outgoing.counts(tx).get("sent", 0)
        except Unavailable:
            sent = last
        if sent == readers:
            break
        if sent != last:
            last, until = sent, time.monotonic() + seconds
        assert time.monotonic() < until, f"{sent} of {readers} were sent, and no more"
        time.sleep(0.5)
        if forward:
            with database.write() as tx:
                runs.retry(tx, datetime.now(UTC))
    database.close()
