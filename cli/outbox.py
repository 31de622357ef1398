"""The outbox by hand: what waits to leave, how far a run has come, once more, or never."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import click

from cli.app import ROW_ID, App, Failure, pass_app, the_list
from cli.show import json_option, rows
from storage import halts, lists, runs
from storage.runs import Run

STATES = ("waiting", "sending", "refused", "perhaps sent", "dropped", "sent")
OPEN = ("waiting", "sending", "refused", "perhaps sent")
LOOK_EVERY_SECONDS = 2.0

edition_option = click.option("--edition", type=ROW_ID, help="The mails of this edition.")


@click.group("outgoing")
def outgoing_group() -> None:
    """Mails to be sent: list, progress, retry, drop, dkim."""


@outgoing_group.command("list")
@click.argument("name", required=False, metavar="[LIST]")
@click.option("--state", type=click.Choice(STATES), help="Only these; else all not sent yet.")
@edition_option
@click.option("--limit", default=100, show_default=True)
@json_option
@pass_app
def list_command(
    app: App, name: str | None, state: str | None, edition: int | None, limit: int, as_json: bool
) -> None:
    """Shows the mails that have not left, the newest first, and why."""
    with app.database.read() as tx:
        found = runs.find(
            tx,
            states=(state,) if state else OPEN,
            list_id=the_list(tx, name).id if name else None,
            edition_id=edition,
            limit=limit,
        )
        stopped = stopped_mails(app)
    shown = [
        {
            "id": one.id,
            "state": one.state,
            "to": one.to,
            "letter": one.letter,
            "attempts": one.attempts,
            "next_try": one.next_at if one.state == "waiting" else None,
            "reason": one.reason,
        }
        for one in found
    ]
    rows(shown, as_json, "No such mails.")
    for halt in [] if as_json else stopped:
        click.secho(
            f"\nHeld since {halt['since']:%Y-%m-%d %H:%M}: {halt['mails']} mails", bold=True
        )
        click.echo(halt["reason"])


def stopped_mails(app: App) -> list[dict[str, Any]]:
    """What stands still because the mail server refuses it for everybody."""
    with app.database.read() as tx:
        return [
            {
                "id": one.id,
                "what": _what(one),
                "edition": one.edition_id,
                "since": one.since,
                "next_try": one.until,
                "mails": halts.held_by(tx, one),
                "reason": one.reason,
            }
            for one in halts.in_force(tx)
        ]


def _what(one: halts.Halt) -> str:
    if one.is_login:
        return "all mails"
    if one.edition_id is not None:
        return "one edition"
    return "round-ups" if one.lane else "mails to people"


@outgoing_group.command(
    "progress", short_help="How far each run has come, and how long the rest takes."
)
@click.option("--follow", is_flag=True, help="Until all have left.")
@json_option
@pass_app
def progress(app: App, follow: bool, as_json: bool) -> None:
    """Shows how far each run has come: how fast it is, and how long the rest will take."""
    while True:
        with app.database.read() as tx:
            found = runs.run_figures(tx, app.now)
        if as_json:
            rows([_figures(run) for run in found], as_json=True)
        else:
            click.echo("\n".join(map(sentence, found)) or "No run is under way.")
        if not (follow and found):
            return
        time.sleep(LOOK_EVERY_SECONDS)


def sentence(run: Run) -> str:
    """One line about a run for a person."""
    said = f"{run.list} {run.frequency} {run.period}: {run.sent:,} of {run.mails:,} sent"
    if run.held:
        said += ", the others are held"
    elif run.remaining is None:
        said += ", none in the last minutes"
    else:
        said += f", {run.rate:.1f} a second, {_about(run.remaining)} left"
    return said + (f"; {run.refused:,} refused" if run.refused else "")


def _about(left: timedelta) -> str:
    minutes = left.total_seconds() / 60
    if minutes < 1.5:
        return "about a minute"
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.0f} hours"


def _figures(run: Run) -> dict[str, Any]:
    left = run.remaining
    return {
        "id": run.edition_id,
        "list": run.list,
        "frequency": run.frequency,
        "period": run.period,
        "mails": run.mails,
        "sent": run.sent,
        "waiting": run.waiting,
        "refused": run.refused,
        "rate": round(run.rate, 2),
        "seconds_left": round(left.total_seconds()) if left else None,
        "held": run.held,
    }


@outgoing_group.command("retry")
@click.argument("ids", type=ROW_ID, nargs=-1, metavar="[ID]...")
@edition_option
@click.option("--refused", is_flag=True, help="Also all that were refused for good.")
@pass_app
def retry(app: App, ids: tuple[int, ...], edition: int | None, refused: bool) -> None:
    """Lets mails leave now: those that were put off, and what is held.

    Named by id, refused ones too. Each goes out with the Message-ID and date that it had.
    """
    with app.database.write() as tx:
        freed = runs.retry(tx, app.now, ids=ids, edition_id=edition, refused_too=refused)
        went_on = 0 if ids else halts.end(tx, app.now)
    if ids and freed < len(ids):
        click.echo("Some of these were sent or dropped, or leave now in any case.", err=True)
    if not freed and not went_on:
        raise Failure("There is nothing to try again.")
    click.echo(f"Tried again now: {_mails(freed)}." + (" What was held goes on." * bool(went_on)))


@outgoing_group.command("drop")
@click.argument("ids", type=ROW_ID, nargs=-1, metavar="[ID]...")
@edition_option
@pass_app
def drop(app: App, ids: tuple[int, ...], edition: int | None) -> None:
    """Ends mails that have not left: nobody will get them."""
    if not ids and edition is None:
        raise click.UsageError("Name mails by ID, or --edition.")
    with app.database.write() as tx:
        dropped = runs.drop(tx, app.now, ids=ids, edition_id=edition)
    if not dropped:
        raise Failure("None of these waits to be sent.")
    click.echo(f"Dropped: {_mails(dropped)}.")


def _mails(number: int) -> str:
    return "1 mail" if number == 1 else f"{number:,} mails"


@outgoing_group.command(
    "dkim", short_help="The DNS records for the keys that mails are signed with."
)
@json_option
@pass_app
def dkim(app: App, as_json: bool) -> None:
    """Prints the DNS records to publish for the keys that mails are signed with."""
    # Here, because no other command needs what this brings along.
    from delivery.dkim_sign import Signer, WrongKey, dns_record

    try:
        signer = Signer.of(app.settings)
    except WrongKey as error:
        raise Failure(str(error)) from error
    if signer is None:
        raise Failure("POSTROUND_DKIM_KEY is not set: mails leave unsigned.")
    with app.database.read() as tx:
        domains = sorted({one.domain for one in lists.every(tx)})
    shown = [
        {"name": f"{key.selector}._domainkey.{domain}", "type": "TXT", "value": dns_record(key)}
        for domain in domains
        for key in signer.keys
    ]
    if as_json:
        rows(shown, as_json=True)
        return
    for record in shown:
        click.echo(f"{record['name']}. IN TXT {_in_pieces(record['value'])}")


def _in_pieces(value: str) -> str:
    """A string of a TXT record holds 255 characters (RFC 1035 §3.3); a record, several strings."""
    pieces = (value[at : at + 250] for at in range(0, len(value), 250))
    return " ".join(f'"{piece}"' for piece in pieces)


COMMANDS = (outgoing_group,)
