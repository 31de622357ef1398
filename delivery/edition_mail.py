"""The mail around a round-up: its headers and frame, made once, and its bytes for each reader.

Which posts a reader gets was decided before and stands in the row; nothing is chosen here.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import templates
from delivery.addresses import write_address
from delivery.assemble import (
    Layout,
    Part,
    Wanted,
    encode_frame,
    encode_piece,
    fill,
    has_file,
    lay_out,
    with_attachments,
    with_calendar,
    with_file,
    with_picture,
)
from delivery.chunks import Pieces, Posts, by_post
from delivery.compose import POLICY
from delivery.dkim_sign import Signer
from delivery.files import attached_files
from delivery.forms import (
    brings_files,
    brings_sheets,
    content_of,
    depth_of,
    piece_forms,
    template_form,
)
from delivery.ics import HEAD, TAIL
from delivery.letters import Desk, leave_url, page_url, settings_url
from delivery.notice_board import notice_board
from delivery.pieces import FIRST, ensure
from delivery.relaxed_layout import RelaxedLayout, fill_relaxed, relaxed_layout
from storage import lists, pieces
from storage.addresses import a_labels
from storage.database import Database
from storage.outgoing import posts_of
from storage.records import MailingList, Outgoing, Topic
from templates.flow import one_line

LETTER = "edition"
"""The template name of round-ups: Postround-Letter, and the row's ``letter``."""

CALENDAR = "dates.ics"
"""The file with the days to note; the mail names it."""

KEPT_LAYOUT_BYTES = 64 * 1024 * 1024
"""Enough for each choice of topics, of which there are hundreds."""
PART_BYTES = 32
"""What a part takes in a layout and its form that is signed: most are shared with others."""
KEPT_EDITIONS = 20
KEPT_POSTS = 2000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heads:
    """What an edition's mails say beside its posts."""

    day: date
    singles: Mapping[int, str] = field(default_factory=dict)
    """Titles of posts that may go out alone and then lend the mail their subject."""
    late: datetime | None = None
    """When it was due, in the list's time zone, where that is long ago."""
    intro: str = ""
    """The organiser's own words."""
    short: frozenset[int] = frozenset()
    """Posts that somebody wants in a headline and a line."""
    logo: bytes = b""
    """The list's, a PNG picture."""


def make_frames(
    mailing_list: MailingList, topics: Sequence[Topic], forms: Iterable[str], heads: Heads
) -> dict[tuple[str, str], bytes]:
    """What stands around the posts of an edition, by (form, name): the mails, and the headings.

    ``forms`` are forms of mails. Names are "mail", "mail:POST", "heading:TOPIC",
    "contents:TOPIC", and "part:NAME"; "day" and "short" say how they are put together.
    """
    made: dict[tuple[str, str], bytes] = {}
    for form in forms:
        made[form, "mail"] = _mail(mailing_list, form, heads, None)
        made[form, "day"] = heads.day.isoformat().encode()
        made[form, "short"] = ",".join(map(str, sorted(heads.short))).encode()
        for post_id, title in heads.singles.items():
            made[form, f"mail:{post_id}"] = _mail(mailing_list, form, heads, title)
        for piece_form in piece_forms(form):
            made |= _headings(piece_form, topics, mailing_list.colour)
    return made


