"""SQLite is set up so that a 250 survives a power cut; both databases name their troubles."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, ProgrammingError

from storage import database as database_module
from storage import subscribers
from storage.database import Database, DiskFull, Unavailable, _meaning, insert_many_once
from storage.tables import mailing_list
from tests.storage.rows import NOON, new_list

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_every_pooled_connection_writes_through_to_the_disk(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.read() as first, database.read() as second:
        for connection in (first, second):
            for name, value in PRAGMAS.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
    database.close()


def test_a_connection_that_lost_its_setting_is_not_handed_out(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    with pytest.raises(AssertionError, match="unsafe"), database.read():
        pass
    database.close()


def test_what_was_read_in_a_writing_transaction_stays_true(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        tx.execute(select(mailing_list.c.id))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0.05)
            other.execute("BEGIN IMMEDIATE")
    database.close()


def test_the_connection_that_writes_is_kept_and_goes_with_what_went_wrong(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    kept = []
    for trouble in (False, False, True, False):
        try:
            with database.write() as tx:
                kept.append(tx)
                new_list(tx, name=f"list{len(kept)}")
                if trouble:
                    raise RuntimeError("half done")
        except RuntimeError:
            pass
    first, second, third, fourth = kept
    assert first is second is third is not fourth
    assert third.closed
    with database.read() as tx:
        assert set(tx.execute(select(mailing_list.c.name)).scalars()) == {"list1", "list2", "list4"}
    database.close()
    assert fourth.closed


def test_walking_through_readers_leaves_nothing_on_the_connection(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        list(subscribers.walk(tx, 1))
        assert "yield_per" not in tx.get_execution_options(), "it is kept for others"
    database.close()


def test_readers_do_not_wait_for_a_writer(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        new_list(tx)
        with database.read() as other:
            assert other.execute(select(mailing_list.c.id)).first() is None
    database.close()


def test_a9_a_locked_database_is_unavailable(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_MILLISECONDS", 50)
    first, second = Database(sqlite_url), Database(sqlite_url)
    with first.write(), pytest.raises(Unavailable), second.write():
        pass
    first.close()
    second.close()


def test_a_disk_without_room_has_its_own_name(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.read() as tx:
        pages = int(tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    with pytest.raises(DiskFull), database.write() as tx:
        tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        for number in range(1000):
            new_list(tx, name=f"list{number}", title="x" * 2000)
    database.close()


def test_a_pool_without_a_free_connection_is_unavailable(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    database.engine.pool._timeout = 0.05  # type: ignore[attr-defined]
    open_ones = []
    with pytest.raises(Unavailable):
        for _ in range(20):
            reading = database.read()
            reading.__enter__()
            open_ones.append(reading)
    for reading in open_ones:
        reading.__exit__(None, None, None)
    database.close()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable), database.read():
        pass
    database.close()


def test_a5_a_connection_that_broke_is_unavailable_and_the_next_is_new(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with pytest.raises(Unavailable), database.write() as tx:
        number = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with database.write() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({number})")
        new_list(tx)
    with database.write() as tx:
        new_list(tx)
    database.close()


def test_what_fails_in_a_transaction_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        new_list(tx)
        raise ZeroDivisionError
    with database.read() as tx:
        assert tx.execute(select(mailing_list.c.id)).first() is None


def test_insert_many_once_names_the_new_ones_only(database: Database) -> None:
    def row(name: str) -> dict[str, object]:
        return {"name": name, "domain": "lists.example", "title": name, "created_at": NOON}

    with database.write() as tx:
        assert len(insert_many_once(tx, mailing_list, [row("a"), row("b")])) == 2
        assert len(insert_many_once(tx, mailing_list, [row("b"), row("c"), row("a")])) == 1
        assert insert_many_once(tx, mailing_list, []) == []


def test_times_without_a_zone_are_refused_and_others_come_back_in_utc(database: Database) -> None:
    with pytest.raises(Exception, match="without its zone"), database.write() as tx:
        new_list(tx, now=NOON.replace(tzinfo=None))
    with database.write() as tx:
        new_list(tx)
        assert tx.execute(select(mailing_list.c.created_at)).scalar_one() == NOON


def test_threads_may_share_one_database(database: Database) -> None:
    def add(number: int) -> None:
        with database.write() as tx:
            new_list(tx, name=f"list{number}")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert len(tx.execute(select(mailing_list.c.id)).all()) == 8


def test_an_error_of_ours_is_not_taken_for_an_outage() -> None:
    error = ProgrammingError("SELECT", {}, Exception("syntax"))
    assert _meaning(error) is error


def test_a_damaged_file_is_no_outage_either(tmp_path: Path) -> None:
    """A12: it would be called "away" for ever; the start shall say what it is."""
    (tmp_path / "broken.db").write_bytes(b"not a database at all" * 100)
    database = Database(f"sqlite:///{tmp_path}/broken.db")
    with pytest.raises(Exception, match="not a database") as raised, database.read() as tx:
        tx.execute(select(mailing_list.c.id))
    assert not isinstance(raised.value, Unavailable)


def test_a_statement_that_is_wrong_is_no_database_that_is_away(database: Database) -> None:
    with pytest.raises(DBAPIError), database.write() as tx:
        tx.exec_driver_sql("UPDATE letter SET WHERE id = 1")
