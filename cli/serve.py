"""The processes of the service: all in one, or one each."""

from __future__ import annotations

import asyncio
import contextlib

import click

from cli.app import App, Failure, pass_app
from cli.example import hints, plant
from cli.listening import CannotListen
from cli.logs import set_up_logs
from cli.people import list_senders, untrust
from cli.processes import PARTS, Part, serve
from config import WrongSetting
from config.settings import is_at_home
from storage import lists


@click.command(short_help="The whole service in one process.")
@click.option("--trial", is_flag=True, help="For a first look: with a demonstration list.")
@pass_app
def run(app: App, trial: bool) -> None:
    """Runs the whole service in one process: SMTP, web, clock and sender."""
    if trial:
        _prepare_trial(app)
    _serve(app, tuple(PARTS), trial=trial)


@click.command()
@pass_app
def smtp(app: App) -> None:
    """Takes mail in, by SMTP and LMTP, and works through it."""
    _serve(app, ("smtp",))


@click.command()
@pass_app
def web(app: App) -> None:
    """Serves the pages."""
    _serve(app, ("web",))


@click.command()
@pass_app
def clock(app: App) -> None:
    """Makes the editions when they are due."""
    _serve(app, ("clock",))


@click.group(invoke_without_command=True)
@click.pass_context
def sender(context: click.Context) -> None:
    """Sends what waits in the outbox. With list or untrust: the authors that a list knows."""
    if context.invoked_subcommand is None:
        _serve(context.obj, ("sender",))


def _serve(app: App, parts: tuple[Part, ...], *, trial: bool = False) -> None:
    settings = app.settings
    mask = set_up_logs(settings)
    if settings.proof == "mark" and not is_at_home(settings.outgoing):
        raise WrongSetting("POSTROUND_PROOF=mark is for trials: mail must stay on this machine.")
    database = app.database
    with database.read() as tx:
        mask.show(one.address for one in lists.every(tx))
    try:
        asyncio.run(serve(database, settings, parts, lambda: _say(app, trial), mask.show))
    except CannotListen as error:
        raise Failure(str(error)) from error


def _prepare_trial(app: App) -> None:
    """A list to play with, and marks that suffice, while mail cannot leave the machine."""
    if app.settings.proof != "mark" and is_at_home(app.settings.outgoing):
        app.settings = app.settings.with_proof("mark")
    with app.database.write() as tx:
        if not lists.every(tx):
            plant(tx, app.now)


def _say(app: App, trial: bool) -> None:
    # Nobody may be there to read it: a full disk, or a log server that is gone.
    with contextlib.suppress(OSError):
        _say_ready(app, trial)


def _say_ready(app: App, trial: bool) -> None:
    settings = app.settings
    click.echo(f"Mail comes in at    {settings.smtp_listen} (SMTP)")
    if settings.lmtp_listen:
        click.echo(f"                    {settings.lmtp_listen} (LMTP)")
    click.echo(f"Pages are at        {settings.public_url}/")
    click.echo(f"Mail goes out to    {_without_password(settings.outgoing)}")
    if settings.proof == "mark":
        click.echo("Trial: a moderator's answer needs its mark only (POSTROUND_PROOF=mark).")
    if trial:
        click.echo(hints(settings))
    click.echo("Ready. Stop with Ctrl-C.")


def _without_password(outgoing: str) -> str:
    scheme, at, host = outgoing.rpartition("@")
    return f"{scheme.partition('://')[0]}://…@{host}" if at else outgoing


sender.add_command(list_senders)
sender.add_command(untrust)

COMMANDS = (run, smtp, web, clock, sender)
