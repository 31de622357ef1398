"""The database goes away under load: only "later" is heard, nothing is lost, and all goes on."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from storage.database import Database
from storage.schema import migrate
from tests.needs import lacking, need, need_root, times
from tests.postgresql import Cluster, _initialise, _started
from tests.proof.outcome import assert_each_is_one_post_with_one_notice, wait_until_settled
from tests.proof.senders import Told, sending
from tests.proof.town import town
from tests.servers import Installation

LATER = {250, 421, 451, 452}
BACK_WITHIN = 10.0
PATIENCE = 30.0


@contextmanager
def restartable() -> Iterator[tuple[Cluster, Callable[[], None]]]:
    """A PostgreSQL server, and a function that ends it at once and starts it again."""
    initdb = need("postgresql")
    folder = Path(tempfile.mkdtemp(prefix="postround-pg-"))
    with ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
        _initialise(initdb, folder)
        server = at_the_end.enter_context(ExitStack())
        server.enter_context(_started(initdb.with_name("postgres"), folder))

        def restart() -> None:
            number = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            subprocess.run(["kill", f"-{signal.SIGQUIT.value}", str(number)], check=True)
            server.close()
            server.enter_context(_started(initdb.with_name("postgres"), folder))

        yield Cluster(folder), restart


@pytest.mark.proof
@pytest.mark.postgresql
def test_a6_postgresql_is_restarted_at_once_under_load(
    new_installation: Callable[..., Installation],
) -> None:
    with restartable() as (cluster, restart):
        url = cluster.url(cluster.fresh_database())
        database = Database(url)
        migrate(database)
        database.close()
        installation = town(new_installation, url)
        installation.start("smtp")
        with sending(installation.smtp_port, 4) as told:
            wait_for_more(told, 10)
            for _ in range(times(2, 5)):
                restart()
                print(f"first letter {wait_for_more(told, 1):.1f} s after the restart")
                wait_for_more(told, times(20, 400))
        wait_until_settled(url, BACK_WITHIN)
        print(f"{len(told.acknowledged)} posts acknowledged, answers {told.codes}")
        assert set(told.codes) <= LATER
        assert_each_is_one_post_with_one_notice(url, told.acknowledged)
        installation.stop()


@pytest.mark.proof
def test_a9_the_sqlite_file_is_locked_by_another_process(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    installation = town(new_installation, sqlite_url)
    installation.start("smtp")
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    with sending(installation.smtp_port, 4) as told:
        wait_for_more(told, 10)
        other.execute("BEGIN IMMEDIATE")
        before = len(told.acknowledged)
        # A writer waits first for its turn in our own process and then for the file.
        wait_until(lambda: 451 in told.codes, PATIENCE)
        time.sleep(times(1, 50))
        assert len(told.acknowledged) <= before + 4  # whose commit was before the lock
        other.execute("ROLLBACK")
        print(f"first letter {wait_for_more(told, 1):.1f} s after the lock")
        wait_for_more(told, 20)
    wait_until_settled(sqlite_url, BACK_WITHIN)
    print(f"{len(told.acknowledged)} posts acknowledged, answers {told.codes}")
    other.close()
    assert set(told.codes) <= LATER
    assert_each_is_one_post_with_one_notice(sqlite_url, told.acknowledged)


@pytest.mark.proof
def test_a7_the_disk_is_full_and_then_it_is_not(
    new_installation: Callable[..., Installation], tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", megabytes=16) as disk:
        url = f"sqlite:///{disk}/postround.db"
        installation = town(new_installation, url)
        installation.start("smtp")
        ballast = disk / "ballast"
        with sending(installation.smtp_port, 4) as told:
            wait_for_more(told, 10)
            fill(ballast)
            wait_until(lambda: 452 in told.codes, PATIENCE)
            time.sleep(times(2, 30))
            before = len(told.acknowledged)
            ballast.unlink()
            print(f"first letter {wait_for_more(told, 1):.1f} s after there was room")
            wait_for_more(told, 10)
        wait_until_settled(url, BACK_WITHIN)
        print(f"{before} before, {len(told.acknowledged)} posts in all, answers {told.codes}")
        assert set(told.codes) <= LATER
        assert_each_is_one_post_with_one_notice(url, told.acknowledged)
        installation.stop()


def wait_for_more(told: Told, more: int) -> float:
    """Until so many more letters are acknowledged; the seconds that it took."""
    began, before = time.monotonic(), len(told.acknowledged)
    wait_until(lambda: len(told.acknowledged) >= before + more, BACK_WITHIN + more)
    return time.monotonic() - began


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"it did not come to pass in {seconds} s"
        time.sleep(0.02)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    need_root()
    folder.mkdir()
    size = f"size={megabytes}m"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", folder], check=False)
    if mounted.returncode:
        lacking("needs to be allowed to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"\0" * 4096)
        except OSError:
            pass
