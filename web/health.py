"""Is all well? The questions that the page /health, `doctor` and the weekly mail have in common.

Bad is only what a person must act upon: what passes by itself is not told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from config import Settings
from digest.lateness import late
from storage import halts, holds, letters, pulses, state
from web.certificate import check_certificate
from web.deciders import check_deciders
from web.finding import Finding, Kind
from web.site import Site

OVERDUE = timedelta(hours=1)
SILENT = timedelta(minutes=5)
FAILED_LETTERS = 3
LEAST_ROOM = 0.10
EVERY_PART = ("smtp", "web", "clock", "sender")


def look(tx: Connection, settings: Settings, now: datetime) -> list[Finding]:
    """What the database and the disk tell about our own work."""
    return [
        *_sending(tx, now),
        *_editions(tx, now),
        *_letters(tx),
        *_parts(tx, now),
        *_room(settings),
        *check_deciders(tx, now),
        *check_certificate(settings, now),
    ]


async def health(_request: Request, site: Site) -> Response:
    """ "ok", or 503 and what is bad, by one word each: the page is open to everybody."""
    now = site.clock()
    bad = site.health.get(now)
    if bad is None:
        found = await site.run(lambda tx: look(tx, site.settings, now))
        bad = sorted({one.about for one in found if one.kind == "bad"})
        site.health.keep(now, bad)
    if not bad:
        return PlainTextResponse("ok\n")
    return PlainTextResponse(f"bad: {', '.join(bad)}\n", 503)


def _sending(tx: Connection, now: datetime) -> list[Finding]:
    box = state.outbox(tx, now)
    found = []
    for hold in holds.every(tx):
        says = f"Sending is on hold since {_when(hold.since)}: {hold.reason}"
        found.append(Finding("hold", "bad", says, "`postround hold end` when mail may leave."))
    for halt in halts.in_force(tx):
        says = f"Sending stands still since {_when(halt.since)}: {halt.reason}"
        found.append(Finding("halt", "bad", says, "See what the mail server has against us."))
    if found:
        return found
    if box.forgotten_since and now - box.forgotten_since > OVERDUE:
        says = f"A mail waits since {_when(box.forgotten_since)} and nobody has tried to send it."
        return [Finding("outbox", "bad", says, "Is `postround sender` running? Look at its log.")]
    if box.in_vain_since and now - box.in_vain_since > OVERDUE:
        says = f"Nothing could be sent since {_when(box.in_vain_since)}."
        todo = "`postround waiting` shows what the mail server says; try POSTROUND_OUTGOING."
        return [Finding("outbox", "bad", says, todo)]
    return [Finding("outbox", "ok", f"Mails that wait to leave: {box.waiting}, none for too long.")]


def _editions(tx: Connection, now: datetime) -> list[Finding]:
    if holds.in_force(tx):
        return []
    found = []
    for one in late(tx, now):
        says = (
            f"The {one.frequency} round-up of {one.mailing_list.address} was due {_when(one.due)}."
        )
        todo = "Is `postround clock` running? Look at its log."
        found.append(Finding("edition", "bad", says, todo))
    return found or [Finding("edition", "ok", "Every round-up that was due is made.")]


def _letters(tx: Connection) -> list[Finding]:
    stuck = letters.counts(tx).get("stuck", 0)
    if not stuck:
        return [Finding("letters", "ok", "No letter is stuck.")]
    todo = "`postround waiting`, then `postround letter show ID`."
    return [Finding("letters", "todo", f"Stuck letters: {stuck}.", todo)]


def _parts(tx: Connection, now: datetime) -> list[Finding]:
    """A part that said nothing for a while was not stopped on purpose: that it would have told."""
    found = []
    every = pulses.every(tx)
    # A container that was killed comes back under another name, and nobody misses the old one.
    alive = {pulse.part for pulse in every if now - pulse.at <= SILENT}
    for pulse in every:
        if pulse.failed >= FAILED_LETTERS:
            says = (
                f"Letters that were brought one after the other, and none was kept: {pulse.failed}."
            )
            todo = "See the log of `postround smtp`, the disk, and the database."
            found.append(Finding("keeping", "bad", says, todo))
        if now - pulse.at > SILENT:
            kind: Kind = "note" if pulse.part in alive else "bad"
            says = f"{pulse.part} on {pulse.host} gave no sign of life since {_when(pulse.at)}."
            found.append(Finding("parts", kind, says, "Start it again, and look at its log."))
    return found or [_all_there(alive)]


def _all_there(alive: set[str]) -> Finding:
    """Of four parts three are of little use, and whoever starts them one by one forgets one."""
    missing = [part for part in EVERY_PART if part not in alive]
    if not alive:
        return Finding("parts", "note", "The service is not running.", "`postround run`")
    if missing:
        says = f"Running: {', '.join(sorted(alive))}. Not running: {', '.join(missing)}."
        todo = f"Start it: {', '.join(f'`postround {part}`' for part in missing)}."
        return Finding("parts", "todo", says, todo)
    return Finding("parts", "ok", "Every part of the service is alive.")


def _room(settings: Settings) -> list[Finding]:
    """Of the disks that we write to: the database's and the Maildir's."""
    found = []
    for name, folder in _folders(settings).items():
        room = state.room(folder)
        if room.free < LEAST_ROOM or room.files < LEAST_ROOM:
            what = "bytes" if room.free < LEAST_ROOM else "files"
            says = (
                f"The disk of {name} has room for {min(room.free, room.files):.0%} of its {what}."
            )
            found.append(Finding("disk", "bad", says, "Make room: at 0% no mail can be taken."))
    return found or [Finding("disk", "ok", "There is room on the disk.")]


def _folders(settings: Settings) -> dict[str, Path]:
    folders = {"the working folder": Path()}
    if settings.database_url.startswith("sqlite:///"):
        folders["the database"] = Path(settings.database_url.removeprefix("sqlite:///")).parent
    if settings.outgoing.startswith("maildir:"):
        folders["the Maildir"] = Path(settings.outgoing.removeprefix("maildir:"))
    return {name: folder for name, folder in folders.items() if folder.is_dir()}


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
