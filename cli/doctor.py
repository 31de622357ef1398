"""Looks everything over and says in one line each what is well and what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from cli.app import App, Failure, WrongVersion, pass_app
from cli.check_dns import check_domain, check_our_names, resolver_of
from cli.check_machine import (
    check_clock,
    check_copies,
    check_files,
    check_growth,
    check_lost,
    check_secret,
    check_settings,
    check_way_out,
)
from cli.check_ports import check_ports
from cli.show import as_document, json_option
from config import Settings, WrongSetting
from delivery.dkim_sign import WrongKey
from storage import lists, pulses, state
from storage.database import Unavailable
from web.finding import Finding
from web.health import SILENT, look

_SIGNS = {
    "ok": ("ok  ", "green"),
    "note": ("note", "blue"),
    "todo": ("DO  ", "yellow"),
    "bad": ("BAD ", "red"),
}


@click.command("doctor", short_help="Looks everything over, and says what to do.")
@click.option("--offline", is_flag=True, help="Ask neither the DNS nor the mail server.")
@json_option
@pass_app
def doctor(app: App, offline: bool, as_json: bool) -> None:
    """Looks over settings, database, clock, disk, copies, DNS, the way out, and what is stuck.

    Exit code 1 when something needs doing.
    """
    found = []
    for one in _all(app, offline):
        found.append(one)
        if not as_json:
            _say(one)
    if as_json:
        as_document(
            [
                {"id": one.about, "state": one.kind, "says": one.says, "todo": one.todo}
                for one in found
            ]
        )
    if any(one.kind in ("todo", "bad") for one in found):
        sys.exit(1)


def _say(one: Finding) -> None:
    sign, colour = _SIGNS[one.kind]
    line = f"{click.style(sign, fg=colour, bold=True)}  {one.about:11} {one.says}"
    click.echo(f"{line}  ->  {one.todo}" if one.todo else line)


def _all(app: App, offline: bool) -> Iterator[Finding]:
    try:
        settings = app.settings
    except WrongSetting as error:
        yield Finding("settings", "bad", str(error), "See the table of settings in the README.")
        return
    yield Finding("settings", "ok", "The settings can be read.")
    yield from check_settings(settings)
    yield from check_files(settings)
    yield from check_secret(settings)
    yield from check_copies(settings, app.now)
    yield from _database(app)
    if offline:
        return
    yield check_way_out(settings)
    yield from _dns(app)


def _database(app: App) -> Iterator[Finding]:
    try:
        database = app.database
        damage = state.damage(database)
    except WrongVersion as error:
        yield Finding("database", "bad", str(error), error.todo)
        return
    except (Failure, Unavailable) as error:
        yield Finding("database", "bad", str(error), _to_open(app.settings))
        return
    if damage:
        says = f"The database is damaged: {damage}."
        yield Finding("database", "bad", says, "Stop, and put the last copy back.")
    else:
        yield Finding("database", "ok", "The database is whole and of this version.")
        yield from check_lost(database, app.settings)
    yield check_growth(database, app.settings, app.now)
    yield from check_clock(database, app.now)
    with database.read() as tx:
        yield from look(tx, app.settings, app.now)
        alive = {one.part for one in pulses.every(tx) if app.now - one.at <= SILENT}
    yield from check_ports(app.settings, alive)


def _to_open(settings: Settings) -> str:
    if settings.database_url.startswith("sqlite:"):
        return "Look at the file in DATABASE_URL and its folder, or `postround restore FILE`."
    return "Look at DATABASE_URL, and whether the database server runs and lets us in."


def _dns(app: App) -> Iterator[Finding]:
    try:
        with app.database.read() as tx:
            domains = sorted({one.domain for one in lists.every(tx)})
    except (Failure, Unavailable):
        return  # told already
    resolver = resolver_of(app.settings)
    yield from check_our_names(app.settings, resolver)
    for domain in domains:
        try:
            yield from check_domain(app.settings, resolver, domain)
        except WrongKey as error:
            yield Finding("dkim", "bad", str(error), "Look at POSTROUND_DKIM_KEY.")


COMMANDS = (doctor,)
