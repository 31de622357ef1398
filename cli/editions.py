"""Editions by hand: look at one, or send it now."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from cli.app import App, Failure, pass_app, the_list
from digest.preview import NoReader, ShownAs, preview
from digest.run import send_now
from digest.timetable import WrongTimetable
from storage.records import FREQUENCIES, Frequency


class Moment(click.ParamType[datetime]):
    """ISO 8601; without an offset it is the list's local time."""

    name = "time"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> datetime:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no time such as 2026-11-23T10:00", param, context)


at_option = click.option("--at", type=Moment(), default=None, help="Such as 2026-11-23T10:00.")
frequency_option = click.option(
    "--frequency", type=click.Choice(FREQUENCIES), default="weekly", show_default=True
)


@click.group("edition")
def edition_group() -> None:
    """Editions: preview, send."""


@edition_group.command("preview")
@click.argument("name", metavar="LIST")
@frequency_option
@click.option("--for", "reader", default=None, help="As this reader would get it.")
@at_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["html", "text", "large", "print", "eml"]),
    default="text",
    show_default=True,
)
@pass_app
def preview_command(
    app: App,
    name: str,
    frequency: Frequency,
    reader: str | None,
    at: datetime | None,
    format_: ShownAs,
) -> None:
    """Prints the next edition as it would be now; sends nothing."""
    with app.database.read() as tx:
        sender = the_list(tx, name)
    try:
        shown = preview(app.database, app.desk, sender, frequency, app.now, at, reader, format_)
    except NoReader as error:
        raise Failure(f"{reader} is no reader of {sender.address}.") from error
    if shown is None:
        click.echo("Nothing would be sent.", err=True)
    elif isinstance(shown, bytes):
        sys.stdout.buffer.write(shown)
    else:
        click.echo(shown)


@edition_group.command(
    "send", short_help="Sends the latest edition that is due, or one ahead of it."
)
@click.argument("name", metavar="LIST")
@frequency_option
@at_option
@pass_app
def send(app: App, name: str, frequency: Frequency, at: datetime | None) -> None:
    """Sends the latest due edition that was not sent yet, or the one at the given time."""
    with app.database.read() as tx:
        sender = the_list(tx, name)
    try:
        edition = send_now(app.database, sender, frequency, at, app.now)
    except WrongTimetable as error:
        raise Failure(str(error)) from error
    if edition is None:
        click.echo("That edition was made before; nothing is sent twice.")
    elif not edition.readers:
        click.echo("Nothing new for anybody; no mail is sent.")
    else:
        people = "1 reader" if edition.readers == 1 else f"{edition.readers} readers"
        click.echo(f"The {frequency} edition is on its way to {people}.")


COMMANDS = (edition_group,)
