"""Brings the database to the version of this program."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from sqlalchemy import inspect

from cli.app import App, Failure, pass_app
from storage import pulses, schema
from storage.database import Database

ALIVE = timedelta(minutes=2)


@click.command()
@click.option("--now", "anyway", is_flag=True, help="Also when a part of the service seems to run.")
@pass_app
def migrate(app: App, anyway: bool) -> None:
    """Creates the database, or brings it up to date. Stop the service and make a copy first."""
    database = app.opened()
    before = schema.version(database)
    if before is not None and before > schema.newest():
        raise Failure(
            f"The database is at version {before}, and this program knows {schema.newest()}: it is "
            "an older program."
        )
    if before != schema.newest() and not anyway:
        _refuse_while_running(database, app.now)
    schema.migrate(database)
    after = schema.version(database)
    click.echo("The database is up to date." if before == after else f"Now at version {after}.")


def _refuse_while_running(database: Database, now: datetime) -> None:
    """An old process must not meet new tables."""
    with database.read() as tx:
        alive = []
        if inspect(tx).has_table("pulse"):
            alive = [one for one in pulses.every(tx) if now - one.at < ALIVE]
    if alive:
        raise Failure(
            f"Stop the service first: {alive[0].part} on {alive[0].host} gave a sign of life "
            f"{(now - alive[0].at).seconds} seconds ago (--now migrates all the same)."
        )


COMMANDS = (migrate,)
