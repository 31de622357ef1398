"""Sending on hold: shows it, begins it, ends it."""

from __future__ import annotations

import click

from cli.app import App, Failure, pass_app
from cli.show import json_option, rows
from storage import holds


@click.group("hold")
def hold_group() -> None:
    """Sending on hold: nothing leaves and no round-up is made. Mail still comes in."""


@hold_group.command("show")
@json_option
@pass_app
def show(app: App, as_json: bool) -> None:
    """Shows whether sending is on hold, since when and why."""
    with app.database.read() as tx:
        found = [{"since": one.since, "reason": one.reason} for one in holds.every(tx)]
        doubtful = holds.doubtful(tx)
    rows(found, as_json, "Nothing is on hold.")
    if doubtful and not as_json:
        click.echo(f"{doubtful} mails were perhaps sent: `postround waiting` shows them.")


@hold_group.command("begin")
@click.option("--reason", default="By the operator.", show_default=True)
@pass_app
def begin(app: App, reason: str) -> None:
    """Puts sending on hold until `hold end`."""
    with app.database.write() as tx:
        holds.begin(tx, reason, app.now)
    click.echo("On hold: nothing leaves until `postround hold end`.")


@hold_group.command("end")
@click.option(
    "--perhaps-sent",
    type=click.Choice(["send", "drop"]),
    help="What becomes of the mails that were perhaps sent before a copy was put back.",
)
@pass_app
def end(app: App, perhaps_sent: str | None) -> None:
    """Lets mail leave again.

    Round-ups that were perhaps sent are not made by themselves. For one that did not go out:
    `postround edition send LIST --frequency weekly --at 2026-11-23T10:00`.
    """
    with app.database.write() as tx:
        doubtful = holds.doubtful(tx)
        if doubtful and perhaps_sent is None:
            raise Failure(
                f"{doubtful} mails were perhaps sent: say --perhaps-sent drop, or send to send "
                "them (again)."
            )
        if doubtful:
            holds.settle_doubtful(tx, send=perhaps_sent == "send", now=app.now)
        ended = holds.end(tx, app.now)
    click.echo("Mail leaves again." if ended else "Nothing was on hold.")


COMMANDS = (hold_group,)
