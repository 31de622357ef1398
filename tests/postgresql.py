"""A private PostgreSQL server for one test run: own folder, Unix socket only, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests.needs import find_program, need


@dataclass
class Cluster:
    """A running server. Each name of a database is used once, so no test meets another's rows."""

    socket_folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def fresh_database(self, template: str = "template1") -> str:
        """The name of a new database: empty, or a copy of ``template``."""
        name = f"test_{next(self.numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        # FORCE: a test that failed may have left a connection open.
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postround@/{name}?host={self.socket_folder}"

    def execute(self, statement: str) -> None:
        with _connect(self.socket_folder) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Makes and starts a server; stops it by its process id."""
    initdb = need("postgresql")
    # Not pytest's own folder: the server runs as another user, who may not look in there, and
    # the path of a Unix socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="postround-pg-"))
    try:
        _initialise(initdb, folder)
        with _started(initdb.with_name("postgres"), folder):
            yield Cluster(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(initdb: Path, folder: Path) -> None:
    if os.geteuid() == 0:
        owner = _unprivileged()
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = ["--pgdata", str(folder / "data"), "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    made = subprocess.run(
        [*_as_owner(), initdb, *data, "--username", "postround", "--auth", "trust"],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert made.returncode == 0, f"initdb: {made.stdout}{made.stderr}"


@contextmanager
def _started(postgres: Path, folder: Path) -> Iterator[None]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "fsync": "off",  # only here: nobody restores a test database after a power cut
        "full_page_writes": "off",
        "max_connections": 200,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*_as_owner(), postgres, "-D", folder / "data", *options],
            stdout=output,
            stderr=output,
            cwd=folder,
        )
    try:
        _wait_until_ready(server, folder, log)
        yield
    finally:
        server.send_signal(2)  # SIGINT: PostgreSQL's fast shutdown
        server.wait(timeout=30)


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            _connect(folder).close()
            return
        except psycopg.OperationalError:
            alive = server.poll() is None and time.monotonic() < deadline
            assert alive, f"PostgreSQL did not start:\n{log.read_text(errors='replace')}"
            time.sleep(0.05)


def _connect(folder: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(folder), user="postround", dbname="postgres", autocommit=True)


def _as_owner() -> list[str]:
    """In front of a command: not as root, which PostgreSQL refuses, and not longer than we live."""
    setpriv = find_program("setpriv")
    if not setpriv:
        return []
    prefix = [str(setpriv), "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        owner = _unprivileged()
        prefix += ["--reuid", str(owner.pw_uid), "--regid", str(owner.pw_gid), "--clear-groups"]
    return [*prefix, "--"]


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
