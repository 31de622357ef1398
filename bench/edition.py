"""CPU seconds for each 1,000 readers of one weekly edition, and whether it grows with the list.

Measured without the network: choosing and writing the outbox, then claiming, building and noting
every mail. Beside it stands what joining ready bytes of the same size costs, the ceiling.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from delivery.letters import Desk
from delivery.marks import Marks
from delivery.ready import Readier
from digest.run import tick
from storage import lists, outgoing, posts, subscribers
from storage.database import Database
from storage.records import Frequency, MailingList, Post, Subscriber
from storage.schema import migrate

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = MONDAY + timedelta(hours=1)
POSTS = 50
TOPICS = 9
CLAIMED = 50
WORDS = ("Tenants", "can", "bring", "letters", "and", "forms", "to", "the", "open", "morning.")


@dataclass(frozen=True)
class Cost:
    """CPU seconds, of this process, for one edition."""

    readers: int
    mails: int
    making: float
    building: float
    noting: float
    joining: float
    kilobytes: float

    def line(self) -> str:
        each = 1000 / self.mails
        whole = (self.making + self.building + self.noting) * each
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return (
            f"{self.readers:>9,} {self.mails:>9,} {self.kilobytes:>8.1f} "
            f"{self.making * each:>8.3f} {self.building * each:>8.3f} {self.noting * each:>8.3f} "
            f"{whole:>8.3f} {self.joining * each:>8.3f} {peak:>8.0f}"
        )


def main(argv: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="bench edition", description=__doc__)
    options.add_argument("--readers", default="1000,10000", help="for example 1000,10000,100000")
    chosen, _others = options.parse_known_args(argv)
    print(f"{POSTS} posts in {TOPICS} topics; CPU seconds for 1,000 mails, peak memory in MiB")
    print("  readers     mails  KB each   making building   noting   all in  joining   memory")
    for readers in map(int, chosen.readers.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            print(measure(Path(folder), readers).line(), flush=True)
    return 0


def measure(folder: Path, readers: int) -> Cost:
    db = Database(f"sqlite:///{folder}/bench.db")
    migrate(db)
    settle(db, readers)
    began = time.process_time()
    made = tick(db, MONDAY)
    making = time.process_time() - began
    building, noting, sizes = _send(db)
    db.close()
    assert sum(edition.readers for edition in made) == len(sizes)
    return Cost(
        readers,
        len(sizes),
        making,
        building,
        noting,
        _join(sizes),
        sum(sizes) / len(sizes) / 1024,
    )


def settle(
    db: Database, readers: int, posts_due: int = POSTS, topic_count: int = TOPICS, archive: int = 0
) -> None:
    """A list with its readers and approved posts; ``archive`` are posts of a year ago."""
    chance = random.Random(5321)
    with db.write() as tx:
        new = MailingList(0, "news", "lists.example", "Town News")
        made = lists.add(tx, new, MONDAY - timedelta(days=90))
        assert made is not None
        for number in range(topic_count):
            lists.add_topic(tx, made.id, f"topic{number}", f"Topic {number}")
        topics = [topic.id for topic in lists.topics(tx, made.id)]
        for number in range(-archive, posts_due):
            made_post = new_post(made.id, number, topics, chance)
            approved = {"approved_at": made_post.held_at, "decided_at": made_post.held_at}
            posts.change_state(tx, posts.hold(tx, made_post, ()), ["held"], "approved", approved)
        for number in range(readers):
            subscribers.add(tx, _new_reader(made.id, number, topics, chance))


def new_post(list_id: int, number: int, topics: list[int], chance: random.Random) -> Post:
    words = " ".join(chance.choices(WORDS, k=120))
    return Post(
        id=0,
        list_id=list_id,
        letter_id=None,
        author_address=f"alice{number}@charity.example",
        author_name="Alice",
        title=" ".join(chance.choices(WORDS, k=7)),
        html=f"<p>{words}</p><ul><li>Bring “all” letters</li><li>It’s £0</li></ul>",
        text=words,
        state="held",
        held_at=_held_at(number),
        topics=tuple(sorted(chance.sample(topics, min(len(topics), chance.choice((1, 1, 2)))))),
    )


def _held_at(number: int) -> datetime:
    if number < 0:
        return MONDAY - timedelta(days=365) + timedelta(minutes=number)
    return MONDAY - timedelta(days=6) + timedelta(minutes=number)


def _new_reader(list_id: int, number: int, topics: list[int], chance: random.Random) -> Subscriber:
    """Six of ten read everything; the others have topics of their own, some of them daily."""
    own: tuple[int, ...] = ()
    daily: dict[int, Frequency] = {}
    if topics and chance.random() > 0.6:
        own = tuple(sorted(chance.sample(topics, min(len(topics), chance.randint(2, 5)))))
        daily = {own[0]: "daily"} if chance.random() > 0.8 else {}
    return Subscriber(
        id=0,
        list_id=list_id,
        address=f"carol{number}@example.org",
        name="",
        state="active",
        frequency="weekly",
        topics=own,
        topic_frequencies=daily,
        format="html" if chance.random() < 0.8 else "plain",
        joined_at=MONDAY - timedelta(days=60),
        settled_until=MONDAY - timedelta(days=60),
    )


def _send(db: Database) -> tuple[float, float, list[int]]:
    """Claims, builds and notes all mails as a sender does: (CPU building, CPU noting, sizes)."""
    readier = Readier(db, Desk(Marks("s" * 32), "https://lists.example"))
    sizes: list[int] = []
    building = noting = 0.0
    while True:
        began = time.process_time()
        with db.write() as tx:
            rows = outgoing.claim(tx, "bench", LATER, timedelta(hours=1), CLAIMED)
        claimed = time.process_time()
        if not rows:
            return building, noting, sizes
        sizes += [len(ready.message) for ready in readier.build(rows).values() if ready]
        built = time.process_time()
        with db.write() as tx:
            outgoing.note_sent(tx, [row.id for row in rows], "bench", LATER)
        building += built - claimed
        noting += claimed - began + time.process_time() - built


def _join(sizes: list[int]) -> float:
    """The ceiling: ready bytes of the same sizes joined around one address."""
    ready = b"x" * max(sizes)
    began = time.process_time()
    for size in sizes:
        b"".join((ready[: size // 2], b"carol@example.org", ready[size // 2 : size]))
    return time.process_time() - began
