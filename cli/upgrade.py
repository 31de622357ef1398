"""Brings the database to the version of this program."""

from __future__ import annotations

import click

from cli.app import App, pass_app
from storage import schema
from storage.database import Database


@click.command()
@pass_app
def migrate(app: App) -> None:
    """Creates the database, or brings it up to date."""
    database = Database(app.settings.database_url)
    before = schema.version(database)
    schema.migrate(database)
    after = schema.version(database)
    click.echo("The database is up to date." if before == after else f"Now at version {after}.")


COMMANDS = (migrate,)
