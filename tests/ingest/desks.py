"""Letters as they come to the desks, read and proven already. No tests here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from config import Settings
from delivery.addresses import read_address
from delivery.letters import Desk, Pen
from delivery.marks import Marks
from ingest.drafted import Draft
from ingest.matter import Matter, Outcome
from ingest.route import route
from storage import letters, lists, posts, subscribers
from storage.database import Database
from storage.outgoing import LANE_PEOPLE
from storage.records import (
    Arrival,
    Mailbox,
    MailingList,
    Post,
    Proof,
    Reading,
    Subscriber,
    Volunteer,
)
from storage.tables import outgoing
from tests.mailbox import Mail
from tests.storage.rows import MINUTE, NOON, new_list, new_moderator, new_reader, new_topic

SECRET = "a secret for tests only"
ALICE, BOB, CAROL = "alice@charity.example", "bob@example.org", "carol@reader.example"
PROVEN = Proof(dkim="pass", aligned=True)
UNPROVEN = Proof()
FORGED = Proof(dmarc="fail", dmarc_policy="reject")
WORDS = Draft("Food bank hours", "<p>Open on Friday.</p>", "Open on Friday.")


@dataclass
class Desks:
    """Bob moderates the list "news", which has the topic housing."""

    db: Database
    sender: MailingList
    bob: Volunteer
    now: datetime = NOON
    settings: Settings = field(
        default_factory=lambda: Settings(secret=SECRET, secret_previous=("the old secret",))
    )

    def bring(
        self,
        to: str = "news",
        sender: str = ALICE,
        text: str = "",
        *,
        proof: Proof = UNPROVEN,
        draft: Draft = WORDS,
        mail_from: str | None = None,
        source: str = "",
        **reading: Any,
    ) -> Outcome:
        """A letter to ``to``, an address or the part before the @."""
        address = to if "@" in to else f"{to}@lists.example.org"
        known: dict[str, Any] = {
            "sender": Mailbox("", sender),
            "to": (Mailbox("", address),),
            "reply_text": text,
            "text": text,
            "message_id": f"{sender}.{self.now.timestamp()}",
        }
        envelope = sender if mail_from is None else mail_from
        arrival = Arrival(secrets.token_bytes(8), envelope, (address,), "192.0.2.1", "", self.now)
        with self.db.write() as tx:
            letters.keep(tx, [arrival])
            (letter,) = letters.take(tx, self.now, MINUTE)
            every = lists.every(tx)
            found = read_address(address, every)
            assert found is not None
            matter = Matter(
                pen=Pen(tx, Desk.of(self.settings), found.list, self.now),
                settings=self.settings,
                letter=letter,
                to=found,
                reading=Reading(**(known | reading)),
                proof=proof,
                draft=draft,
                source=source,
                every=tuple(every),
            )
            outcome = route(matter)
            letters.settle(tx, letter.id, outcome.name)
            return outcome

    def marked(self, purpose: str, *ids: int, days: int = 0, secret: str = SECRET) -> str:
        """The address of a reply, with a mark of so many days ago."""
        day = (self.now - timedelta(days=days)).date()
        return f"news-{purpose}+{Marks(secret).mint(purpose, *ids, day=day)}"

    def post(self, **more: Any) -> Post:
        """A held post by Alice; its letters are out of the way."""
        self.bring(proof=PROVEN, **more)
        self.letters()
        return self.posts()[-1]

    def posts(self) -> list[Post]:
        with self.db.read() as tx:
            return list(reversed(posts.every(tx, self.sender.id)))

    def reader(self, **more: Any) -> Subscriber:
        with self.db.write() as tx:
            return new_reader(tx, self.sender, **more)

    def look(self) -> Subscriber | None:
        with self.db.read() as tx:
            return subscribers.by_address(tx, self.sender.id, CAROL)

    def letters(self) -> list[Mail]:
        """What was written since the last time, oldest first."""
        with self.db.write() as tx:
            here = (outgoing.c.state == "waiting") & (outgoing.c.lane == LANE_PEOPLE)
            rows = tx.execute(select(outgoing.c.message).where(here).order_by(outgoing.c.id)).all()
            tx.execute(update(outgoing).where(here).values(state="sent"))
        return [Mail(row[0]) for row in rows]

    def names(self) -> list[str]:
        return [mail.letter for mail in self.letters()]

    def set(self, **settings: Any) -> None:
        self.settings = replace(self.settings, **settings)


def settle(database: Database) -> Desks:
    with database.write() as tx:
        to = new_list(tx)
        bob = new_moderator(tx, to, "Bob")
        new_topic(tx, to, "housing")
    return Desks(database, to, bob)


def answering(mail: Mail) -> dict[str, Any]:
    """What makes a letter an answer to that mail."""
    return {"answers": (mail.header("Message-ID").strip("<>"),)}
