"""Makes a consistent copy of the database while the service runs, whichever database it is."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, func, select, text

from storage.archive import BadArchive, Manifest, Writer
from storage.database import Database
from storage.schema import newest
from storage.tables import metadata

Progress = Callable[[int], None]


def back_up(
    database: Database, path: Path, secret: str, now: datetime, progress: Progress = lambda _: None
) -> Manifest:
    """Writes the copy to ``path``, with mode 0600; an older file there stays until it is whole.

    ``progress`` hears how many rows were written. Raises BadArchive when the database is damaged
    or the file cannot be read back, OSError when it cannot be written.
    """
    copy = secrets.token_hex(8)
    database.journal.prune(now)
    # Before the rows are read: whatever is not among them stands behind this line.
    database.journal.append([{"what": "copy", "id": copy}])
    writer = Writer(path)
    try:
        with _snapshot(database, path.parent) as tx:
            parts = {}
            for table in metadata.sorted_tables:
                columns = tuple(column.name for column in table.columns)
                parts[table.name] = writer.table(table.name, columns, _rows(tx, table, progress))
            floors = {table.name: _floor(tx, table) for table in metadata.sorted_tables}
        manifest = Manifest(
            copy,
            now,
            newest(),
            database.engine.dialect.name,
            hashlib.sha256(secret.encode()).hexdigest(),
            parts,
            floors,
        )
        writer.finish(manifest, secret)
    except BaseException:
        writer.give_up()
        raise
    return manifest


def count(database: Database) -> int:
    """About how many rows a copy will have."""
    with database.read() as tx:
        tables = metadata.sorted_tables
        return sum(
            int(tx.execute(select(func.count()).select_from(one)).scalar_one()) for one in tables
        )


@contextmanager
def _snapshot(database: Database, folder: Path) -> Iterator[Connection]:
    if not database.sqlite:
        engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SET TRANSACTION READ ONLY"))
            yield connection
        return
    # The copy of the file takes seconds; reading rows for minutes would let the log of writes grow.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".postround-copy-") as temporary:
        copied = Path(temporary) / "copy.db"
        _copy(database, copied)
        of_copy = Database(f"sqlite:///{copied}")
        try:
            with of_copy.read() as tx:
                yield tx
        finally:
            of_copy.close()


def _copy(database: Database, to: Path) -> None:
    raw = database.engine.raw_connection()
    target = sqlite3.connect(to)
    try:
        source = raw.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(target)
        found = target.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        target.close()
        raw.close()
    if found != "ok":
        raise BadArchive(f"The database is damaged, and no copy was made: {found.splitlines()[0]}.")


def _rows(tx: Connection, table: Table, progress: Progress) -> Iterator[tuple[Any, ...]]:
    large = any(isinstance(column.type, LargeBinary) for column in table.columns)
    step = 10 if large else 500
    chosen = select(table).order_by(*table.primary_key.columns)
    for number, row in enumerate(tx.execution_options(yield_per=step).execute(chosen), 1):
        yield tuple(row)
        if number % 100 == 0:
            progress(100)


def _floor(tx: Connection, table: Table) -> int:
    """The highest number ever given: rows may be gone whose numbers stand in marks."""
    if "id" not in table.columns:
        return 0
    highest = int(tx.execute(select(func.max(table.c.id))).scalar() or 0)
    if tx.dialect.name == "sqlite":
        found = tx.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
        ).scalar()
    else:
        name = tx.execute(
            text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}
        ).scalar()
        found = tx.execute(text(f"SELECT last_value FROM {name}")).scalar() if name else 0
    return max(highest, int(found or 0))
