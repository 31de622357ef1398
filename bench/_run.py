"""One run in a process of its own, so that its memory is its own: settles, makes, sends, tells.

``python -m bench._run '{"readers": 1000, …}'`` prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bench import _pipelining, edition
from config import Settings
from delivery import sender
from delivery.dkim_sign import Key, Signer
from delivery.letters import Desk
from delivery.marks import Marks
from delivery.ready import Readier
from digest.run import tick
from storage import lists, outgoing, posts, subscribers
from storage.database import Database
from storage.journal import Journal
from storage.records import MailingList, Subscriber
from storage.schema import migrate

CONNECTIONS = 5
DUE = edition.MONDAY
LATER = DUE + timedelta(hours=1)


def main() -> None:
    wish = json.loads(sys.argv[1])
    if wish.get("part") == "sender":
        print(json.dumps(_send_only(wish)))
        return
    folder = tempfile.mkdtemp(prefix="bench-", dir=wish["folder"])
    try:
        print(json.dumps(run(wish, folder)))
    finally:
        shutil.rmtree(folder)


def run(wish: dict[str, Any], folder: str) -> dict[str, float]:
    """CPU seconds for 1,000 readers of each step, rates, and the greatest memory."""
    _warm_up()
    # With the journal, as a Postround that runs has one.
    db = Database(f"sqlite:///{folder}/bench.db", journal=Journal(Path(folder) / "journal"))
    migrate(db)
    prepare(db, wish["readers"], wish["kind"])
    made, making = _timed(lambda: tick(db, DUE))
    mails = sum(one.readers for one in made)
    readier = _readier(db, wish["dkim"])
    examples = _examples(db, readier)
    began = time.perf_counter()
    _, sending = _timed(lambda: asyncio.run(_send(db, readier, wish["port"])))
    wall = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    number = min(mails, 5000)
    bare_wall, bare_cpu = _pipelining.send(wish["port"], examples, number, CONNECTIONS)
    db.close()
    return {
        "mails": mails,
        "kilobytes": sum(map(len, examples)) / len(examples) / 1024,
        "making": 1000 * making / mails,
        "sending": 1000 * sending / mails,
        "rate": mails / wall,
        "memory": memory,
        "bare_rate": number / bare_wall,
        "bare_cpu": 1000 * bare_cpu / number,
        "disk": _commits_a_second(folder),
    }


def prepare(db: Database, readers: int, kind: str) -> None:
    """The weekly edition of 50 posts, or one post that everybody gets straight away."""
    if kind == "weekly":
        edition.settle(db, readers)
        return
    with db.write() as tx:
        made = lists.add(
            tx, MailingList(0, "news", "lists.example", "Town News"), DUE - timedelta(days=90)
        )
        assert made is not None
        new = edition.new_post(made.id, 0, [], random.Random(5321))
        approved = {"approved_at": DUE, "decided_at": DUE, "straight_away_at": DUE}
        posts.change_state(tx, posts.hold(tx, new, ()), ["held"], "approved", approved)
        for number in range(readers):
            subscribers.add(tx, _reader(made.id, number))


def _reader(list_id: int, number: int) -> Subscriber:
    return Subscriber(
        id=0,
        list_id=list_id,
        address=f"carol{number}@example.org",
        name="",
        state="active",
        frequency="straight away",
        joined_at=DUE - timedelta(days=60),
        settled_until=DUE - timedelta(days=60),
    )


def _warm_up() -> None:
    """Templates are compiled once for each process, and that is not what is measured."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/warm.db")
        migrate(db)
        edition.settle(db, 10)
        tick(db, DUE)
        db.close()


def _readier(db: Database, dkim: str) -> Readier:
    keys = {
        "none": None,
        "rsa": lambda: Key("s", generate_private_key(public_exponent=65537, key_size=2048)),
        "ed25519": lambda: Key("s", Ed25519PrivateKey.generate()),
    }
    key = keys[dkim]
    desk = Desk(Marks("s" * 32), "https://lists.example")
    return Readier(db, desk, Signer([key()]) if key else None)


def _examples(db: Database, readier: Readier) -> list[bytes]:
    with db.write() as tx:
        rows = outgoing.claim(tx, "bench", LATER, timedelta(hours=1), 200)
    made = [ready.message for ready in readier.build(rows).values() if ready]
    with db.write() as tx:
        outgoing.release(tx, [row.id for row in rows], "bench")
    return made


def _send_only(wish: dict[str, Any]) -> dict[str, float]:
    """One sender among several: begins when a line comes in."""
    db = Database(wish["url"])
    readier = _readier(db, "none")
    print("ready", flush=True)
    sys.stdin.readline()
    _, cpu = _timed(lambda: asyncio.run(_send(db, readier, wish["port"])))
    db.close()
    return {"cpu": cpu}


async def _send(db: Database, readier: Readier, port: int) -> None:
    """A whole sender at work until nothing waits."""
    sender.clock = lambda: LATER
    settings = Settings(outgoing=f"smtp://127.0.0.1:{port}", send_connections=CONNECTIONS)
    stop = asyncio.Event()
    work = asyncio.create_task(sender.run_sender(db, settings, readier.build, stop))
    while await asyncio.to_thread(_left, db):
        await asyncio.sleep(0.05)
    stop.set()
    await work


def _left(db: Database) -> bool:
    with db.read() as tx:
        return outgoing.any_left(tx)


def _commits_a_second(folder: str) -> float:
    """What the disk allows: each commit is on it before the next begins."""
    db = Database(f"sqlite:///{folder}/disk.db")
    migrate(db)
    with db.write() as tx:
        lists.add(tx, MailingList(0, "news", "lists.example", "0"), DUE)
    began = time.perf_counter()
    for number in range(100):
        with db.write() as tx:
            lists.edit(tx, 1, {"title": str(number)})
    seconds = time.perf_counter() - began
    db.close()
    return 100 / seconds


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    return work(), time.process_time() - began


if __name__ == "__main__":
    main()
