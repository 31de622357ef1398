"""Letters of mail systems about our mails: one that came back, or that somebody calls spam.

None is ever answered. Only the mark that a mail of ours carried makes one count: whoever has not
had the mail can forge the rest, and is counted only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from delivery.letters import Desk, Pen
from ingest import diagnosis
from ingest.matter import Matter, Outcome
from moderation import duty
from preferences import returned
from storage import bounces, history, lists, outgoing, subscribers
from storage.records import Bounce, Outgoing, Subscriber

CAME_BACK = "mail came back"
"""In the history: a mail to a moderator, an organiser or an author."""
LOOKED_AT = 200_000
"""Bytes of a complaint in which marks are looked for."""
_MARKS = re.compile(rb"-(bounce|settings)\+([a-z0-9]{23,34})@|/(leave)/([a-z0-9]{23,34})")
_MESSAGE_ID = re.compile(rb"\nmessage-id:[ \t\r\n]{0,4}<([!-;=?-~]{20,200})>")
MOST_MARKS = 20
REFUSED_WITHIN = timedelta(days=30)


def came_back(matter: Matter, bounce: Bounce) -> Outcome:
    """A bounce or a complaint, wherever it came in."""
    said = f"{bounce.kind} {bounce.status or ''}".strip()
    if bounce.kind == "complaint":
        return Outcome("bounce", f"{said}: {_complaint(matter)}")
    mark = matter.mark(1) if matter.to.purpose == "bounce" else None
    mail = outgoing.by_id(matter.pen.tx, mark.ids[0]) if mark else None
    if mail is None or mail.list_id != matter.pen.sender.id:
        return Outcome("bounce", f"{said}: no mark of ours")
    status = bounce.status or ""
    if mail.subscriber_id is not None:
        followed = returned.came_back(matter.pen, mail, bounce.kind, status)
        return Outcome("bounce", f"{said}: {followed}")
    bounces.note(matter.pen.tx, mail, bounce.kind, status, matter.pen.now)
    of_no_reader(matter.pen, mail, said)
    duty.came_back(matter.pen, mail, matter.round_up)
    return Outcome("bounce", f"{said}: noted")


def of_no_reader(pen: Pen, mail: Outgoing, said: str) -> None:
    """A mail to a moderator, an organiser or an author came back. ``bounces.of_volunteer`` counts
    a volunteer's."""
    about = {"list_id": mail.list_id, "post_id": mail.post_id}
    history.note(pen.tx, pen.now, "postround", CAME_BACK, detail=f"{said}, {mail.letter}", **about)


def note_refused(tx: Connection, desk: Desk, now: datetime, limit: int = 200) -> int:
    """Takes what our mail server refused for good as if it had come back; how many."""
    every = {one.id: one for one in lists.every(tx)}
    found = bounces.refused(tx, now - REFUSED_WITHIN, limit)
    for mail in found:
        if mail.list_id in every:
            status = diagnosis.code_in(mail.reason)
            kind = diagnosis.by_words(mail.reason) or diagnosis.by_code(status) or "soft"
            pen = Pen(tx, desk, every[mail.list_id], now)
            returned.came_back(pen, mail, kind, status or "")
    return len(found)


def _complaint(matter: Matter) -> str:
    for reader in _named(matter):
        sender = lists.by_id(matter.pen.tx, reader.list_id)
        if sender is not None:
            returned.complained(Pen(matter.pen.tx, matter.pen.desk, sender, matter.pen.now), reader)
            return "left"
    return "no mark of ours"


def _named(matter: Matter) -> Iterator[Subscriber]:
    """Whom the marks in the mail that came back with the complaint are of. Its Message-ID is as
    good as a mark: it cannot be guessed, and only its reader had it."""
    tx, marks = matter.pen.tx, matter.pen.desk.marks
    found = [(matter.to.purpose, matter.to.mark)] if matter.to.mark else []
    raw = b"\n" + matter.letter.raw[:LOOKED_AT].lower()
    for match in islice(_MARKS.finditer(raw), MOST_MARKS):
        purpose, text = (match[1], match[2]) if match[1] else (match[3], match[4])
        found.append((purpose.decode(), text.decode()))
    for purpose, text in found:
        mark = marks.read(purpose, text)
        if mark is None or len(mark.ids) != 1:
            continue
        number: int | None = mark.ids[0]
        if purpose == "bounce":
            mail = outgoing.by_id(tx, mark.ids[0])
            number = mail.subscriber_id if mail else None
        reader = subscribers.by_id(tx, number) if number else None
        if reader is not None and purpose in ("bounce", "settings", "leave"):
            yield reader
    ids = [found[1].decode() for found in islice(_MESSAGE_ID.finditer(raw), MOST_MARKS)]
    mail = outgoing.by_message_id(tx, ids)
    reader = subscribers.by_id(tx, mail.subscriber_id) if mail and mail.subscriber_id else None
    if reader is not None:
        yield reader
