"""I3: an older database is brought up to date with what is in it; old and new do not meet."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, select, text

from storage import lists, posts, schema, subscribers
from storage.archive import Manifest, Writer
from storage.database import Database
from tests.journeys.conftest import plant
from tests.servers import Installation
from tests.storage.rows import NOON

ROWS: dict[str, dict[str, Any]] = {
    "mailing_list": {"name": "news", "domain": "lists.example.org", "title": "News"},
    "volunteer": {"list_id": 1, "role": "moderator", "address": "bob@council.example"},
    "subscriber": {
        "list_id": 1,
        "address": "carol@home.example",
        "address_key": "carol@home.example",
        "frequency": "daily",
    },
    "raw_message": {"content": b"Subject: x\r\n\r\nx\r\n", "sha256": "0"},
    "letter": {"raw_id": 1, "recipient": "news@lists.example.org", "state": "post"},
    "post": {"list_id": 1, "letter_id": 1, "author_address": "Alice@charity.example"},
    "outgoing": {"letter": "post_held", "recipient": "bob@council.example"},
}


def older(url: str, revision: str) -> Database:
    """A database of that version, with a row in each table that matters."""
    database = Database(url)
    with database.write() as tx:
        schema.upgrade(tx, revision)
        there = MetaData()
        there.reflect(tx)
        for name, values in ROWS.items():
            tx.execute(there.tables[name].insert().values(_filled(there.tables[name], values)))
    return database


def _filled(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    moment = NOON.replace(tzinfo=None)
    must = {
        column.name: moment
        if "TIMESTAMP" in str(column.type) or "DATETIME" in str(column.type)
        else ""
        for column in table.columns
        if not column.nullable
        and column.server_default is None
        and not column.primary_key
        and column.name not in values
    }
    return {"id": 1} | must | values


@pytest.mark.parametrize("revision", ["0001", "0002", "0006"])
def test_i3_what_is_in_an_older_database_stays(empty_database_url: str, revision: str) -> None:
    database = older(empty_database_url, revision)
    schema.migrate(database)
    assert schema.version(database) == schema.newest()
    with database.read() as tx:
        (news,) = lists.every(tx)
        reader = subscribers.by_address(tx, news.id, "carol@home.example")
        post = posts.by_id(tx, 1)
    assert reader is not None and reader.frequency == "daily"
    assert post is not None and post.letter_id == 1
    database.close()


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_i3_back_and_forth(empty_database_url: str, revision: str) -> None:
    """Each change of the tables can be taken back, with what is in them."""
    from alembic import command

    database = older(empty_database_url, revision)
    schema.migrate(database)
    with database.rebuild() as tx:
        config = schema._config()
        config.attributes["connection"] = tx
        command.downgrade(config, revision)
    assert schema.version(database) == revision
    schema.migrate(database)
    with database.read() as tx:
        assert posts.by_id(tx, 1) is not None
    database.close()


def test_i3_a_copy_of_an_older_version_is_put_back_and_brought_up_to_date(
    empty_database_url: str, new_installation: Callable[..., Installation]
) -> None:
    database = older(empty_database_url, "0002")
    here = new_installation(empty_database_url)
    _copy(database, here.folder / "old.tar.gz", "a secret for tests only")
    with database.write() as tx:
        for name in ("post", "letter", "mailing_list", "subscriber", "volunteer"):
            tx.execute(text(f"DELETE FROM {name}"))
    database.close()
    here.command("restore", "old.tar.gz")
    assert "carol@home.example" in here.command("subscriber", "show", "news")


def _copy(database: Database, path: Path, secret: str) -> None:
    writer = Writer(path)
    with database.read() as tx:
        there = MetaData()
        there.reflect(tx)
        parts = {}
        for table in there.sorted_tables:
            if table.name != "alembic_version":
                rows = [
                    tuple(v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for v in row)
                    for row in tx.execute(select(table))
                ]
                names = tuple(column.name for column in table.columns)
                parts[table.name] = writer.table(table.name, names, rows)
        version = schema.version(database) or ""
    sha256 = hashlib.sha256(secret.encode()).hexdigest()
    floors = dict.fromkeys(parts, 1)
    made = Manifest("an old one", datetime.now(UTC), version, "sqlite", sha256, parts, floors)
    writer.finish(made, secret)


def test_i3_an_older_and_a_newer_program_refuse_to_start(
    new_installation: Callable[..., Installation], database_url: str
) -> None:
    here = new_installation(database_url)
    database = Database(database_url)
    for version, words in (("0002", "run `postround migrate`"), ("9999", "newer version")):
        with database.write() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        for part in ("run", "waiting"):
            said = here.command(part, code=1)
            assert words in said and said.count("\n") == 1
    assert "older program" in here.command("migrate", code=1)
    database.close()


def test_i3_a_running_process_and_new_tables_do_not_meet(
    new_installation: Callable[..., Installation], database_url: str
) -> None:
    plant(database_url)
    here = new_installation(database_url)
    process = here.start("run")
    database = Database(database_url)
    deadline = time.monotonic() + 20
    while "clock" not in here.command("status") and time.monotonic() < deadline:
        time.sleep(0.2)
    with database.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    assert "Stop the service first" in here.command("migrate", code=1)
    assert process.wait(30) == 0
    database.close()
