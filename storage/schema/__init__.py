"""The history of the tables, and the upgrade of a database to the newest of it (Alembic)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where it is needed: no command but `migrate` shall wait for it.


def migrate(database: Database) -> None:
    """Creates the tables or brings them up to date; does nothing when they are."""
    # Two processes that start at once must not both create: the write transaction is the lock.
    with database.rebuild() as connection:
        if not database.sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5062025)")
        upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Brings the tables to ``revision`` within the caller's transaction."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def version(database: Database) -> str | None:
    """The revision that the database is at; None when it is empty."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found else None


def newest() -> str:
    """The revision that this program needs: revisions are numbered, and so are their files."""
    return max(path.name[:4] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
