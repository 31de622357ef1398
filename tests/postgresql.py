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
from typing import Any

import psycopg

from tests.needs import find_program, need

# The columns of all tables and indexes, and what else hangs on them: all that a test could alter.
_SHAPE = """
    SELECT md5(string_agg(concat_ws(' ', c.relname, a.attname, a.atttypid, a.attnotnull), ','
                          ORDER BY c.relname, a.attnum)),
           (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
           (SELECT string_agg(version_num, ',') FROM alembic_version)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace
"""
# Only tables that were written to cost something. Foreign keys wait until all of them are empty.
_EMPTY = """
    SET session_replication_role = replica;
    DO $$
    DECLARE name text; filled boolean;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables
                    WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
            IF filled THEN EXECUTE format('DELETE FROM public.%I', name); END IF;
        END LOOP;
        PERFORM setval(format('public.%I', sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
    END $$
"""
_LEAVE = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass
class Cluster:
    """A running server. No test meets another's rows: a database is new, or emptied before."""

    socket_folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    shapes: dict[str, Any] = field(default_factory=dict)

    def empty_database(self, template: str, kept: str = "") -> str:
        """A copy of ``template``, which has no rows: the one kept from the last test, or a new one.

        To copy takes half a second, which is longer than most tests.
        """
        if kept and self._emptied(kept, template):
            return kept
        if kept:
            self.drop_database(kept)
        return self.fresh_database(template)

    def fresh_database(self, template: str = "template1") -> str:
        """The name of a new database: empty, or a copy of ``template``."""
        name = f"test_{next(self.numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        # FORCE: a test that failed may have left a connection open.
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _emptied(self, name: str, template: str) -> bool:
        """Whether it is as it was at first; also when a test left a connection open."""
        if template not in self.shapes:
            with _connect(self.socket_folder, template) as connection:
                self.shapes[template] = connection.execute(_SHAPE).fetchone()
        with _connect(self.socket_folder, name) as connection:
            connection.execute(_LEAVE)
            connection.execute(_EMPTY)
            found = connection.execute(_SHAPE).fetchone()
        return bool(found == self.shapes[template])

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


def _connect(folder: Path, name: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(host=str(folder), user="postround", dbname=name, autocommit=True)


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
