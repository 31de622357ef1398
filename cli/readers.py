"""Readers: add, import, export, show. What is about one person for good is in persons.py."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from cli.app import App, Failure, pass_app, the_list
from cli.people import check_address
from cli.persons import copy_of, forget
from cli.show import json_option, rows
from preferences import roll, sheets
from storage import history, lists, subscribers
from storage.addresses import fold
from storage.records import FORMATS, FREQUENCIES, Topic

PROGRESS_ROWS = 2000


@click.group("subscriber")
def subscriber_group() -> None:
    """Readers of a list: add, import, export, show, forget."""


@subscriber_group.command("add", short_help="Adds ADDRESS to LIST, with a welcome.")
@click.argument("list_name", metavar="LIST")
@click.argument("address")
@click.option("--name", default="", help="Their name.")
@click.option("--frequency", type=click.Choice(FREQUENCIES), default="weekly", show_default=True)
@click.option("--topics", default="", help="Keys separated by commas; none means all topics.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="html", show_default=True)
@click.option("--language", default=None, help="Two letters; the list's language without it.")
@click.option("--consent", default="", help="How they agreed: the words, when, and who noted it.")
@pass_app
def add(
    app: App,
    list_name: str,
    address: str,
    name: str,
    frequency: str,
    topics: str,
    format_: str,
    language: str | None,
    consent: str,
) -> None:
    """Adds ADDRESS to LIST and writes them a welcome that says how to stop."""
    check_address(address)
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        row = sheets.Row(
            address, name, frequency, topics, format_, language or sender.language, consent
        )
        try:
            outcome = roll.add(app.pen(tx, sender), row, lists.topics(tx, sender.id), welcome=True)
        except sheets.BadRow as error:
            raise Failure(str(error)) from error
    if outcome == "left":
        raise Failure(f"{address} has left {sender.address}; only they can join again.")
    said = "is on" if outcome == "there" else "now reads"
    click.echo(f"{address} {said} {sender.address}.")


@subscriber_group.command("import", short_help="Imports the readers in FILE.")
@click.argument("list_name", metavar="LIST")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--consent", default="", help="How all of them agreed: the words, when, to whom.")
@click.option(
    "--without",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Leaves out whom this file names, such as those who had stopped their mails.",
)
@click.option("--dry-run", is_flag=True, help="Reports, and imports nothing.")
@json_option
@pass_app
def import_(
    app: App,
    list_name: str,
    file: Path,
    consent: str,
    without: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Imports the readers in FILE (CSV with a header line; only `email` is required).

    It reads what Mailman (a roster, or its JSON), Mailchimp, Google Groups and listmonk hand out,
    too.
    Bad rows are reported by their line, and the good ones imported. Who left, or was forgotten,
    is not brought back. Nobody is written to.
    """
    try:
        found = list(sheets.read_file(file.read_bytes()))
        if without:
            found = _left_out(found, without)
    except sheets.BadRow as error:
        raise Failure(str(error)) from error
    counts: dict[str, int] = {"added": 0, "there": 0, "left": 0}
    bad: list[tuple[int, str]] = []
    with app.database.read() as tx:
        sender = the_list(tx, list_name)
        topics = lists.topics(tx, sender.id)
    source = f"{consent} Imported from {file.name}, {app.now:%Y-%m-%d %H:%M} UTC.".strip()
    progress = click.progressbar(length=len(found), label="Importing", file=sys.stderr)
    with progress as bar:
        for batch in _batches(found, 500):
            with app.database.write() as tx:
                pen = app.pen(tx, sender)
                done, wrong = roll.add_many(pen, batch, topics, dry_run=dry_run, source=source)
            bad += wrong
            for name in counts:
                counts[name] += done[name]
            bar.update(len(batch))
            _tell_how_far(bar.pos, len(found))
    _report(counts, bad, as_json, dry_run)