class EditionMails:
    """Builds the bytes of round-ups for a sender. What was read is kept for the next mails."""

    def __init__(self, database: Database, desk: Desk, signer: Signer | None = None) -> None:
        self._database = database
        self._desk = desk
        self._signer = signer
        self._frames: dict[int, dict[tuple[str, str], bytes]] = {}
        self._posts: Posts = {}
        self._versions: dict[int, int] = {}
        self._layouts: dict[tuple[int, str, str], tuple[Layout, RelaxedLayout | None]] = {}
        self._layout_bytes = 0

    def build(self, rows: Sequence[Outgoing]) -> dict[int, bytes | None]:
        """The mails by the row's id; None where every post was withdrawn meanwhile."""
        post_ids = {post for items in {row.items for row in rows} for post in posts_of(items)}
        with self._database.read() as tx:
            by_id = {one.id: one for one in lists.every(tx)}
            versions = pieces.versions(tx, sorted(post_ids))
        if any(self._versions.get(post) != versions.get(post) for post in post_ids):
            self._read_pieces(post_ids, {row.form for row in rows})
        if any(row.edition_id not in self._frames for row in rows):
            self._read_frames({row.edition_id for row in rows if row.edition_id})
        return {row.id: self._mail(by_id, row) for row in rows}

    def _read_pieces(self, post_ids: set[int], forms: set[str]) -> None:
        """Reads what is new here, and forgets what was changed or withdrawn."""
        if len(self._versions) < KEPT_POSTS:
            post_ids = post_ids | self._versions.keys()
        with self._database.write() as tx:
            self._versions = pieces.versions(tx, sorted(post_ids))
            ready = sorted(self._versions)
            ensure(tx, ready, {part for form in forms for part in piece_forms(form)})
            found = pieces.of_posts(tx, ready)
        self._forget_layouts()
        self._posts = by_post(
            {
                (form, piece_key(name, post)): content
                for (post, version, form, name), content in found.items()
                if self._versions[post] == version
            }
        )

    def _read_frames(self, edition_ids: set[int]) -> None:
        if len(self._frames) > KEPT_EDITIONS:
            self._frames.clear()
        with self._database.read() as tx:
            self._frames |= {number: pieces.frames(tx, number) for number in edition_ids}

    def _mail(self, by_id: Mapping[int, MailingList], row: Outgoing) -> bytes | None:
        try:
            sender = by_id[row.list_id or 0]
            layout, relaxed = self._layout(sender, row)
            if not layout.shown:
                return None
            reader = values(self._desk, sender, row)
            message = fill(layout, reader)
            if self._signer is None:
                return message
            covered = fill_relaxed(relaxed, reader) if relaxed else None
            if covered is None:
                return self._signer.sign(message, sender.domain, row.created_at)
            return self._signer.sign_relaxed(message, covered, sender.domain, row.created_at)
        except (KeyError, ValueError):
            # A fault of ours in one row must not stop the lane.
            logger.exception("round-up %s cannot be built", row.id)
            return None

    def _layout(self, sender: MailingList, row: Outgoing) -> tuple[Layout, RelaxedLayout | None]:
        """How the mail looks; and its body in the form that is signed, where mails are."""
        key = (row.edition_id or 0, row.form, row.items)
        kept = self._layouts.get(key)
        if kept is None:
            frames = self._frames[key[0]]
            frame = frame_for(frames, self._posts, row.form, row.items)
            if brings_files(row.form):
                with self._database.read() as tx:
                    frame = with_attachments(frame, attached_files(tx, posts_of(row.items)))
            if has_file(frame):
                frame = with_file(frame, self._sheets(row, frames))
            wanted = wanted_of(frames, row.form, row.items, self._desk, sender)
            layout = lay_out(frame, self._posts, row.items, frames, wanted)
            kept = layout, relaxed_layout(layout) if self._signer else None
            self._make_room(len(frame) + PART_BYTES * len(layout.parts))
            self._layouts[key] = kept
        return kept

    def _make_room(self, size: int) -> None:
        if self._layout_bytes + size > KEPT_LAYOUT_BYTES:
            self._forget_layouts()
        self._layout_bytes += size

    def _forget_layouts(self) -> None:
        self._layouts.clear()
        self._layout_bytes = 0

    def _sheets(self, row: Outgoing, frames: Pieces) -> bytes:
        day = date.fromisoformat(frames[row.form, "day"].decode())
        with self._database.read() as tx:
            return notice_board(tx, row, day)


def frame_for(
    frames: Pieces,
    posts: Posts,
    form: str,
    items: str,
) -> bytes:
    """The frame for a mail with these items, with a calendar file where there are days to note:
    a post alone may have a frame of its own."""
    numbers = posts_of(items)
    single = frames.get((form, f"mail:{numbers[0]}")) if len(numbers) == 1 else None
    last = piece_forms(form)[-1]
    here = (posts.get((last, str(number))) for number in numbers)
    entries = b"".join(post.calendar for post in here if post)
    if not entries:
        return single or frames[form, "mail"]
    file = encode_piece(HEAD) + entries + encode_piece(TAIL)
    return with_calendar(single or frames[form, "mail"], CALENDAR, file)


def wanted_of(
    frames: Pieces,
    form: str,
    items: str,
    desk: Desk,
    mailing_list: MailingList,
) -> Wanted:
    """How a mail of this form with these items is put together; a post alone is shown whole."""
    day = date.fromisoformat(frames[form, "day"].decode("ascii"))
    short = frames.get((form, "short"), b"").decode("ascii")
    posts = posts_of(items)
    single = len(posts) == 1 and (form, f"mail:{posts[0]}") in frames
    return Wanted(
        day=day,
        depth="full" if single else depth_of(form),
        short=frozenset(short.split(",")) if short and not single else frozenset(),
        pages={str(post): page_url(desk, "item", post, day) for post in posts}
        if mailing_list.pages
        else {},
    )


