"""Looks at the machine that we run on: clock, files, disk, the way out, the copies."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import Settings
from config.settings import is_at_home, near_setting
from delivery.transport import REFUSES_US, Smarthost
from storage import journal, lists, state
from storage.database import Database
from storage.journal import Journal
from web.finding import Finding

JUMP = timedelta(minutes=5)
COPY_EVERY = timedelta(days=2)
NOBODY_ELSE = 0o077
OF_PEOPLE = frozenset({"reader", "post", "edition", "mail"})
"""What a journal notes of a list that somebody uses."""


def check_settings(settings: Settings) -> Iterator[Finding]:
    """What is allowed and yet not meant for earnest."""
    if is_at_home(settings.outgoing) and settings.outgoing.startswith("maildir:"):
        says = f"Mail goes into the folder {settings.outgoing.removeprefix('maildir:')}."
        yield Finding("settings", "note", says, "Set POSTROUND_OUTGOING when it shall leave.")
        return
    if settings.proof == "mark":
        todo = "Take POSTROUND_PROOF=mark out of the settings."
        yield Finding("settings", "todo", "A moderator's answer needs its mark alone.", todo)
    host = urlsplit(settings.public_url).hostname or ""
    if host in {"localhost", "127.0.0.1", "::1"} or host.startswith("127."):
        says = f"Links in mails begin with {settings.public_url}, which nobody else can open."
        yield Finding("settings", "todo", says, "Set POSTROUND_PUBLIC_URL.")
    elif settings.public_url.startswith("http://"):
        says = f"Links in mails begin with {settings.public_url}, without TLS."
        yield Finding("settings", "todo", says, "One-click leaving needs https (RFC 8058).")
    if settings.hostname == "localhost":
        says = "We greet other mail servers as localhost."
        yield Finding("settings", "todo", says, "Set POSTROUND_HOSTNAME to this machine's name.")
    yield from _unknown(os.environ)
    if not settings.operator:
        says = "Nobody gets the weekly mail about how we are."
        yield Finding("settings", "note", says, "Set POSTROUND_OPERATOR to your address.")


def _unknown(names: Iterable[str]) -> Iterator[Finding]:
    """In .env such a name stops the start; but platforms set names of their own for us."""
    for name in sorted(names):
        if name.startswith("POSTROUND_") and (meant := near_setting(name)):
            says = f"{name} in the environment is not a setting."
            yield Finding("settings", "todo", says, f"Did you mean {meant}?")


def check_clock(database: Database, now: datetime) -> Iterator[Finding]:
    with database.read() as tx:
        newest, server = state.newest_moment(tx), state.clock_of_server(tx)
        zones = {one.timezone for one in lists.every(tx)}
    unknown = [zone for zone in sorted(zones) if not _is_zone(zone)]
    if unknown:
        says = f"The time zone {unknown[0]} is not known here."
        yield Finding("clock", "bad", says, "`postround list edit LIST --timezone …`")
    if newest and newest - now > JUMP:
        says = f"The clock shows {now:%Y-%m-%d %H:%M} UTC, and the database knows a later time."
        yield Finding("clock", "bad", says, "Set the clock right, and keep it so with NTP.")
    if server and abs(server - now) > JUMP:
        says = f"Our clock and the database server's differ by {abs(server - now)}."
        yield Finding("clock", "bad", says, "Keep both right with NTP.")
    if not unknown and not (newest and newest - now > JUMP):
        yield Finding("clock", "ok", f"It is {now:%Y-%m-%d %H:%M} UTC; every time zone is known.")


def check_growth(database: Database, settings: Settings, now: datetime) -> Finding:
    """Foretells how large the database becomes until as much goes as comes."""
    with database.read() as tx:
        month = state.bytes_per_month(tx, now)
    size = state.size(database)
    says = f"The database has {size / 1e6:.0f} MB; about {month / 1e6:.0f} MB come in a month."
    kept = (settings.keep_letters_days, settings.keep_posts_days)
    if 0 in kept:
        return Finding("growth", "ok", f"{says} Nothing goes, by your settings.")
    foretold = max(size, int(month * max(kept) / 30))
    says += f" With what is kept it becomes {foretold / 1e6:.0f} MB at most."
    if not database.sqlite:
        return Finding("growth", "ok", says)
    folder = Path(settings.database_url.removeprefix("sqlite:///")).parent
    if foretold - size > state.room(folder).free_bytes:
        todo = "Get a larger disk, or keep less (POSTROUND_KEEP_POSTS_DAYS)."
        return Finding("growth", "todo", f"{says} The disk has no room for that.", todo)
    return Finding("growth", "ok", says)


def check_lost(database: Database, settings: Settings) -> Iterator[Finding]:
    """A database that is gone is made anew, and empty, by whoever starts next."""
    path = Path(settings.journal)
    with database.read() as tx:
        if lists.every(tx) or settings.journal == "off" or not path.is_file():
            return
    if any(entry["what"] in OF_PEOPLE for entry in journal.read([path])):
        says = f"The database is empty, and the journal {path} tells of one with much in it."
        todo = "Was it lost? `postround restore FILE`. Or does DATABASE_URL name another one?"
        yield Finding("database", "bad", says, todo)


def check_secret(settings: Settings) -> Iterator[Finding]:
    """Another secret than the one that marks were made with makes all of them worthless."""
    if not settings.database_url.startswith("sqlite:///"):
        return
    path = Path(settings.database_url.removeprefix("sqlite:///") + ".secret")
    try:
        kept = path.read_text().strip()
    except (OSError, ValueError):
        return
    if kept not in {settings.secret, *settings.secret_previous}:
        says = (
            f"POSTROUND_SECRET is not the secret in {path}: no link that went out works any more."
        )
        todo = f"Take POSTROUND_SECRET out, or name the one in {path} in POSTROUND_SECRET_PREVIOUS."
        yield Finding("secret", "todo", says, todo)


def check_copies(settings: Settings, now: datetime) -> Iterator[Finding]:
    if settings.journal == "off":
        says = "No journal is kept: after a restore sending stays on hold."
        yield Finding("journal", "todo", says, "Take POSTROUND_JOURNAL=off out of the settings.")
        return
    path = Path(settings.journal)
    if not Journal(path).usable():
        says = f"The journal {path} cannot be written."
        yield Finding("journal", "todo", says, "Let Postround's user write there.")
        return
    entries = journal.read([path]) if path.is_file() else iter(())
    made = [journal.at(entry) for entry in entries if entry["what"] == "copy"]
    todo = "`postround backup FILE` every night, and keep FILE on another machine."
    if not made:
        yield Finding("copies", "todo", "No copy of the database was made yet.", todo)
    elif now - made[-1] > COPY_EVERY:
        yield Finding("copies", "todo", f"The last copy is of {made[-1]:%Y-%m-%d}.", todo)
    else:
        yield Finding("copies", "ok", f"The last copy is of {made[-1]:%Y-%m-%d %H:%M} UTC.")


def check_files(settings: Settings) -> Iterator[Finding]:
    """Files that hold secrets and can be read by others."""
    names = [Path(".env"), *map(Path, settings.dkim_key)]
    if settings.tls_key:
        names.append(Path(settings.tls_key))
    if settings.database_url.startswith("sqlite:///"):
        beside = Path(settings.database_url.removeprefix("sqlite:///"))
        names += [beside, beside.with_name(beside.name + ".secret")]
    if settings.journal != "off":
        names.append(Path(settings.journal))
    open_ = [name for name in names if name.is_file() and name.stat().st_mode & NOBODY_ELSE]
    for name in open_:
        yield Finding("files", "todo", f"Others can read {name}.", f"chmod 600 {name}")
    if not open_:
        yield Finding("files", "ok", "What holds secrets can be read by nobody else.")
    if settings.database_url.startswith("sqlite:///"):
        for name in sorted(beside.parent.glob(f"{beside.name}.before-*")):
            says = f"{name} is the database from before a copy was put back."
            yield Finding("files", "note", says, "Delete it when all is well: it holds addresses.")


def check_way_out(settings: Settings) -> Finding:
    if settings.outgoing.startswith("maildir:"):
        return Finding("outgoing", "ok", "Mail goes into a folder.")
    url = urlsplit(settings.outgoing)
    where = f"{url.scheme}://{url.hostname}:{url.port or (465 if url.scheme == 'smtps' else 25)}"
    failed = asyncio.run(Smarthost(url, settings.hostname).knock())
    if failed:
        says = f"The mail server {where} cannot be used: {failed}."
        todo = "Put the right name and password into POSTROUND_OUTGOING."
        if not failed.startswith(REFUSES_US):
            todo = "Look at POSTROUND_OUTGOING and at that server."
        return Finding("outgoing", "bad", says, todo)
    return Finding("outgoing", "ok", f"The mail server {where} lets us in.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
