"""CPU seconds to make one edition, against the number of readers, topics, posts, and old posts.

Making is: choosing for each reader, writing the texts once, and one row in the outbox each.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence

from bench.edition import MONDAY, settle
from digest.run import tick
from storage.database import Database
from storage.schema import migrate

USUAL = {"readers": 2000, "posts": 50, "topics": 9, "archive": 0}
VARIED = {
    "readers": (1000, 2000, 4000, 8000),
    "topics": (1, 9, 30),
    "posts": (5, 25, 50, 100),
    "archive": (0, 2000, 10_000),
}


def main(argv: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="bench compile", description=__doc__)
    options.parse_known_args(argv)
    measure(readers=10, posts=50, topics=9, archive=0)  # templates are compiled with the first
    print(f"{'varied':>8} {'to':>7} {'CPU s':>8} {'s for 1,000 readers':>20}")
    for name, numbers in VARIED.items():
        for number in numbers:
            chosen = USUAL | {name: number}
            seconds = measure(**chosen)
            each = 1000 * seconds / chosen["readers"]
            print(f"{name:>8} {number:>7,} {seconds:>8.2f} {each:>20.3f}", flush=True)
    return 0


def measure(*, readers: int, posts: int, topics: int, archive: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/bench.db")
        migrate(db)
        settle(db, readers, posts, topics, archive)
        began = time.process_time()
        made = tick(db, MONDAY)
        seconds = time.process_time() - began
        db.close()
    assert sum(edition.readers for edition in made) > 0.7 * readers
    return seconds
