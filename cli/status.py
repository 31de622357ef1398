"""How things stand at this moment: what waits, what comes next, how much goes through."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy import Connection

from cli.app import App, pass_app
from cli.show import as_document, json_option, rows
from digest.lateness import coming, late
from storage import holds, letters, outgoing, pulses, state

ALIVE = timedelta(minutes=5)


@click.command("status", short_help="What waits, what comes next, how much goes through.")
@click.option("--watch", is_flag=True, help="Look again every two seconds, until Ctrl-C.")
@json_option
@pass_app
def status(app: App, watch: bool, as_json: bool) -> None:
    """Shows what waits, the next round-ups, and how much goes through."""
    while True:
        with app.database.read() as tx:
            found = _look(tx, app.now)
        if watch:
            click.clear()
        if as_json:
            as_document(found)
        else:
            _show(found, app.now)
        if not watch:
            return
        time.sleep(2)


def _look(tx: Connection, now: datetime) -> dict[str, Any]:
    box, rates = state.outbox(tx, now), state.rates(tx, now)
    unread, since = state.letters_waiting(tx)
    return {
        "on_hold": holds.in_force(tx),
        "parts": [
            {"part": one.part, "host": one.host, "alive": now - one.at < ALIVE}
            for one in pulses.every(tx)
        ],
        "letters": {
            "unread": unread,
            "since": since,
            "stuck": letters.counts(tx).get("stuck", 0),
            "last_day": rates.letters,
        },
        "posts": {"held": state.held_posts(tx), "last_day": rates.posts},
        "outgoing": {
            "waiting": box.waiting,
            "refused": box.refused,
            "perhaps_sent": box.doubtful,
            "next": outgoing.next_due(tx),
            "last_day": rates.mails,
        },
        "readers": state.people(tx),
        "editions": [
            {"list": one.mailing_list.address, "frequency": one.frequency, "at": one.at}
            for one in coming(tx, now)
        ],
        "late": [
            {"list": one.mailing_list.address, "frequency": one.frequency, "due": one.due}
            for one in late(tx, now)
        ],
    }


def _show(found: dict[str, Any], now: datetime) -> None:
    click.secho(f"{now:%Y-%m-%d %H:%M:%S} UTC", bold=True)
    if found["on_hold"]:
        click.secho("Sending is on hold: `postround hold show`.", fg="red")
    alive = [one["part"] for one in found["parts"] if one["alive"]]
    click.echo(f"Running    {', '.join(alive) or 'nothing'}")
    letters_, posts, box = found["letters"], found["posts"], found["outgoing"]
    click.echo(f"Letters    {letters_['unread']} unread, {letters_['stuck']} stuck")
    click.echo(f"Posts      {posts['held']} waiting for a moderator")
    doubt = f", {box['perhaps_sent']} perhaps sent" if box["perhaps_sent"] else ""
    click.echo(f"Outgoing   {box['waiting']} waiting, {box['refused']} refused{doubt}")
    day = f"letters {letters_['last_day']}, posts {posts['last_day']}, mails sent {box['last_day']}"
    click.echo(f"Last day   {day}")
    click.echo(f"Readers    {found['readers'].get('active', 0)}")
    if found["late"]:
        click.secho("\nLate", bold=True)
        rows(found["late"], as_json=False)
    click.secho("\nNext", bold=True)
    rows(found["editions"], as_json=False, empty="There is no list yet.")


COMMANDS = (status,)
