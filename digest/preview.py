"""Shows what an edition would be, by the bytes of the real mail. Writes nothing, sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email import message_from_bytes, policy
from typing import Literal

from sqlalchemy import Connection

from delivery.assemble import assemble, has_file, with_attachments, with_file
from delivery.chunks import by_post
from delivery.compose import new_message_id
from delivery.edition_mail import (
    LETTER,
    Heads,
    frame_for,
    make_frames,
    piece_key,
    values,
    wanted_of,
)
from delivery.files import attached_files
from delivery.forms import brings_files, mail_form, piece_forms
from delivery.letters import Desk
from delivery.notice_board import notice_board
from delivery.pieces import write_pieces
from digest.choose import Choice
from digest.offer import corrected_for, posts_had, read_offer
from digest.prepare import intro_of
from digest.run import aware, window_of
from digest.timetable import Slot, next_slot, of_list, read_zone, slot_for
from digest.windows import straight_away
from storage import editions, lists, logos, plans, posts, subscribers, taken
from storage.database import Database
from storage.outgoing import posts_of
from storage.records import Format, Frequency, MailingList, Outgoing, Plan, Subscriber
from storage.taken import Taken

ShownAs = Literal["html", "text", "large", "print", "eml"]

_FORMATS: dict[ShownAs, Format] = {
    "html": "html",
    "text": "plain",
    "large": "large",
    "print": "print",
}


class NoReader(LookupError):
    """The address is not on the list; the message is one sentence."""


def preview(
    db: Database,
    desk: Desk,
    mailing_list: MailingList,
    frequency: Frequency,
    now: datetime,
    at: datetime | None = None,
    for_address: str | None = None,
    shown: ShownAs = "html",
) -> str | bytes | None:
    """The round-up as it would be if it were made now; None when there is nothing to send.

    ``at`` as for ``send_now``, but without it the next slot to come. For nobody in particular it
    has every post of that frequency. ``shown`` is the part of the mail to show; "eml" is the
    whole mail with its headers, as bytes. Raises NoReader.
    """
    with db.read() as tx:
        day, offered = _offered(tx, mailing_list, frequency, at, now)
        plan = plans.by_period(tx, mailing_list.id, frequency, day.isoformat())
        reader = _reader(tx, mailing_list, frequency, for_address, shown)
        offer = read_offer(tx, mailing_list, offered, [frequency], now, plan=plan)
        had = posts_had(tx, None, offer, reader.id - 1, reader.id)
        had[reader.id] |= _not_theirs(tx, (*offer.earlier, *offered), reader)
        items = Choice(offer).items(reader, had[reader.id])
        if not items:
            return None
        row = _row(mailing_list, reader, items, shown, now)
        mail = _mail(tx, desk, mailing_list, row, _heads(mailing_list, day, plan))
    return mail if shown == "eml" else _part(mail, shown)


def _not_theirs(tx: Connection, offered: Sequence[Taken], reader: Subscriber) -> set[int]:
    """Corrections of what this reader never got; nobody in particular sees them all."""
    for_whom = corrected_for(tx, offered, reader.id - 1, reader.id) if reader.id else {}
    return {number for number, who in for_whom.items() if reader.id not in who}


@dataclass(frozen=True, slots=True)
class Shown:
    """The next weekly round-up as somebody with all topics would get it."""

    items: tuple[int, ...]
    """Its posts in the order of their numbers."""
    text: str


def preview_of(
    tx: Connection,
    desk: Desk,
    mailing_list: MailingList,
    slot: Slot,
    now: datetime,
    plan: Plan | None,
) -> Shown | None:
    """What the weekly round-up at ``slot`` would be, within a transaction; None for nothing."""
    window = window_of(tx, mailing_list, "weekly", slot, now)
    offered = taken.takeable(tx, mailing_list.id, [window])
    reader = _reader(tx, mailing_list, "weekly", None, "text")
    offer = read_offer(tx, mailing_list, offered, ["weekly"], slot.at, plan=plan)
    items = Choice(offer).items(reader, ())
    if not items:
        return None
    row = _row(mailing_list, reader, items, "text", now)
    mail = _mail(tx, desk, mailing_list, row, _heads(mailing_list, slot.day, plan))
    return Shown(tuple(posts_of(items)), _part(mail, "text"))


def _heads(mailing_list: MailingList, day: date, plan: Plan | None) -> Heads:
    short = frozenset(plan.shortened if plan else ())
    return Heads(day, intro=intro_of(mailing_list, plan), short=short)


def _offered(
    tx: Connection,
    mailing_list: MailingList,
    frequency: Frequency,
    at: datetime | None,
    now: datetime,
) -> tuple[date, Sequence[Taken]]:
    """The edition's date and its posts: those it took, or would take."""
    zone = read_zone(mailing_list.timezone)
    if frequency == "straight away":
        waiting = editions.due_straight_away(tx, now, mailing_list.id)
        windows = [straight_away(post_id, since) for _, post_id, since in waiting]
        return now.astimezone(zone).date(), taken.takeable(tx, mailing_list.id, windows)
    table = of_list(mailing_list, frequency)
    slot = next_slot(table, now) if at is None else slot_for(table, aware(mailing_list, at))
    made = editions.by_period(tx, mailing_list.id, frequency, slot.period)
    if made is not None and made.state != "skipped":
        return slot.day, taken.taken(tx, [made.id])
    window = window_of(tx, mailing_list, frequency, slot, now)
    return slot.day, taken.takeable(tx, mailing_list.id, [window])


