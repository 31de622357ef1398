"""Copies of the database: made while the service runs, and put back after a disaster."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import click
from sqlalchemy import Connection

from cli.app import App, Failure, pass_app
from digest.doubt import doubt_due
from storage import archive, backup, holds, journal, pulses, restore
from storage.archive import BadArchive, Manifest
from storage.journal import Entry
from storage.replay import replay, take_off_moved

REASON = "A copy was put back, and no journal says what was sent since it was made."
_WORDS = {
    "reader": "Readers who left or came back",
    "erased subscriber": "Readers who were forgotten",
    "post": "Posts that were decided",
    "edition": "Round-ups that were made",
    "mail": "Mails that were sent",
}


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_app
def backup_command(app: App, file: Path) -> None:
    """Writes a copy of everything to FILE, while the service runs.

    The copy holds addresses, mails and the secret: keep it as safe as the database. An older
    FILE is replaced when the new one is whole and was read back.
    """
    with _told(), _bar("Copying", backup.count(app.database)) as step:
        made = backup.back_up(app.database, file, app.settings.secret, app.now, step)
    size = file.stat().st_size / 1_000_000
    click.echo(f"Copied {made.rows} rows to {file} ({size:.1f} MB). It holds the secret.")


@dataclass
class _Restored:
    noted: Counter[str] | None = None
    """What the journal did again; None where there is none."""
    doubtful: int = 0
    editions: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    """(list, address before) of readers who have another address since the copy."""
    on_hold: bool = False
    """Whether it was so when the copy was made."""


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of a database with rows.")
@click.option(
    "--journal",
    "journals",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The journal of each machine that sent mail; without it that of the settings.",
)
@click.option("--check", is_flag=True, help="Only look whether FILE is whole.")
@click.option("--show-secret", is_flag=True, help="Print the secret of FILE, and do nothing else.")
@pass_app
def restore_command(
    app: App, file: Path, replace: bool, journals: tuple[Path, ...], check: bool, show_secret: bool
) -> None:
    """Puts the copy FILE back, after every part of it was checked. Stop the service first.

    What was done since the copy was made is taken from the journal, so that nothing is sent
    twice and nobody who left comes back. Without a journal sending stays on hold.
    """
    with _told():
        manifest = archive.read_manifest(file)
        secret = archive.secret_of(file)
    if show_secret:
        click.echo(secret)
        return
    if check:
        click.echo(f"Whole: {manifest.rows} rows of {manifest.made_at:%Y-%m-%d %H:%M} UTC.")
        return
    secret_file = _secret_file(app, secret)
    entries, floors = _entries(app, journals, manifest)
    with _told(), _target(app, replace) as target, _bar("Putting back", manifest.rows) as step:
        with target.filling() as tx:
            started = restore.load(tx, file, manifest, floors, step)
        with target.going_on() as tx:
            restored = _catch_up(tx, app, manifest, entries)
        if secret_file:
            _write_secret(secret_file, secret)
    app.opened().journal.append([{"what": "restored", "copy": manifest.id, "floors": started}])
    _report(manifest, restored)


def _secret_file(app: App, secret: str) -> Path | None:
    """Where the secret has to be written; None where the right one is in force."""
    if app.settings.secret == secret:
        return None
    beside = Path(app.settings.database_url.removeprefix("sqlite:///") + ".secret")
    if beside.exists() and beside.read_text().strip() == app.settings.secret:
        return beside
    raise Failure(
        "POSTROUND_SECRET is not the one of this copy: set it to what "
        "`postround restore FILE --show-secret` prints, then try again."
    )


def _write_secret(path: Path, secret: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(secret)
    fresh.replace(path)


def _entries(
    app: App, journals: tuple[Path, ...], manifest: Manifest
) -> tuple[list[Entry] | None, dict[str, int]]:
    """What was noted since the copy was made, or None; and the highest numbers ever given."""
    paths = list(journals) or [Path(app.settings.journal)]
    parts = [
        journal.since_copy(journal.read([path]), manifest.id, manifest.made_at)
        for path in paths
        if path.is_file()
    ]
    there = [path for path in paths if path.is_file()]
    found = [part for part in parts if part is not None]
    if len(found) < len(paths):
        return None, journal.floors(there)
    # Each file is in order; of several the lines are brought into one.
    merged = found[0] if len(found) == 1 else sorted(chain(*found), key=journal.at)
    return merged, journal.floors(there)


def _target(app: App, replace: bool) -> AbstractContextManager[restore.Target]:
    database = app.opened()
    if not database.sqlite:
        return restore.into_server(database, replace=replace)
    database.close()
    path = Path(app.settings.database_url.removeprefix("sqlite:///"))
    return restore.into_file(path, app.now, replace=replace)


def _catch_up(
    tx: Connection, app: App, manifest: Manifest, entries: list[Entry] | None
) -> _Restored:
    pulses.forget_all(tx)
    if entries is not None:
        # On one machine its journal tells of every mail; of several we may have one alone.
        alone = tx.dialect.name == "sqlite"
        noted = replay(tx, entries, app.now, all_noted=alone)
        moved = take_off_moved(tx, entries, app.now)
        return _Restored(noted, moved=moved, on_hold=holds.in_force(tx))
    holds.begin(tx, REASON, app.now)
    skipped = doubt_due(tx, manifest.made_at, app.now)
    names = [f"{one.address} {frequency} {period}" for one, frequency, period in skipped]
    return _Restored(None, holds.doubt_all(tx), names)


def _report(manifest: Manifest, restored: _Restored) -> None:
    click.echo(f"Put back {manifest.rows} rows of {manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    if restored.noted is not None:
        click.echo("The journal was there. Done again:")
        for kind, words in _WORDS.items():
            click.echo(f"  {words}: {restored.noted[kind]}")
        _tell_who_moved(restored.moved)
        if restored.on_hold:
            click.echo(
                "Sending is on hold, as it was when the copy was made: `postround hold show`."
            )
        click.echo("You can start the service.")
        return
    click.echo("No journal says what was done since, so sending is on hold.")
    click.echo(
        f"Perhaps sent: mails that waited: {restored.doubtful}; round-ups: {len(restored.editions)}"
    )
    for name in restored.editions:
        click.echo(f"  {name}")
    click.echo("Take off who left since then, start the service, and see `postround hold --help`.")


def _tell_who_moved(moved: list[tuple[str, str]]) -> None:
    if moved:
        click.echo("These gave us another address since then, which the copy does not know. They")
        click.echo("get nothing until you add them with the new one: ask them, or look for it in")
        click.echo("your mail server's log.")
    for of_list, before in moved:
        click.echo(f"  {of_list} {before}")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What can go wrong, each as one sentence."""
    try:
        yield
    except BadArchive as error:
        raise Failure(str(error)) from error
    except restore.NotEmpty as error:
        raise Failure(
            "There is a database with rows already: say --replace to give it up."
        ) from error
    except restore.InUse as error:
        raise Failure("The database is in use: stop the service first.") from error
    except OSError as error:
        name = f" {error.filename}" if error.filename else ""
        raise Failure(f"The file{name} cannot be used: {error.strerror or error}.") from error


@contextlib.contextmanager
def _bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


COMMANDS = (backup_command, restore_command)
