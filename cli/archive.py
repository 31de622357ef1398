"""Moving in and out: the old posts of a list or blog come in, and everything goes out in open
formats. Readers come in as a table: ``postround subscriber import``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

import click

from cli.app import App, Failure, pass_app, the_list
from cli.moving_out import write_everything
from ingest.drafted import Draft
from ingest.kept_with import KeptWith, read_kept_with
from ingest.moved_in import NotAnArchive, read_archive
from ingest.reading import IMPORTS, read_and_draft
from ingest.supervise import ReadingRoom, Unreadable
from storage import letters, lists, moved_in
from storage.records import Arrival, MailingList, Post, Reading, Topic

AT_ONCE = 50


@click.group("archive")
def archive_group() -> None:
    """Old posts of a list: bring them in, take everything out."""


@archive_group.command("import")
@click.argument("list_name", metavar="LIST")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--held", is_flag=True, help="They wait for a decision: ask the moderators.")
@pass_app
def import_(app: App, list_name: str, file: Path, held: bool) -> None:
    """Imports the old posts in FILE: an mbox file or a WordPress export.

    They are kept to be found and read, and never get into an edition. Running it twice adds
    nothing twice. With --held each one is taken for a letter that has just arrived; FILE may then
    be the JSON in which Mailman 3 tells of its held posts, too.
    """
    with app.database.read() as tx:
        sender = the_list(tx, list_name)
    counts: Counter[str] = Counter()
    try:
        for counted in _as_letters(app, sender, file) if held else _as_posts(app, sender, file):
            counts.update(counted)
            click.echo(f"\r{sum(counts.values())} read", nl=False, err=True)
    except NotAnArchive as error:
        raise Failure(str(error)) from error
    finally:
        if counts:
            click.echo(err=True)
    _report(counts, held)


def _report(counts: Counter[str], held: bool) -> None:
    kept = "waits for a decision" if held else "kept in the archive"
    click.echo(f"{counts['kept']} {kept}.")
    if counts["there"]:
        click.echo(f"{counts['there']} were there already.")
    if counts["empty"]:
        click.echo(f"{counts['empty']} had nothing to read in them.")
    if counts["unreadable"]:
        click.echo(f"{counts['unreadable']} could not be read.")


def _as_letters(app: App, sender: MailingList, file: Path) -> Iterator[Counter[str]]:
    """The running service reads them and asks the moderators, as with all other letters."""
    mails = read_archive(file, held=True)
    while batch := list(islice(mails, AT_ONCE)):
        arrivals = [
            Arrival(raw, "", (sender.address,), "127.0.0.1", "moved-in", app.now) for raw in batch
        ]
        with app.database.write() as tx:
            new = len(letters.keep(tx, arrivals))
        yield Counter(kept=new, there=len(batch) - new)


@dataclass(frozen=True, slots=True)
class _Read:
    reading: Reading
    draft: Draft
    kept_with: KeptWith
    number: str
    """Its Message-ID; of a mail without one something that is the same each time."""


def _as_posts(app: App, sender: MailingList, file: Path) -> Iterator[Counter[str]]:
    with app.database.read() as tx:
        topics = lists.topics(tx, sender.id)
        known = moved_in.message_ids(tx, sender.id)
    room = ReadingRoom(imports=IMPORTS)
    try:
        mails = read_archive(file)
        while batch := list(islice(mails, AT_ONCE)):
            found = [_read(room, raw) for raw in batch]
            yield _keep(app, sender, topics, known, found)
    finally:
        room.close()


def _read(room: ReadingRoom, raw: bytes) -> _Read | None:
    try:
        reading, draft = room.ask(read_and_draft, raw)
        number = reading.message_id or f"{sha256(raw).hexdigest()[:32]}@archive.invalid"
        return _Read(reading, draft, read_kept_with(raw), number)
    except Unreadable:
        return None


def _keep(
    app: App,
    sender: MailingList,
    topics: list[Topic],
    known: set[str],
    found: list[_Read | None],
) -> Counter[str]:
    counts: Counter[str] = Counter()
    with app.database.write() as tx:
        for one in found:
            if one is None:
                counts["unreadable"] += 1
                continue
            outcome = "there" if one.number in known else "kept"
            outcome = "empty" if one.draft.empty and not one.draft.attachments else outcome
            counts[outcome] += 1
            if outcome == "kept":
                post = _post(app, sender, topics, one)
                moved_in.keep(tx, post, one.draft.attachments)
                known.add(one.number)
    return counts


def _post(app: App, sender: MailingList, topics: list[Topic], one: _Read) -> Post:
    author = one.reading.sender
    named = {name.casefold(): topic.id for topic in topics for name in (topic.name, topic.key)}
    words = (*one.kept_with.topics, *one.draft.topics)
    chosen = tuple(dict.fromkeys(named[word] for word in words if word in named))
    return Post(
        id=0,
        list_id=sender.id,
        letter_id=None,
        author_address=author.address if author else "",
        author_name=author.name if author else "",
        title=one.draft.title,
        html=one.draft.html,
        text=one.draft.text,
        state=moved_in.ARCHIVED,
        held_at=one.reading.date or app.now,
        topics=chosen,
        event_date=one.kept_with.event_date,
        closing_date=one.kept_with.closing_date,
        message_id=one.number,
        notes=one.draft.notes,
    )


@archive_group.command("export", short_help="Writes all that LIST holds into FOLDER.")
@click.argument("list_name", metavar="LIST")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@pass_app
def export(app: App, list_name: str, folder: Path) -> None:
    """Writes everything we hold for LIST into FOLDER, in formats that other systems read.

    posts.mbox (with attachments), posts.jsonl, readers.csv, list.json, and logo.png where there is
    one.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Failure(f"{folder} is not empty: name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with app.database.read() as tx:
        counts = write_everything(tx, the_list(tx, list_name), folder)
    for name, count in counts.items():
        click.echo(f"{folder / name}: {count}")
    sys.stdout.flush()


COMMANDS = (archive_group,)
