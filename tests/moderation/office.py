"""The moderation desk of one list, on both databases, and the letters that it writes. No tests."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from delivery.letters import Desk, Pen
from delivery.marks import Marks
from moderation import answer, decide, hold
from moderation import author as author_desk
from moderation.answer import Answered, Seen
from moderation.tell import Case
from moderation.verdict import Kind, Verdict
from storage import confirmations, posts
from storage.database import Database
from storage.outgoing import LANE_PEOPLE
from storage.records import Attachment, Mailbox, MailingList, Post, Proof, Reading, Volunteer
from storage.tables import confirmation, outgoing
from tests.mailbox import Mail
from tests.storage.rows import NOON, new_list, new_moderator, new_topic
from tests.whole import assert_kept

ROUND_UP = datetime(2026, 11, 23, 10, tzinfo=UTC)
PROVEN = Proof(dkim="pass", aligned=True)
UNPROVEN = Proof()
EXPECTED = Path(__file__).parent / "expected"

_NUMBERS = itertools.count(1)
_MARK = re.compile(r"(?<=[+/])[a-z0-9]{23,34}(?=[@\s?&>]|$)")


@dataclass
class Office:
    db: Database
    sender: MailingList
    bob: Volunteer
    amina: Volunteer
    housing: int
    proof: str = "aligned"
    own_posts: bool = True
    now: datetime = NOON
    marks: Marks = field(default_factory=lambda: Marks("a secret for tests only"))

    @property
    def desk(self) -> Desk:
        return Desk(self.marks, "https://lists.example.org", self.proof, self.own_posts)

    def hold(self, title: str = "Food bank hours", proof: Proof = PROVEN, **more: Any) -> Post:
        """A post by Alice, unless told otherwise; ``limits``, ``removed`` and ``attached`` too."""
        extra = {name: more.pop(name) for name in ("limits", "removed", "noticed") if name in more}
        attached: list[Attachment] = more.pop("attached", [])
        post = Post(
            id=0, list_id=self.sender.id, letter_id=None, author_address="alice@charity.example",
            author_name="Alice", title=title, html="<p>Open on Friday.</p>",
            text="Open on Friday.", state="held", held_at=self.now, message_id="1@charity.example",
        )  # fmt: skip
        with self.db.write() as tx:
            pen = Pen(tx, self.desk, self.sender, self.now)
            post = replace(post, **more)
            number = hold.hold(pen, post, attached, proof, round_up=ROUND_UP, **extra)
        return self.look(number)

    def look(self, number: int) -> Post:
        with self.db.read() as tx:
            post = posts.by_id(tx, number)
        assert post is not None
        return post

    def decide(self, post: Post, kind: Kind, by: Volunteer | None = None, **more: Any) -> bool:
        with self.db.write() as tx:
            case = Case(Pen(tx, self.desk, self.sender, self.now), post, by, ROUND_UP)
            return decide.decide(case, Verdict(kind, **more))

    def answer(
        self,
        post: Post,
        by: Volunteer,
        text: str,
        sender: str = "",
        *,
        proof: Proof = PROVEN,
        message_id: str | None = "",
        senders: int = 1,
        version: int | None = None,
        **seen: bool,
    ) -> Answered:
        """Somebody's reply to the mail that went to ``by``; ``seen`` and ``version`` as in Seen."""
        reading = reply(sender or by.address, text, senders, message_id)
        mail = Seen(version or self.look(post.id).version, **seen)
        with self.db.write() as tx:
            pen = Pen(tx, self.desk, self.sender, self.now)
            return answer.answer(pen, reading, proof, post.id, by.id, seen=mail, round_up=ROUND_UP)

    def confirm(self, sender: str, text: str) -> Answered:
        """A reply to the newest "did you say so?"."""
        with self.db.write() as tx:
            asked = select(func.max(confirmation.c.id)).where(confirmation.c.kind == "verdict")
            number = tx.execute(asked).scalar_one()
            waiting = confirmations.by_id(tx, number)
            assert waiting is not None
            pen = Pen(tx, self.desk, self.sender, self.now)
            return answer.confirmed(pen, waiting, reply(sender, text), round_up=ROUND_UP)

    def author(
        self,
        post: Post,
        text: str,
        sender: str = "",
        *,
        proof: Proof = UNPROVEN,
        marked: bool = True,
        attached: list[Attachment] | None = None,
    ) -> Answered:
        """The author's reply, unless somebody else is named."""
        reading = reply(sender or post.author_address, text)
        written = author_desk.Written(reading, proof, marked, attached or [])
        with self.db.write() as tx:
            pen = Pen(tx, self.desk, self.sender, self.now)
            return author_desk.answer(pen, written, post.id, round_up=ROUND_UP)

    def letters(self) -> list[Mail]:
        """What was written since the last time, oldest first."""
        with self.db.write() as tx:
            here = (outgoing.c.state == "waiting") & (outgoing.c.lane == LANE_PEOPLE)
            rows = tx.execute(select(outgoing.c.message).where(here).order_by(outgoing.c.id)).all()
            tx.execute(update(outgoing).where(here).values(state="sent"))
        return [Mail(row[0]) for row in rows]

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)


def reply(sender: str, text: str, senders: int = 1, message_id: str | None = "") -> Reading:
    """Each has a Message-ID of its own, unless one is given."""
    message_id = f"r{next(_NUMBERS)}@example.org" if message_id == "" else message_id
    return Reading(
        sender=Mailbox("", sender), reply_text=text, senders=senders, message_id=message_id
    )


def settle(database: Database) -> Office:
    with database.write() as tx:
        to = new_list(tx)
        bob, amina = (new_moderator(tx, to, name, n) for n, name in enumerate(("Bob", "Amina")))
        housing = new_topic(tx, to, "housing")
    return Office(database, to, bob, amina, housing)


def whole(mail: Mail) -> str:
    """The mail as its receiver sees it; marks differ from day to day and are left out."""
    seen = [f"{name}: {mail.header(name)}" for name in ("To", "Subject", "Reply-To", "In-Reply-To")]
    answers = mail.header("In-Reply-To")
    if answers.endswith("@lists.example.org>"):
        seen[-1] = "In-Reply-To: what we asked first"
    elif re.fullmatch(r"<r\d+@example\.org>", answers):
        seen[-1] = "In-Reply-To: what they wrote"
    if not answers:
        seen.pop()
    return _MARK.sub("MARK", "\n".join([*seen, "", mail.text]))


def expect(name: str, text: str) -> None:
    """Fails with the difference when the text is not the one in ``expected/NAME.txt``."""
    assert_kept(text, EXPECTED / f"{name}.txt")
