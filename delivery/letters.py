"""Writes one letter of ours to one person into the outbox, within the caller's transaction.

The sender carries it later: who decides never opens a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

import templates
from config import Settings
from delivery.addresses import write_address
from delivery.compose import Draft, compose, new_message_id
from delivery.marks import Marks
from storage import outgoing
from storage.records import Attachment, MailingList, Outgoing, Subscriber


@dataclass(frozen=True, slots=True)
class Desk:
    """What every desk needs to write: the marks, and where our pages are."""

    marks: Marks
    public_url: str
    proof: str = "aligned"
    own_posts: bool = True
    """Whether moderators may decide about their own posts."""

    @classmethod
    def of(cls, settings: Settings) -> Desk:
        marks = Marks(settings.secret, settings.secret_previous)
        return cls(marks, settings.public_url, settings.proof, settings.own_posts)


@dataclass(frozen=True, slots=True)
class To:
    """Whom a letter goes to, and what a reply to it will be about."""

    address: str
    reply: str
    """Purpose of the reply address: verdict, settings, confirm, post, owner or help; or, where a
    person shall have the reply, an address."""
    ids: tuple[int, ...] = ()
    """What the mark of the reply address names."""
    language: str = ""
    """That of the reader; the list's own where it is not known."""
    volunteer_id: int | None = None
    subscriber_id: int | None = None
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes letters of one list within one transaction, all at the same moment."""

    tx: Connection
    desk: Desk
    sender: MailingList
    now: datetime

    def write(
        self,
        name: str,
        to: To,
        *,
        answers: str = "",
        automatic: str = "auto-generated",
        attached: Sequence[Attachment] = (),
        headers: dict[str, str] | None = None,
        thread: str = "",
        **values: Any,
    ) -> int:
        """Puts the letter ``name`` for ``to`` into the outbox; its id.

        ``answers`` is the Message-ID of the mail whose thread it joins, and ``thread`` the subject
        of that thread, where it is not the letter's own. The template gets ``values`` and, always,
        list_title, list_address, help_address, owner_address and reply_address. To somebody who was
        forgotten, and so has no address any more, nothing is written: 0.
        """
        if not to.address:
            return 0
        reply_to = reply_address(self.desk, self.sender, to, self.now)
        shown = {
            "list_title": self.sender.title,
            "list_address": self.sender.address,
            "help_address": write_address(self.sender, "help"),
            "owner_address": write_address(self.sender, "owner"),
            "reply_address": reply_to,
        }
        wording = templates.letter(name, to.language or self.sender.language, **(shown | values))
        draft = Draft(
            letter=name,
            to=to.address,
            subject=thread or wording.subject,
            text=wording.text,
            html=wording.html,
            created_at=self.now,
            message_id=new_message_id(self.sender.domain),
            reply_to=reply_to,
            in_reply_to=answers,
            automatic=automatic,
            headers=headers or {},
            attachments=attached,
        )
        return outgoing.put(self.tx, _row(self.sender, to, draft))

    def to_reader(self, name: str, reader: Subscriber, *, answers: str = "", **values: Any) -> int:
        """A letter to a subscriber: with the list headers and what its closing lines need."""
        to = To(
            reader.address,
            "settings",
            (reader.id,),
            language=self.sender.speaks(reader.language),
            subscriber_id=reader.id,
        )
        return self.write(
            name,
            to,
            answers=answers,
            automatic="auto-replied" if answers else "auto-generated",
            headers=list_headers(self.desk, self.sender, reader.id, self.now),
            address=reader.address,
            settings_url=settings_url(self.desk, reader.id, self.now),
            leave_url=leave_url(self.desk, reader.id, self.now),
            **values,
        )


def _row(sender: MailingList, to: To, draft: Draft) -> Outgoing:
    return Outgoing(
        id=0,
        list_id=sender.id,
        letter=draft.letter,
        to=draft.to,
        message_id=draft.message_id,
        created_at=draft.created_at,
        state="waiting",
        message=compose(sender, draft),
        subscriber_id=to.subscriber_id,
        volunteer_id=to.volunteer_id,
        post_id=to.post_id,
        confirmation_id=to.ids[0] if to.reply == "confirm" else None,
    )


def reply_address(desk: Desk, sender: MailingList, to: To, now: datetime) -> str:
    if "@" in to.reply:
        return to.reply
    if not to.ids:
        return write_address(sender, to.reply)
    mark = desk.marks.mint(to.reply, *to.ids, day=now.date())
    return write_address(sender, to.reply, mark)


def settings_url(desk: Desk, subscriber_id: int, now: datetime) -> str:
    return (
        f"{desk.public_url}/settings/{desk.marks.mint('settings', subscriber_id, day=now.date())}"
    )


def leave_url(desk: Desk, subscriber_id: int, now: datetime) -> str:
    """Works for ever, unlike the link to the settings."""
    return f"{desk.public_url}/leave/{desk.marks.mint('leave', subscriber_id, day=now.date())}"


def page_url(desk: Desk, kind: str, number: int, day: date) -> str:
    """The page of an item or an edition: whoever has the link may read it."""
    return f"{desk.public_url}/{kind}/{desk.marks.mint(kind, number, day=day)}"


def list_headers(
    desk: Desk, sender: MailingList, subscriber_id: int, now: datetime
) -> dict[str, str]:
    """The headers of every mail to a subscriber (RFC 2369, RFC 8058)."""
    settings = write_address(
        sender, "settings", desk.marks.mint("settings", subscriber_id, day=now.date())
    )
    leave = leave_url(desk, subscriber_id, now)
    by_mail = f"mailto:{quote(settings, safe='@+')}?subject=stop&body=stop"
    return {
        "List-Unsubscribe": f"<{leave}>, <{by_mail}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<mailto:{write_address(sender, 'help')}>",
        "List-Post": f"<mailto:{sender.address}>",
        "List-Subscribe": f"<mailto:{write_address(sender, 'join')}>",
        "List-Owner": f"<mailto:{write_address(sender, 'owner')}>",
        "Precedence": "list",
    }
