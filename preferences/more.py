"""Sends a reader one item of a round-up whole, with its attachments: "more 3"."""

from __future__ import annotations

from collections.abc import Sequence

from delivery.edition_mail import CALENDAR
from delivery.ics import calendar
from delivery.letters import Pen
from delivery.pieces import calendar_entries, item_view
from storage import history, lists, outgoing, posts
from storage.records import Attachment, Post, StoredAttachment, Subscriber
from templates import AttachmentView

# Larger mails are turned away by many mail services; what does not fit goes in a mail of its own.
MOST_BYTES = 15 * 1024 * 1024


def send_more(
    pen: Pen, reader: Subscriber, numbers: Sequence[int], answered: Sequence[str], answers: str
) -> str:
    """Writes the items of those numbers; the name of the letter.

    ``answered`` are the Message-IDs that the reader's letter answers: the numbers are those of
    that mail, or of the reader's newest round-up when it is none of theirs.
    """
    known = _posts(pen, reader, answered)
    wanted = [known[number - 1] for number in numbers if 0 < number <= len(known)]
    found = {post.id: post for post in posts.by_ids(pen.tx, wanted) if post.state == "approved"}
    for post_id in dict.fromkeys(wanted):
        if post_id in found:
            _send(pen, reader, found[post_id], answers)
    if not found:
        said = ", ".join(map(str, numbers))
        pen.to_reader("item_missing", reader, answers=answers, said=said, most=len(known))
        return "item_missing"
    return "item_whole"


def _posts(pen: Pen, reader: Subscriber, answered: Sequence[str]) -> list[int]:
    """The posts of one round-up of this reader by their numbers."""
    mail = outgoing.by_message_id(pen.tx, list(answered)) if answered else None
    if mail is None or mail.subscriber_id != reader.id or not mail.items:
        mail = outgoing.last_round_up(pen.tx, reader.id)
    return outgoing.posts_of(mail.items) if mail else []


def _send(pen: Pen, reader: Subscriber, post: Post, answers: str) -> None:
    names = {topic.id: topic.name for topic in lists.topics(pen.tx, post.list_id)}
    attached = posts.attachments(pen.tx, [post.id])
    pictures = [one for one in attached if one.inline]
    batches = _batches([one for one in attached if not one.inline])
    for number, batch in enumerate(batches):
        pen.to_reader(
            "item_whole",
            reader,
            answers=answers,
            attached=[
                *(_with_content(pen, one) for one in (*(pictures if number == 0 else ()), *batch)),
                *(_dates(post, attached) if number == 0 else ()),
            ],
            post_title=post.title,
            post_text=post.text if number == 0 else "",
            post_html=post.html if number == 0 else "",
            author_name=post.author_name,
            author_address=post.author_address,
            event_date=post.event_date or "",
            closing_date=post.closing_date or "",
            topics=[names[topic] for topic in post.topics if topic in names],
            attachments=[AttachmentView(one.filename, one.size) for one in batch],
            part=number + 1,
            parts=len(batches),
        )
    history.note(
        pen.tx, pen.now, "reader", "asked for more", post_id=post.id, subscriber_id=reader.id
    )


def _dates(post: Post, attached: Sequence[StoredAttachment]) -> list[Attachment]:
    """Its days as a file for the reader's calendar."""
    entries = calendar_entries(post, item_view(post, attached))
    content = calendar(entries).replace("\n", "\r\n").encode()
    return [Attachment(CALENDAR, "text/calendar", content)] if entries else []


def _batches(attached: Sequence[StoredAttachment]) -> list[list[StoredAttachment]]:
    """The attachments in mails that are small enough to arrive; one mail when there is none."""
    batches: list[list[StoredAttachment]] = [[]]
    for one in attached:
        if batches[-1] and sum(other.size for other in batches[-1]) + one.size > MOST_BYTES:
            batches.append([])
        batches[-1].append(one)
    return batches


def _with_content(pen: Pen, one: StoredAttachment) -> Attachment:
    content = posts.attachment_content(pen.tx, one.id) or b""
    return Attachment(one.filename, one.content_type, content, one.content_id, one.inline)
