"""One engine for one process: SQLite beside us or a PostgreSQL server, with two doors.

Nothing here knows a table.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Table, Update, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.compiler import SQLCompiler

from storage.journal import Journal

BUSY_MILLISECONDS = 5000


class Unavailable(Exception):
    """The database cannot be used just now: locked, restarted, out of reach."""


class DiskFull(Unavailable):
    """There is no room left to write."""


class _Turns:
    """Who writes next in this process: whoever has waited longest.

    SQLite itself lets a writer sleep and look again, and whoever looks at the right moment wins: a
    busy thread would keep all others waiting until they give up.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def mine(self) -> Iterator[None]:
        self._wait()
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(BUSY_MILLISECONDS / 1000):
            return
        with self._lock:
            if turn.is_set():
                return
            self._waiting.remove(turn)
        raise Unavailable("others in this process write for too long")

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class Database:
    """``with database.write() as tx`` commits on leaving; ``read()`` changes nothing."""

    def __init__(self, url: str, *, pool_size: int = 10, journal: Journal | None = None) -> None:
        self.url = url
        self.journal = journal or Journal(None)
        self.engine = _sqlite_engine(url) if url.startswith("sqlite") else _server(url, pool_size)
        self._turns = _Turns(1 if self.sqlite else pool_size)
        self._writer: Connection | None = None
        self._reading = self.engine.execution_options(readonly=True)

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction. On SQLite it is BEGIN IMMEDIATE, so that what was read in it stays true.

        Raises DiskFull or Unavailable for what may pass by itself.
        """
        with self._turns.mine(), _translated(), self._begin() as connection:
            connection.info.pop("journal", None)  # of a transaction that was not kept
            connection.info["journalled"] = self.journal.path is not None
            yield connection
            # Before the commit: what is done and not noted would be undone by an older copy.
            self.journal.append(connection.info.pop("journal", []))

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        """SQLite has one writer at a time, and its connection is kept: to take one from the pool
        and to look whether it is safe costs more than a small transaction."""
        if not self.sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        kept = self._writer or self.engine.connect()
        self._writer = None  # whatever may be wrong with it goes with it
        try:
            with kept.begin():
                yield kept
        except BaseException:
            kept.close()
            raise
        self._writer = kept

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """As ``write``, for changes of the tables themselves.

        SQLite changes a table by making it anew and dropping the old one, and a dropped row takes
        with it whatever hangs on it: so foreign keys rest meanwhile, and are checked at the end.
        """
        if not self.sqlite:
            with self.write() as connection:
                yield connection
            return
        engine = create_engine(self.url, hide_parameters=True, poolclass=NullPool)
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "connect", _rest_foreign_keys)
        event.listen(engine, "begin", _begin)
        with self._turns.mine(), _translated(), engine.begin() as connection:
            yield connection
            hanging = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if hanging is not None:
                raise RuntimeError(f"rows of {hanging[0]} name rows of {hanging[2]} that are gone")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with _translated(), self._reading.begin() as connection:
            yield connection

    def forget_traces(self) -> None:
        """After an erasure: the write-ahead log of SQLite holds old pages until it is emptied."""
        if not self.sqlite:
            return
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        self.engine.dispose()


def insert_once(tx: Connection, table: Table, values: dict[str, Any]) -> int | None:
    """The new row's id, or None when a unique key says that it is there already."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    return tx.execute(statement).scalar_one_or_none()


def insert_many_once(tx: Connection, table: Table, rows: list[dict[str, Any]]) -> list[int]:
    """The ids of the rows that were new; the others were there already."""
    if not rows:
        return []
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    # psycopg does not say how many rows many inserts made, so the new ones are handed back.
    statement = insert(table).on_conflict_do_nothing().returning(table.c.id)
    return list(tx.execute(statement, rows).scalars())


def add_many_once(tx: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """As ``insert_many_once``, but does not say which were new: that costs half as much."""
    if rows:
        insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
        tx.execute(insert(table).on_conflict_do_nothing(), rows)


def change_each(
    tx: Connection, change: Update, ids: Sequence[int], values: Mapping[str, Any]
) -> None:
    """Executes ``change`` for each id, which it binds as "b_id", with the same values else.

    For what is done for each mail: handed to the driver as it is, without being prepared anew
    each time, it costs half as much.
    """
    made = _compiled(change, tx.dialect)
    ready = made.params | values
    for name, value in ready.items():
        write = made.binds[name].type.dialect_impl(tx.dialect).bind_processor(tx.dialect)
        ready[name] = write(value) if write else value
    rows = [ready | {"b_id": number} for number in ids]
    order = made.positiontup  # SQLite's driver wants them in their order, psycopg by their names
    driven = [tuple(map(row.__getitem__, order)) for row in rows] if order else rows
    tx.exec_driver_sql(str(made), driven)


@lru_cache(maxsize=16)
def _compiled(change: Update, dialect: Dialect) -> SQLCompiler:
    made = change.compile(dialect=dialect)
    assert isinstance(made, SQLCompiler)
    return made


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout as error:
        raise Unavailable("no connection was free") from error
    except DBAPIError as error:
        raise _meaning(error) from error


def _meaning(error: DBAPIError) -> Exception:
    code = getattr(error.orig, "sqlstate", None) or ""
    text = str(error.orig)
    if code == "53100" or "disk is full" in text or "disk I/O error" in text:
        return DiskFull(text)
    # PostgreSQL: class 08 connection, 53 resources, 57P server going down; 40 and 55P03 lost races.
    if code.startswith(("08", "53", "57P", "40", "55P03")) or error.connection_invalidated:
        return Unavailable(text)
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return error  # a mistake of ours in the statement, which no waiting mends
    return Unavailable(text) if isinstance(error, OperationalError) else error


def _server(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,  # else an error's text holds whole mails
        pool_size=pool_size,
        max_overflow=5,
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args={"connect_timeout": 5},
    )


def _sqlite_engine(url: str) -> Engine:
    timeout = {"timeout": BUSY_MILLISECONDS / 1000}
    engine = create_engine(url, hide_parameters=True, connect_args=timeout)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "checkout", _assert_set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: DBAPIConnection, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # we write BEGIN ourselves, see _begin
    connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    # Letters are large: with pages of 4 KiB they cost a third more computing. For a new file only.
    connection.execute("PRAGMA page_size=8192")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _rest_foreign_keys(connection: DBAPIConnection, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.execute("PRAGMA foreign_keys=OFF")  # only outside of a transaction


def _assert_set_up(connection: DBAPIConnection, _record: object, _proxy: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    in_force = tuple(
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    )
    # 2 is FULL: an answer "250" must survive a power cut.
    assert in_force == ("wal", 2, 1, BUSY_MILLISECONDS), f"unsafe SQLite connection: {in_force}"


def _begin(connection: Connection) -> None:
    # A deferred BEGIN that writes later loses updates, or fails when another one wrote first.
    readonly = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
