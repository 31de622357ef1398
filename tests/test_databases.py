"""The two databases that tests get: fresh, separate, and really the one that was asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, text

from storage import lists
from storage.database import Database
from storage.records import MailingList
from tests.postgresql import Cluster


def test_every_test_gets_a_fresh_database(database_url: str) -> None:
    _leave_a_trace(database_url)


def test_no_test_meets_what_another_left(database_url: str) -> None:
    _leave_a_trace(database_url)


@pytest.mark.postgresql
def test_a_database_is_used_again_as_if_it_were_new(
    postgresql_cluster: Cluster, postgresql_template: str
) -> None:
    name = postgresql_cluster.empty_database(postgresql_template)
    first = _news(postgresql_cluster.url(name))
    left_open = create_engine(postgresql_cluster.url(name)).connect()
    left_open.execute(text("UPDATE mailing_list SET title = 'not committed'"))
    assert postgresql_cluster.empty_database(postgresql_template, name) == name
    assert _news(postgresql_cluster.url(name)) == first, "the same number, and no list of that name"
    left_open.invalidate()
    postgresql_cluster.drop_database(name)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE trace (id INTEGER)",
        "ALTER TABLE mailing_list ADD COLUMN trace INTEGER",
        "DROP TABLE pulse",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_a_database_whose_tables_were_changed_is_not_used_again(
    postgresql_cluster: Cluster, postgresql_template: str, change: str
) -> None:
    name = postgresql_cluster.empty_database(postgresql_template)
    _execute(create_engine(postgresql_cluster.url(name)), change)
    other = postgresql_cluster.empty_database(postgresql_template, name)
    assert other != name
    postgresql_cluster.drop_database(other)


def _news(url: str) -> MailingList | None:
    database = Database(url)
    with database.write() as tx:
        news = MailingList(0, "news", "lists.example.org", "Partnership News")
        made = lists.add(tx, news, datetime(2026, 11, 23, tzinfo=UTC))
    database.close()
    assert made
    return made


def _leave_a_trace(database_url: str) -> None:
    _execute(create_engine(database_url), "CREATE TABLE trace (id INTEGER)")


def _execute(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