def _left_out(found: list[tuple[int, sheets.Row]], without: Path) -> list[tuple[int, sheets.Row]]:
    data = without.read_bytes()
    if b"@" not in data:  # Mailman has a sentence for an empty one
        return found
    named = {fold(row.email) for _, row in sheets.read_file(data)}
    problem = f"{without.name} names them, too"
    return [
        (line, replace(row, problem=problem) if fold(row.email) in named else row)
        for line, row in found
    ]


def _tell_how_far(done: int, all_: int) -> None:
    """The bar draws itself only on a terminal; in a file or a log a line tells now and then."""
    if not sys.stderr.isatty() and (done % PROGRESS_ROWS == 0 or done == all_):
        click.echo(f"{done} of {all_} rows", err=True)


def _batches(found: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(found), size):
        yield found[start : start + size]


def _report(
    counts: dict[str, int], bad: list[tuple[int, str]], as_json: bool, dry_run: bool
) -> None:
    if as_json:
        wrong = [{"line": line, "problem": problem} for line, problem in bad]
        click.echo(json.dumps(counts | {"bad": wrong}, ensure_ascii=False))
        return
    for line, problem in bad:
        click.echo(f"line {line}: {problem}")
    verb = "would be added" if dry_run else "added"
    click.echo(
        f"{counts['added']} {verb}, {counts['there']} were there already, "
        f"{counts['left']} had left and stay away, {len(bad)} bad rows."
    )


@subscriber_group.command(
    "export", short_help="Writes the readers as CSV, or all about one of them."
)
@click.argument("list_name", metavar="LIST")
@click.argument("address", required=False)
@json_option
@pass_app
def export(app: App, list_name: str, address: str | None, as_json: bool) -> None:
    """Writes all readers of LIST as CSV, in the shape that import reads; or, with ADDRESS, all
    that LIST holds about one person, to read or as JSON."""
    if address:
        copy_of(app, list_name, address, as_json)
        return
    with app.database.read() as tx:
        sender = the_list(tx, list_name)
        topics = lists.topics(tx, sender.id)
        if as_json:
            rows([_row(one, topics) for one in subscribers.walk(tx, sender.id)], True, "")
            return
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows(roll.table(subscribers.walk(tx, sender.id), topics))


@subscriber_group.command("show")
@click.argument("list_name", metavar="LIST")
@click.argument("address", required=False)
@click.option("--history", "trail", is_flag=True, help="What was done, when, and by whom.")
@json_option
@pass_app
def show(app: App, list_name: str, address: str | None, trail: bool, as_json: bool) -> None:
    """Shows the readers of LIST, or one of them."""
    if trail and not address:
        raise click.UsageError("--history is about one ADDRESS.")
    with app.database.read() as tx:
        sender = the_list(tx, list_name)
        topics = lists.topics(tx, sender.id)
        if address:
            one = subscribers.by_address(tx, sender.id, address)
            if one is None:
                raise Failure(f"{address} is no reader of {sender.address}.")
            shown = _trail(tx, one.id) if trail else [_row(one, topics)]
        else:
            shown = [_row(one, topics) for one in subscribers.walk(tx, sender.id)]
    rows(shown, as_json, "No reader yet.")


def _trail(tx: Connection, subscriber_id: int) -> list[dict[str, Any]]:
    return [
        {"at": step.at, "who": step.who, "what": step.what, "detail": step.detail}
        for step in history.of_subscriber(tx, subscriber_id)
    ]


def _row(one: Any, topics: list[Topic]) -> dict[str, Any]:
    keys = {topic.id: topic.key for topic in topics}
    return {
        "id": one.id,
        "address": one.address,
        "name": one.name,
        "state": one.state,
        "frequency": one.frequency,
        "topics": [keys[number] for number in one.topics if number in keys] or ["all"],
        "format": one.format,
        "language": one.language,
        "length": one.length,
        "attachments": one.attachments,
        "own_frequencies": {
            keys[number]: often for number, often in one.topic_frequencies.items() if number in keys
        },
        "paused_from": one.paused_from,
        "paused_until": one.paused_until,
        "joined_at": one.joined_at,
        "consent": one.consent,
    }


subscriber_group.add_command(forget)

COMMANDS = (subscriber_group,)