def _reader(
    tx: Connection,
    mailing_list: MailingList,
    frequency: Frequency,
    address: str | None,
    shown: ShownAs,
) -> Subscriber:
    if address is None:
        return Subscriber(
            id=0,
            list_id=mailing_list.id,
            address=f"reader@{mailing_list.domain}",
            name="",
            state="active",
            frequency=frequency,
            format=_FORMATS.get(shown, "html"),
            language=mailing_list.language,
        )
    reader = subscribers.by_address(tx, mailing_list.id, address)
    if reader is None or reader.state != "active":
        raise NoReader(f"{address} does not get {mailing_list.address}.")
    return reader


def _row(
    mailing_list: MailingList, reader: Subscriber, items: str, shown: ShownAs, now: datetime
) -> Outgoing:
    return Outgoing(
        id=0,
        list_id=mailing_list.id,
        letter=LETTER,
        to=reader.address,
        message_id=new_message_id(mailing_list.domain),
        created_at=now,
        state="waiting",
        subscriber_id=reader.id,
        form=mail_form(
            _FORMATS.get(shown, reader.format),
            mailing_list.speaks(reader.language),
            reader.length,
            reader.attachments,
        ),
        items=items,
    )


def _mail(
    tx: Connection,
    desk: Desk,
    mailing_list: MailingList,
    row: Outgoing,
    heads: Heads,
) -> bytes:
    topics = lists.topics(tx, mailing_list.id)
    names = {topic.id: topic.name for topic in topics}
    pieces: dict[tuple[str, str], bytes] = {}
    for post in posts.by_ids(tx, posts_of(row.items)):
        attached = posts.attachments(tx, [post.id])
        for form in piece_forms(row.form):
            made = write_pieces(post, attached, names, form, pages=mailing_list.pages)
            pieces |= {(form, piece_key(name, post.id)): piece for name, piece in made.items()}
    heads = replace(heads, logo=logos.of_list(tx, mailing_list.id))
    frames = make_frames(mailing_list, topics, [row.form], heads)
    shown = by_post(pieces)
    frame = frame_for(frames, shown, row.form, row.items)
    if brings_files(row.form):
        frame = with_attachments(frame, attached_files(tx, posts_of(row.items)))
    if has_file(frame):
        frame = with_file(frame, notice_board(tx, row, heads.day))
    words = values(desk, mailing_list, row)
    wanted = wanted_of(frames, row.form, row.items, desk, mailing_list)
    return assemble(frame, shown, row.items, words, frames, wanted)


def _part(mail: bytes, shown: ShownAs) -> str:
    message = message_from_bytes(mail, policy=policy.default)
    part = message.get_body(("plain",) if shown in ("text", "print") else ("html", "plain"))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
