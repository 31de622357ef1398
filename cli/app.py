"""What every command needs: the settings and the database, opened when they are first asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from config import Settings, read_settings
from storage import lists, schema
from storage.database import Database, Unavailable
from storage.journal import Journal
from storage.records import MailingList

if TYPE_CHECKING:
    # Letters bring all templates with them, for which a table of lists need not wait.
    from delivery.letters import Desk, Pen


ROW_ID = click.IntRange(0, 2**63 - 1)
"""What a database can look for."""


class Failure(Exception):
    """A command could not do its work. The text is one sentence for the person who called it."""


class WrongVersion(Failure):
    """An old program and new tables must not meet, nor the other way round."""

    def __init__(self, says: str, todo: str) -> None:
        super().__init__(says)
        self.todo = todo


class App:
    @cached_property
    def settings(self) -> Settings:
        return read_settings()

    @cached_property
    def database(self) -> Database:
        """The database at the schema that this program needs.

        An embedded one is made when it is not there yet. Raises Failure when the schema is of
        another version: an old program and new tables must not meet.
        """
        database = self.opened()
        try:
            version = schema.version(database)
        except (DatabaseError, Unavailable) as error:
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            raise Failure(f"The database cannot be opened: {reason}.") from error
        if version is None and database.sqlite:
            schema.migrate(database)
        elif version is not None and version > schema.newest():
            says = "The database is of a newer version than this program: update the program."
            raise WrongVersion(says, "Put the newer source in place, then `make install`.")
        elif version != schema.newest():
            says = "The database is not at the version of this program: run `postround migrate`."
            raise WrongVersion(
                says, "Stop the service, `postround backup FILE`, `postround migrate`."
            )
        return database

    def opened(self) -> Database:
        """The database as it is, whatever its version."""
        path = None if self.settings.journal == "off" else Path(self.settings.journal)
        return Database(self.settings.database_url, journal=Journal(path))

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @cached_property
    def desk(self) -> Desk:
        from delivery.letters import Desk

        return Desk.of(self.settings)

    def pen(self, tx: Connection, sender: MailingList) -> Pen:
        from delivery.letters import Pen

        return Pen(tx, self.desk, sender, self.now)


pass_app = click.make_pass_decorator(App)


def the_list(tx: Connection, name: str) -> MailingList:
    """The list of that name, or of that whole address where two domains share the name."""
    local, _, domain = name.lower().partition("@")
    found = [
        one for one in lists.every(tx) if one.name == local and (not domain or one.domain == domain)
    ]
    if not found:
        raise Failure(f"There is no list {name}.")
    if len(found) > 1:
        choices = " or ".join(one.address for one in found)
        raise Failure(f"There are several lists {name}: say {choices}.")
    return found[0]
