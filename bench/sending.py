"""What it costs to write to every reader, from the alarm clock to the note that it was sent.

Beside it stands what the machine itself allows: a bare SMTP client that sends ready-made mails to
the same sink by as many connections, and the commits a second that the disk takes. Each run has a
process of its own, for its memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from bench._sink import sink

HEAD = (
    "what                      readers    mails  KB each   making  sending   all in   "
    "mails/s  bare client       %   bare CPU   MiB  commits/s"
)


def main(argv: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="bench sending", description=__doc__)
    options.add_argument("--readers", default="1000,10000", help="for example 1000,10000,100000")
    options.add_argument("--folder", default=".", help="where the databases are: the disk counts")
    options.add_argument("--senders", default="1,2,4", help="on PostgreSQL; empty for none")
    chosen, _others = options.parse_known_args(argv)
    many = [int(number) for number in chosen.readers.split(",")]
    with sink() as (port, named):
        print(f"Into {named}, 5 connections. CPU seconds are for 1,000 readers.\n{HEAD}")
        common = {"port": port, "folder": chosen.folder}
        for readers in many:
            _row("weekly, 50 posts", readers, common | {"kind": "weekly", "dkim": "none"})
        for readers in many[:2]:
            _row("one post at once", readers, common | {"kind": "post", "dkim": "none"})
        for dkim in ("rsa", "ed25519"):
            _row(f"weekly, DKIM {dkim}", many[0], common | {"kind": "weekly", "dkim": dkim})
        if chosen.senders:
            _several(port, many[min(1, len(many) - 1)], chosen.senders)
    return 0


def _row(what: str, readers: int, wish: dict[str, Any]) -> None:
    found = _in_a_process(wish | {"readers": readers})
    all_in = found["making"] + found["sending"]
    share = 100 * found["rate"] / found["bare_rate"]
    print(
        f"{what:<22} {readers:>10,} {found['mails']:>8,} {found['kilobytes']:>8.1f} "
        f"{found['making']:>8.3f} {found['sending']:>8.3f} {all_in:>8.3f} {found['rate']:>9,.0f} "
        f"{found['bare_rate']:>12,.0f} {share:>7.0f} {found['bare_cpu']:>10.3f} "
        f"{found['memory']:>5.0f} {found['disk']:>10,.0f}",
        flush=True,
    )


def _in_a_process(wish: dict[str, Any]) -> dict[str, Any]:
    said = subprocess.run(_command(wish), stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def _command(wish: dict[str, Any]) -> list[str]:
    return [sys.executable, "-m", "bench._run", json.dumps(wish)]


def _several(port: int, readers: int, senders: str) -> None:
    """1, 2, 4 sender processes on one PostgreSQL database."""
    try:
        from tests.needs import find_program
        from tests.postgresql import running_cluster
    except ImportError:
        find_program = None  # type: ignore[assignment]
    if find_program is None or not find_program("initdb"):
        print("PostgreSQL is not here, so several senders are not measured.")
        return
    print("\nsenders on PostgreSQL     mails/s    CPU s for 1,000")
    with running_cluster() as cluster:
        for number in map(int, senders.split(",")):
            rate, cpu = _together(cluster.url(cluster.fresh_database()), port, readers, number)
            print(f"{number:>21} {rate:>11,.0f} {cpu:>18.3f}", flush=True)


def _together(url: str, port: int, readers: int, number: int) -> tuple[float, float]:
    from bench import edition
    from digest.run import tick
    from storage.database import Database
    from storage.schema import migrate

    db = Database(url)
    migrate(db)
    edition.settle(db, readers)
    mails = sum(one.readers for one in tick(db, edition.MONDAY))
    db.close()
    wish = {"part": "sender", "url": url, "port": port}
    with ExitStack() as running:
        processes = [
            running.enter_context(
                subprocess.Popen(
                    _command(wish), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(number)
        ]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        began = time.perf_counter()
        said = [process.communicate("go\n")[0] for process in processes]
        seconds = time.perf_counter() - began
    return mails / seconds, 1000 * sum(json.loads(one)["cpu"] for one in said) / mails
