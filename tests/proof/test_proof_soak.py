"""I6: weeks go by, with people who work and with people who do nothing; nothing grows for ever.

The time is played: each day letters come, are read in real child processes, decided by real
replies, and leave as real mails; then the rules of age are applied. Only the clock is ours.
"""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cli.upkeep import Upkeep
from config import Settings
from delivery.letters import Desk
from delivery.ready import Readier
from digest.coming import next_weekly
from digest.run import tick
from ingest.work import Workers
from moderation import remind
from storage import outgoing, state
from storage.database import Database
from storage.records import Outgoing
from storage.tables import outgoing as mails
from storage.tables import post
from tests.ingest.mailroom import Mailroom, letter
from tests.mailbox import Mail, answer
from tests.needs import times
from tests.storage.rows import new_reader

pytestmark = pytest.mark.proof

DAY = timedelta(days=1)
DAYS = times(16, 42)
IDLE_DAYS = times(9, 42)
FIRST = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""A Monday, an hour before the weekly round-up."""
READERS = {"weekly": 8, "daily": 4, "monthly": 2, "straight away": 2}
POSTS_A_DAY = 3
# Short, so that in six weeks as much goes as comes.
SETTINGS = Settings(
    secret="a secret for tests only",
    proof="mark",
    operator=("eve@council.example",),
    keep_letters_days=5,
    keep_confirmations_days=5,
    keep_left_days=5,
    keep_sent_days=12,
    keep_posts_days=12,
)


@dataclass
class Weeks:
    room: Mailroom
    workers: Workers
    sent: list[tuple[str, str]] = field(default_factory=list)
    """(letter, recipient) of all that left."""
    items: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How often a reader was sent a post."""
    sizes: list[int] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def day(self, number: int, *, decides: bool) -> None:
        start = FIRST + number * DAY
        self.room.now = start
        for one in range(POSTS_A_DAY):
            text = f"Words of day {number}, post {one}. " * 40
            self.room.keep(letter(text, subject=f"Day {number}, {one}", number=f"{number}-{one}"))
        self.workers.work_off()
        asked = self.send()
        if decides:
            self.room.now += timedelta(minutes=20)
            for mail in asked:
                self.room.keep(answer(mail, "yes"), mail.reply_to, mail.to[0])
            self.workers.work_off()
        for minutes in (61, 90, 480):
            self.room.now = start + timedelta(minutes=minutes)
            tick(self.room.db, self.room.now)
            remind.run(self.room.db, Desk.of(SETTINGS), next_weekly, self.room.now)
            self.send()
        upkeep = Upkeep(self.room.db, SETTINGS, ("clock",), {}, clock=lambda: self.room.now)
        upkeep._weekly()
        self.send()
        upkeep.tidy()
        self.measure()

    def send(self) -> list[Mail]:
        """Builds and hands over all that waits, as a sender does; the questions to moderators."""
        readier = Readier(self.room.db, Desk.of(SETTINGS))
        asked = []
        while rows := self.claim():
            ready = readier.build(rows)
            for row in rows:
                made = ready[row.id]
                assert made is not None
                self.sent.append((row.letter, row.to))
                if row.letter == "post_held":
                    asked.append(Mail(made.message))
                for number in outgoing.posts_of(row.items) if row.edition_id else ():
                    self.items[row.subscriber_id or 0, number] += 1
            with self.room.db.write() as tx:
                outgoing.note_sent(tx, [row.id for row in rows], "soak", self.room.now)
        return asked

    def claim(self) -> list[Outgoing]:
        with self.room.db.write() as tx:
            return outgoing.claim(tx, "soak", self.room.now, DAY, 200)

    def measure(self) -> None:
        gc.collect()
        self.sizes.append(state.size(self.room.db))
        self.handles.append(len(list(Path("/proc/self/fd").iterdir())))
        self.threads.append(threading.active_count())

    def left(self, name: str, to: str = "") -> int:
        return sum(one == name and (not to or to == who) for one, who in self.sent)


@pytest.fixture
def weeks(database: Database) -> Iterator[Weeks]:
    room = Mailroom.of(database, settings=SETTINGS, now=FIRST - DAY)
    with database.write() as tx:
        for frequency, count in READERS.items():
            for number in range(count):
                name = frequency.replace(" ", "-")
                new_reader(tx, room.town, f"{name}-{number}@home.example", frequency=frequency)
    with room.workers() as workers:
        yield Weeks(room, workers)


@pytest.mark.timeout(1800)
def test_i6_six_weeks_of_work(weeks: Weeks) -> None:
    for number in range(DAYS):
        weeks.day(number, decides=True)
    mondays = len([number for number in range(DAYS) if number % 7 == 0])
    # The first Monday has nothing to bring but what was approved an hour before it.
    assert weeks.left("edition", "weekly-0@home.example") == mondays
    assert weeks.left("edition", "daily-0@home.example") == DAYS
    assert weeks.left("operator_week") == mondays
    assert set(weeks.items.values()) == {1}
    assert weeks.left("post_held") == POSTS_A_DAY * DAYS
    assert_bounded(weeks)


@pytest.mark.timeout(1800)
def test_i6_six_weeks_in_which_nobody_does_anything(weeks: Weeks) -> None:
    for number in range(IDLE_DAYS):
        weeks.day(number, decides=False)
    with weeks.room.db.read() as tx:
        held = tx.execute(select(func.count()).where(post.c.state == "held")).scalar_one()
        waits = tx.execute(select(func.count()).where(mails.c.state == "waiting")).scalar_one()
    assert held == POSTS_A_DAY * IDLE_DAYS  # nothing is lost, and nothing is decided by silence
    assert waits == 0
    assert weeks.left("edition") == 0  # nobody gets an empty one
    assert weeks.left("operator_week") == len([n for n in range(IDLE_DAYS) if n % 7 == 0])
    asked = sum(who == "bob@example.org" for _, who in weeks.sent)
    assert asked < 12 * IDLE_DAYS  # asked again, and not driven mad
    assert_handles(weeks)


def assert_bounded(weeks: Weeks) -> None:
    """When as much goes as comes, the database stops growing."""
    settled, last = max(weeks.sizes[13:16]), weeks.sizes[-1]
    assert last < 1.35 * settled, weeks.sizes
    assert_handles(weeks)


def assert_handles(weeks: Weeks) -> None:
    assert max(weeks.handles[7:]) <= weeks.handles[6] + 3, weeks.handles
    assert max(weeks.threads[7:]) <= weeks.threads[6] + 2, weeks.threads
