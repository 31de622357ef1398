"""How many letters a second are accepted, each committed before its 250, and how long one takes.

Every figure stands beside that of a bare aiosmtpd with an empty handler, which stores nothing,
measured in the same run with the same client: on a shared machine only the ratio means something.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from aiosmtpd.smtp import SMTP

from bench._smtp_client import Load, load
from ingest.door import open_door
from ingest.door_settings import DoorSettings
from storage import letters
from storage.database import Database
from storage.records import Arrival
from storage.schema import migrate

RECIPIENT = "news@lists.example.org"
SIZES = {"6 KB": 6_000, "200 KB": 200_000}
CONNECTIONS = (1, 20, 100)


def main(argv: Sequence[str]) -> int:
    options = _options(argv)
    if options.serve:
        asyncio.run(_serve(options.serve))
        return 0
    print("size    connections   letters/s   p95 ms   bare aiosmtpd/s   ratio")
    for name, size in SIZES.items():
        for connections in options.connections or CONNECTIONS:
            rounds = [_round(size, connections, options.seconds) for _ in range(options.rounds)]
            ours = median(kept.rate for kept, _ in rounds)
            bare = median(empty.rate for _, empty in rounds)
            p95 = median(kept.p95 for kept, _ in rounds)
            ratio = median(kept.rate / empty.rate for kept, empty in rounds)
            row = f"{name:7} {connections:11} {ours:11.0f} {p95:8.0f} {bare:17.0f} {ratio:7.2f}"
            print(row, flush=True)
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench accept", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--connections", type=int, nargs="*", help="instead of 1, 20 and 100")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def _round(size: int, connections: int, seconds: float) -> tuple[Load, Load]:
    """Ours, then the bare one, close together in time."""
    return _measure("ours", size, connections, seconds), _measure(
        "bare", size, connections, seconds
    )


def _measure(server: str, size: int, connections: int, seconds: float) -> Load:
    with _server(server) as port:
        sending = load(port, RECIPIENT, connections=connections, seconds=seconds, size=size)
        return asyncio.run(sending)


@contextmanager
def _server(which: str) -> Iterator[int]:
    """A server in a process of its own; gives its port."""
    # In the checkout and not in /tmp, which may be in memory: fsync has to cost what it costs.
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.accept", "--serve", which],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"BENCH_FOLDER": folder},
        )
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.communicate()  # closes its standard input, on which it ends


async def _serve(which: str) -> None:
    loop = asyncio.get_running_loop()
    if which == "bare":
        server = await loop.create_server(
            lambda: SMTP(_Empty(), hostname="lists.example.org", ident="", loop=loop),
            "127.0.0.1",
            0,
        )
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        return
    database = Database(f"sqlite:///{os.environ['BENCH_FOLDER']}/postround.db")
    migrate(database)

    def keep(batch: list[Arrival]) -> None:
        with database.write() as tx:
            letters.keep(tx, batch)

    settings = DoorSettings(
        hostname="lists.example.org", port=0, connections_per_source=200, session_seconds=3600
    )
    door = await open_door(settings, lambda _address: "ours", keep)
    print(door.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await door.close(1)


class _Empty:
    async def handle_DATA(self, *_: object) -> str:
        return "250 OK"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
