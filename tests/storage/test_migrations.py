"""The history of the tables ends in the tables as the code knows them, however it is started."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from storage.database import Database
from storage.schema import migrate, newest, version
from storage.tables import metadata
from tests.servers import CHECKOUT
from tests.storage.rows import new_list

PROGRAM = (
    "import sys; from storage.database import Database; from storage.schema import migrate;"
    " migrate(Database(sys.argv[1]))"
)


def test_from_nothing_to_the_newest_and_once_more(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert version(database) is None
    migrate(database)
    assert version(database) == newest()
    with database.write() as tx:
        new_list(tx)
    migrate(database)
    with database.read() as tx:
        assert len(tx.execute(metadata.tables["mailing_list"].select()).all()) == 1
    database.close()


def test_the_history_and_the_code_agree(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    migrate(database)
    with database.read() as tx:
        differences: list[Any] = compare_metadata(MigrationContext.configure(tx), metadata)
    assert differences == []
    database.close()


def test_two_processes_that_start_at_once_both_end_well(empty_database_url: str) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, empty_database_url],
            cwd=CHECKOUT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in running:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    database = Database(empty_database_url)
    assert version(database) == newest()
    with database.read() as tx:
        assert set(inspect(tx).get_table_names()) == {*metadata.tables, "alembic_version"}
    database.close()


def test_ids_never_come_back(database: Database) -> None:
    """Marks name rows by their ids: an old mark must not fit a new row."""
    table = metadata.tables["mailing_list"]
    with database.write() as tx:
        first = new_list(tx, "first").id
        tx.execute(table.delete())
        assert new_list(tx, "second").id > first