def values(desk: Desk, mailing_list: MailingList, row: Outgoing) -> dict[str, str]:
    """What differs from reader to reader, by slot; the same again whenever the mail is retried."""
    reader, now = row.subscriber_id or 0, row.created_at
    mark = desk.marks.mint("settings", reader, day=now.date())
    local, _, domain = row.to.rpartition("@")
    pages = mailing_list.pages and row.edition_id
    return {
        "edition_url": page_url(desk, "edition", row.edition_id or 0, now.date()) if pages else "",
        "address": f"{local}@{a_labels(domain)}",
        "date": _date(row.created_at),
        "message_id": row.message_id,
        "settings_url": settings_url(desk, reader, now),
        "leave_url": leave_url(desk, reader, now),
        "settings_address": write_address(mailing_list, "settings", mark),
    }


@lru_cache(maxsize=16)
def _date(moment: datetime) -> str:
    """The mails of a batch were all written down in one moment."""
    return format_datetime(moment)


def piece_key(name: str, post: int) -> str:
    """A piece's name with its post: "also_in:7" of post 12 is "also_in:12:7"."""
    kind, _, topic = name.partition(":")
    return f"{kind}:{post}:{topic}" if topic else f"{kind}:{post}"


def _mail(mailing_list: MailingList, form: str, heads: Heads, single: str | None) -> bytes:
    parts = []
    for piece_form in piece_forms(form):
        kind, language = template_form(piece_form)
        frame = templates.edition_frame(
            kind,
            language=language,
            list_title=mailing_list.title,
            day=heads.day,
            single=single is not None,
            late=heads.late,
            intro="" if single else heads.intro,
            colour=mailing_list.colour,
            pages=mailing_list.pages and single is None,
            logo=bool(heads.logo),
        )
        parts.append(Part(piece_form, content_of(piece_form), frame))
    language = template_form(piece_forms(form)[0])[1]
    subject = templates.edition_subject(
        language=language, list_title=mailing_list.title, day=heads.day, title=single or ""
    )
    file = f"{mailing_list.name}-{heads.day}.pdf" if brings_sheets(form) else ""
    whole = encode_frame(_headers(mailing_list, subject), secrets.token_hex(8), parts, file)
    shows = heads.logo and content_of(piece_forms(form)[-1]) == "html"
    return with_picture(whole, "logo", heads.logo) if shows else whole


def _headers(mailing_list: MailingList, subject: str) -> str:
    """The headers with slots, and all others in the order in which people expect them."""
    fixed = EmailMessage(policy=POLICY.clone(linesep="\n"))
    fixed["From"] = Address(one_line(mailing_list.title), mailing_list.name, mailing_list.domain)
    fixed["Subject"] = one_line(subject)
    fixed["List-Id"] = f"<{mailing_list.list_id}>"
    fixed["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    fixed["List-Help"] = f"<mailto:{write_address(mailing_list, 'help')}>"
    fixed["List-Post"] = f"<mailto:{mailing_list.address}>"
    fixed["List-Subscribe"] = f"<mailto:{write_address(mailing_list, 'join')}>"
    fixed["List-Owner"] = f"<mailto:{write_address(mailing_list, 'owner')}>"
    fixed["Precedence"] = "list"
    fixed["Auto-Submitted"] = "auto-generated"
    fixed["Postround-Letter"] = LETTER
    fixed["MIME-Version"] = "1.0"
    leave = "<\0leave_url\0>,\n <mailto:\0settings_address\0?subject=stop&body=stop>"
    return (
        "To: \0address\0\nDate: \0date\0\nMessage-ID: <\0message_id\0>\n"
        f"Reply-To: \0settings_address\0\nList-Unsubscribe: {leave}\n"
        + fixed.as_string().rstrip("\n")
        + "\n"
    )


def _headings(form: str, topics: Sequence[Topic], colour: str) -> dict[tuple[str, str], bytes]:
    kind, language = template_form(form)
    same: dict[str, Any] = {"language": language}
    texts = {
        f"part:{name}": templates.edition_part(kind, name, **same, colour=colour)
        for name in templates.EDITION_PARTS
    }
    names = {topic.id: topic.name for topic in topics} | {0: ""}
    for topic, name in names.items():
        texts[f"heading:{topic}"] = templates.edition_heading(kind, name, **same, colour=colour)
        texts[f"contents:{topic}"] = templates.edition_contents(kind, name, **same)
    texts[f"heading:{FIRST}"] = texts["part:first"]
    texts[f"contents:{FIRST}"] = texts["part:contents_first"]
    texts["contents:"] = templates.edition_contents(kind, None, **same)
    return {(form, name): encode_piece(text) for name, text in texts.items()}
