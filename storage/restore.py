"""Puts a copy back: into an empty database, at the version it was made at, then up to date.

Numbers that were given after the copy was made never come again: the tables go on far above
them, so that a mark in a mail that people have fits no new row.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, MetaData, Table, func, inspect, select, text

from storage import schema
from storage.archive import BadArchive, Manifest, tables
from storage.database import Database

Progress = Callable[[int], None]

STEP = 1_000_000
STEPS = {"post": 100_000, "volunteer": 1_000}
"""A verdict's mark names a post and a volunteer and has room for five digits (of 36) each."""


class NotEmpty(Exception):
    """There is a database already."""


class InUse(Exception):
    """Another process has the database open."""


def load(
    tx: Connection, path: Path, manifest: Manifest, floors: dict[str, int], progress: Progress
) -> dict[str, int]:
    """Fills an empty database from the archive and brings it up to date.

    ``floors`` are numbers given elsewhere. Returns the numbers from which the tables go on.
    """
    if manifest.revision > schema.newest():
        raise BadArchive("The copy was made by a newer Postround: update this one first.")
    schema.upgrade(tx, manifest.revision)
    there = MetaData()
    there.reflect(tx)
    for name, rows in tables(path):
        if name not in there.tables or name not in manifest.parts:
            raise BadArchive(f"The copy has a table {name} that does not belong to its version.")
        _fill(tx, there.tables[name], manifest.parts[name].columns, rows, progress)
    started = {
        name: max(number, floors.get(name, 0)) + STEPS.get(name, STEP)
        for name, number in manifest.floors.items()
        if "id" in there.tables[name].columns
    }
    for name, number in started.items():
        _go_on_from(tx, name, number)
    schema.upgrade(tx)
    return started


@dataclass(frozen=True, slots=True)
class Target:
    """A database in the making. Nobody sees it before all is well."""

    filling: Callable[[], AbstractContextManager[Connection]]
    """A transaction in which the tables are made and filled."""
    going_on: Callable[[], AbstractContextManager[Connection]]
    """A later one, in which the rows hang together again."""


@contextmanager
def into_server(database: Database, *, replace: bool) -> Iterator[Target]:
    """An empty PostgreSQL database; it is emptied first with ``replace``. One transaction."""
    with database.write() as tx:
        tx.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        mine = " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        if tx.exec_driver_sql(others + mine).scalar():
            raise InUse
        if not replace and _has_rows(tx):
            raise NotEmpty
        there = MetaData()
        there.reflect(tx)
        there.drop_all(tx)
        yield Target(lambda: nullcontext(tx), lambda: nullcontext(tx))


@contextmanager
def into_file(path: Path, now: datetime, *, replace: bool) -> Iterator[Target]:
    """A new SQLite file, which takes the place of ``path`` at the end.

    With ``replace`` the file that was there is kept beside it.
    """
    if path.exists():
        _let_go(path)
        if not replace and _file_has_rows(path):
            raise NotEmpty
    fresh = path.with_name(path.name + ".restoring")
    _remove(fresh)
    database = Database(f"sqlite:///{fresh}")
    try:
        yield Target(database.rebuild, database.write)
        database.close()
        if path.exists():
            # A second name, not a move: at no moment is there no database.
            os.link(path, path.with_name(f"{path.name}.before-{now:%Y%m%d-%H%M%S}"))
        fresh.chmod(0o600)
        fresh.replace(path)
    finally:
        database.close()
        _remove(fresh)


def _fill(
    tx: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterator[list[Any]],
    progress: Progress,
) -> None:
    large = any(isinstance(column.type, LargeBinary) for column in table.columns)
    keep = _keeper(tx)
    while batch := list(islice(rows, 10 if large else 500)):
        values = [dict(zip(columns, map(keep, row), strict=True)) for row in batch]
        tx.execute(table.insert(), values)
        progress(len(batch))


def _keeper(tx: Connection) -> Callable[[Any], Any]:
    """How a value is handed to the database: the tables are only as it describes itself."""
    if tx.dialect.name == "sqlite":
        return lambda value: (
            value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
        )
    # PostgreSQL takes every character but this one.
    return lambda value: value.replace("\0", "") if isinstance(value, str) else value


def _go_on_from(tx: Connection, name: str, number: int) -> None:
    if tx.dialect.name == "sqlite":
        tx.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
        new = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)")
        tx.execute(new, {"name": name, "number": number})
    else:
        found = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :number)")
        tx.execute(found, {"name": name, "number": number})


def _has_rows(tx: Connection) -> bool:
    """Whether anybody has worked with this database yet."""
    there = set(inspect(tx).get_table_names())
    for name in ("mailing_list", "letter", "subscriber"):
        if name in there:
            table = Table(name, MetaData(), autoload_with=tx)
            if tx.execute(select(func.count()).select_from(table)).scalar():
                return True
    return False


def _file_has_rows(path: Path) -> bool:
    database = Database(f"sqlite:///{path}")
    try:
        with database.read() as tx:
            return _has_rows(tx)
    finally:
        database.close()


def _let_go(path: Path) -> None:
    """Writes everything into the one file. Raises InUse while another process has it open."""
    connection = sqlite3.connect(path, timeout=1)
    try:
        # Leaving this mode takes the file alone: it fails as long as anybody else holds it.
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise InUse from error
    except sqlite3.DatabaseError:
        return  # it is damaged: just then a copy is wanted
    finally:
        connection.close()


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
