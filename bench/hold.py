"""How many posts a second come from kept letters into the held queue, each with its notices.

Measured without the door: the letters are there, and workers read them, ask the DNS (which answers
at once that there is nothing), and write post, mail to the moderator and receipt. On SQLite.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config import Settings
from ingest.work import Workers
from storage import letters, lists, outgoing, posts, subscribers, volunteers
from storage.database import Database
from storage.records import Arrival, MailingList, Subscriber
from storage.schema import migrate

NOW = datetime.now(UTC)
WARM_UP = 20
"""Letters before the clock starts: readers are started and templates compiled with the first."""
LINE = "The food bank at Oak House opens at ten, and the kettle is on for all who come.\r\n"


@dataclass(frozen=True)
class Held:
    """What one run made, and what it cost."""

    posts: int
    mails: int
    seconds: float
    cpu_seconds: float


def main(argv: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="bench hold", description=__doc__)
    options.add_argument("--letters", type=int, default=1000)
    options.add_argument("--kilobytes", type=int, default=6)
    chosen, _others = options.parse_known_args(argv)
    # In the checkout and not in /tmp, which may be in memory: fsync has to cost what it costs.
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        held = measure(Path(folder), chosen.letters, chosen.kilobytes)
    print("letters   mails   posts/s   CPU ms each")
    print(
        f"{held.posts:7} {held.mails:7} {held.posts / held.seconds:9.0f} "
        f"{1000 * held.cpu_seconds / held.posts:13.1f}"
    )
    return 0


def measure(folder: Path, number: int, kilobytes: int) -> Held:
    """Holds so many posts, half of them of authors who get a receipt."""
    db = Database(f"sqlite:///{folder}/bench.db")
    migrate(db)
    _settle(db, number)
    settings = Settings(
        secret="s" * 32,
        limit_posts_per_sender_hour=10 * number,
        limit_strangers_per_hour=10 * number,
    )
    workers = Workers(db, settings, _Silent())
    _keep(db, range(number, number + WARM_UP), kilobytes)
    workers.work_off()
    _keep(db, range(number), kilobytes)
    began, cpu = time.perf_counter(), _cpu_seconds()
    workers.start()
    while _unread(db):
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    workers.close()
    cpu_seconds = _cpu_seconds() - cpu
    with db.read() as tx:
        made = len(posts.held(tx)), sum(outgoing.counts(tx).values())
    db.close()
    assert made[0] == number + WARM_UP, made
    return Held(number, made[1], seconds, cpu_seconds)


def _unread(db: Database) -> int:
    with db.read() as tx:
        counted = letters.counts(tx)
    return counted.get("new", 0) + counted.get("reading", 0)


def _settle(db: Database, number: int) -> None:
    with db.write() as tx:
        town = lists.add(tx, MailingList(0, "news", "lists.example.org", "Town News"), NOW)
        assert town is not None
        volunteers.add(tx, town.id, "moderator", "bob@council.example", "Bob", NOW)
        for one in range(0, number, 2):
            reader = Subscriber(0, town.id, _author(one), "", "active", "weekly")
            subscribers.add(tx, reader)


def _keep(db: Database, numbers: range, kilobytes: int) -> None:
    with db.write() as tx:
        letters.keep(tx, [_arrival(one, kilobytes) for one in numbers])


def _author(one: int) -> str:
    return f"alice{one}@charity{one % 50}.example"


def _arrival(one: int, kilobytes: int) -> Arrival:
    head = (
        f"From: Alice <{_author(one)}>\r\nTo: news@lists.example.org\r\n"
        f"Subject: Food bank hours, number {one}\r\nMessage-ID: <{one}@charity.example>\r\n"
        "Date: Wed, 18 Nov 2026 09:12:44 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: text/plain; charset="utf-8"\r\n\r\n'
    )
    raw = (head + LINE * (kilobytes * 1024 // len(LINE))).encode()
    return Arrival(raw, _author(one), ("news@lists.example.org",), "192.0.2.1", "a.example", NOW)


class _Silent:
    def look_up(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:  # noqa: ARG002
        return ()


def _cpu_seconds() -> float:
    """Of this process and of its readers, once they have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
