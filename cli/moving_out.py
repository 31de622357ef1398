"""Writes all that a list holds as files that other systems read: nobody is locked in.

For the operator, who may see all of it: the files hold the addresses of readers.
"""

from __future__ import annotations

import csv
import json
import mailbox
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import Connection

from delivery.addresses import write_address
from ingest.kept_with import HEADERS
from preferences import roll
from storage import lists, logos, moved_in, posts, subscribers, volunteers
from storage.records import MailingList, Post, Topic
from templates.flow import one_line

PUBLISHED = ("approved", moved_in.ARCHIVED)


def write_everything(tx: Connection, sender: MailingList, folder: Path) -> dict[str, int]:
    """Fills ``folder``; how many things each file holds, by its name."""
    every = lists.topics(tx, sender.id)
    topics = {topic.id: topic.key for topic in every}
    (folder / "list.json").write_text(_json(_list(tx, sender)) + "\n", encoding="utf-8")
    return {
        "list.json": 1,
        "readers.csv": _readers(tx, sender, every, folder / "readers.csv"),
        "posts.jsonl": _lines(tx, sender, topics, folder / "posts.jsonl"),
        "posts.mbox": _mails(tx, sender, topics, folder / "posts.mbox"),
    } | _logo(tx, sender, folder / "logo.png")


def _logo(tx: Connection, sender: MailingList, path: Path) -> dict[str, int]:
    content = logos.of_list(tx, sender.id)
    return {path.name: int(path.write_bytes(content) > 0)} if content else {}


def _list(tx: Connection, sender: MailingList) -> dict[str, Any]:
    shown = asdict(sender) | {"address": sender.address}
    shown["topics"] = [asdict(topic) for topic in lists.topics(tx, sender.id)]
    for role in get_args(volunteers.Role):
        found = volunteers.every(tx, sender.id, role)
        shown[f"{role}s"] = [asdict(one) for one in found]
    always = date(1970, 1, 1), date(9999, 12, 31)
    shown["shifts"] = [asdict(one) for one in volunteers.shifts(tx, sender.id, *always)]
    shown["absences"] = [
        {"volunteer_id": who, "start": start, "end": end}
        for who, start, end in volunteers.absences(tx, sender.id, *always)
    ]
    shown["authors"] = [asdict(one) for one in volunteers.authors(tx, sender.id)]
    return shown


def _readers(tx: Connection, sender: MailingList, topics: Sequence[Topic], path: Path) -> int:
    rows = roll.table(subscribers.walk(tx, sender.id), topics)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(next(rows))
        return sum(1 for row in rows if writer.writerow(row))


def _lines(tx: Connection, sender: MailingList, topics: dict[int, str], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for post in moved_in.every(tx, sender.id):
            shown = asdict(post)
            shown["topics"] = [topics[one] for one in post.topics if one in topics]
            shown["attachments"] = [asdict(one) for one in posts.attachments(tx, [post.id])]
            file.write(_json(shown, indent=None) + "\n")
            count += 1
    return count


def _mails(tx: Connection, sender: MailingList, topics: dict[int, str], path: Path) -> int:
    count = 0
    box = mailbox.mbox(path)
    try:
        for post in _published(moved_in.every(tx, sender.id)):
            box.add(mailbox.mboxMessage(_mail(tx, sender, topics, post)))
            count += 1
        box.flush()
    finally:
        box.close()
    return count


def _published(found: Iterable[Post]) -> Iterable[Post]:
    return (post for post in found if post.state in PUBLISHED)


def _mail(tx: Connection, sender: MailingList, topics: dict[int, str], post: Post) -> EmailMessage:
    """The post as the mail that it once was, without what only its way here had added."""
    mail = EmailMessage(policy=SMTP.clone(utf8=True))
    name = one_line(post.author_name).replace('"', "'").replace("\\", " ")
    address = post.author_address or write_address(sender, "owner")
    mail["From"] = f'"{name}" <{address}>' if name else address
    mail["To"] = sender.address
    mail["Subject"] = one_line(post.title)
    mail["Date"] = format_datetime(post.approved_at or post.held_at)
    mail["Message-ID"] = f"<{one_line(post.message_id or f'{post.id}.post@{sender.domain}')}>"
    mail["List-Id"] = f"<{sender.list_id}>"
    named = ", ".join(topics[one] for one in post.topics if one in topics)
    told = zip(HEADERS, (named, post.event_date, post.closing_date), strict=True)
    for name, value in told:
        if value:
            mail[name] = str(value)
    mail.set_content(post.text or "\n", cte="quoted-printable")
    if post.html:
        mail.add_alternative(post.html, subtype="html", cte="quoted-printable")
    for item in posts.attachments(tx, [post.id]):
        content = posts.attachment_content(tx, item.id) or b""
        main, _, sub = item.content_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=item.filename or None)
    return mail


def _json(value: Any, indent: int | None = 2) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, indent=indent)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
