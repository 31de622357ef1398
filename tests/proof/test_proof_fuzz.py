"""Mutated mails, thousands of them, from their bytes to the mails that people would get of them.

Reading, cleaning, holding and every template in one go, without the door. The seed is fixed, so
that a find can be run again by its number: POSTROUND_FUZZ_FROM and POSTROUND_FUZZ_COUNT.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from email import message_from_bytes
from html import unescape

import pytest
from sqlalchemy import select

from delivery.assemble import assemble
from delivery.chunks import by_post
from delivery.edition_mail import Heads, frame_for, make_frames, piece_key, wanted_of
from delivery.forms import piece_forms
from delivery.letters import Desk, Pen
from delivery.marks import Marks
from delivery.pieces import write_pieces
from ingest.characters import clean_line
from ingest.drafted import Draft
from ingest.links import SCHEMES
from ingest.reading import read_and_draft
from moderation.hold import hold
from storage import lists, volunteers
from storage.database import Database
from storage.records import Mailbox, MailingList, Post, Proof, Reading, StoredAttachment, Topic
from storage.tables import outgoing
from tests.ingest.test_reading_fuzz import mutated
from tests.ingest.xss import faults
from tests.needs import times

FIRST = int(os.environ.get("POSTROUND_FUZZ_FROM", "0"))
COUNT = int(os.environ.get("POSTROUND_FUZZ_COUNT", times(80, 100_000)))
SECONDS = 5.0
"""Of computing, for everything about one mail."""

NOW = datetime(2026, 11, 18, 9, 12, tzinfo=UTC)
NEWS = MailingList(1, "news", "lists.example.org", "Town News")
TOPICS = (Topic(1, 1, "food", "Food"), Topic(2, 1, "work", "Work & learning"))
FORMS = ("html-en", "plain-en", "large-en")
DAY = date(2026, 11, 23)
DESK = Desk(Marks("a secret for tests only"), "https://lists.example.org")
VALUES = {
    "address": "carol@home.example",
    "date": "Wed, 18 Nov 2026 09:12:00 +0000",
    "message_id": "1@lists.example.org",
    "settings_url": "https://lists.example.org/settings/1",
    "leave_url": "https://lists.example.org/leave/1",
    "settings_address": "news-settings+1@lists.example.org",
}
_PROGRAM = re.compile(r"<(?:script|iframe|object|embed|form|input|base|svg|math)[\s>/]", re.I)
_TAG = re.compile(r"<[a-z][^<>]*>", re.I)
_HANDLER = re.compile(r"\son[a-z]+\s*=", re.I)
_QUOTED = re.compile(r'"[^"]*"')
_LEADS_TO = re.compile(r'\s(?:href|src|background|action)="([^"]*)"', re.I)
_LINE = re.compile(rb"[^\r\n]{0,998}\r\n")
_TO = re.compile(rb"^To: [^\r\n]+\r\n", re.MULTILINE)


@pytest.mark.proof
def test_c16_no_mutation_of_a_mail_breaks_what_people_get_of_it(
    capsys: pytest.CaptureFixture[str], sqlite_url: str
) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        news = lists.add(tx, NEWS, NOW)
        assert news is not None
        volunteers.add(tx, news.id, "moderator", "bob@council.example", "Bob", NOW)
    frames = make_frames(NEWS, TOPICS, FORMS, Heads(DAY))
    began, slowest, posts = time.monotonic(), 0.0, 0
    for number in range(FIRST, FIRST + COUNT):
        start = time.process_time()
        reading, draft = read_and_draft(mutated(random.Random(number)))
        for mail in () if draft.empty else _mails(database, reading, draft, frames):
            wrong = _wrong_with(mail)
            assert not wrong, f"mutation {number}: {wrong}"
        slowest = max(slowest, time.process_time() - start)
        posts += not draft.empty
        assert not _unread(reading, draft), f"mutation {number}: {_unread(reading, draft)}"
        assert not faults(draft.html), f"mutation {number}: {faults(draft.html)}"
        assert slowest < SECONDS, f"mutation {number} took {slowest:.1f} s"
    database.close()
    with capsys.disabled():
        print(
            f"\n{COUNT} mutated mails read, cleaned and written, {posts} of them as posts in "
            f"{len(FORMS)} forms and to a moderator: slowest {slowest:.2f} s, "
            f"in all {time.monotonic() - began:.0f} s"
        )


def _unread(reading: Reading, draft: Draft) -> list[str]:
    """The sentences with which a fault of our own is covered up."""
    return [
        said
        for said in (*reading.problems, *draft.notes)
        if "could not be read" in said or "broke our program" in said
    ]


def _mails(
    database: Database, reading: Reading, draft: Draft, frames: dict[tuple[str, str], bytes]
) -> Iterator[bytes]:
    """What a moderator and its author get of it, and then readers in every form."""
    post = _post(reading, draft)
    yield from _held(database, post, draft)
    attached = [
        StoredAttachment(
            id=number,
            post_id=post.id,
            filename=one.filename or "",
            content_type=one.content_type,
            size=one.size,
            content_id=one.content_id,
            inline=one.inline,
        )
        for number, one in enumerate(draft.attachments)
    ]
    names = {topic.id: topic.name for topic in TOPICS}
    encoded = {
        (part, piece_key(name, post.id)): content
        for part in sorted({part for form in FORMS for part in piece_forms(form)})
        for name, content in write_pieces(post, attached, names, part).items()
    }
    pieces = by_post(encoded)
    items = f"1:{post.id}"
    # Sent straight away, its title is the mail's subject.
    alone = make_frames(NEWS, (), FORMS[1:2], Heads(DAY, singles={post.id: post.title}))
    for form, around in [*((form, frames) for form in FORMS), (FORMS[1], frames | alone)]:
        frame = frame_for(around, pieces, form, items)
        wanted = wanted_of(around, form, items, DESK, NEWS)
        yield assemble(frame, pieces, items, VALUES, around, wanted)


def _post(reading: Reading, draft: Draft) -> Post:
    sender = reading.sender or Mailbox("", "alice@charity.example")
    return Post(
        id=7,
        list_id=NEWS.id,
        letter_id=None,
        author_address=sender.address,
        author_name=clean_line(sender.name)[:150],
        title=draft.whole_title or draft.title,
        html=draft.html,
        text=draft.text,
        state="held",
        held_at=NOW,
        topics=(1, 2),
        event_date=date(2026, 11, 27),
        message_id=reading.message_id,
        notes=draft.notes,
    )


def _held(database: Database, post: Post, draft: Draft) -> list[bytes]:
    """What holding it writes to the moderator, and to its author; nothing of it is kept."""
    written: list[bytes] = []
    with suppress(_Undone), database.write() as tx:
        pen = Pen(tx, DESK, NEWS, NOW)
        proof = Proof(dkim="pass", aligned=True)
        hold(pen, post, draft.attachments, proof, round_up=NOW, removed=draft.for_author)
        written += tx.execute(select(outgoing.c.message)).scalars()
        raise _Undone
    return written


class _Undone(Exception):
    """The transaction shall not be kept."""


def _wrong_with(mail: bytes) -> str:
    """What a server or a mail program could choke on; "" for a sound mail."""
    rest = _LINE.sub(b"", mail)
    if rest:
        return f"a line too long or with an odd end: {rest[:80]!r}"
    # RFC 6532 §3.2: an address with letters beyond ASCII stands as it is.
    if not _TO.sub(b"", mail, count=1).isascii() or b"\0" in mail:
        return "bytes that are no characters of a mail"
    for part in message_from_bytes(mail).walk():
        if part.defects:
            return f"defects: {part.defects}"
        if part.get_content_type() == "text/html" and not part.get_filename():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if found := _wrong_with_page(content.decode("utf-8")):
                return found
    return ""


def _wrong_with_page(html: str) -> str:
    programs = _PROGRAM.findall(html)
    if programs:
        return f"a program may hide in {programs[0]!r}"
    for tag in _TAG.findall(html):
        if _HANDLER.search(_QUOTED.sub('""', tag)):
            return f"a handler in {tag!r}"
        for address in _LEADS_TO.findall(tag):
            scheme = unescape(address).partition(":")[0].lower()
            if not address.startswith("#") and scheme not in SCHEMES:
                return f"a link to {address!r}"
    return ""
