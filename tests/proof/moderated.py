"""A list whose moderators' mail services sign, and letters that go the whole way: read, proven,
routed. For counts of what decides and what does not. No tests here."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from sqlalchemy import func, select, update

from config import Settings
from delivery.letters import Desk
from delivery.marks import Marks
from ingest.examine import Examined
from ingest.proof import only_for, prove
from ingest.reading import read_and_draft
from ingest.settle import settle
from moderation.showing import seen_in
from storage import letters, lists, posts, volunteers
from storage.database import Database
from storage.outgoing import LANE_PEOPLE
from storage.records import Arrival, MailingList, Post, Volunteer
from storage.tables import outgoing, post
from tests.mailbox import Mail
from tests.signing import Zone, signed
from tests.storage.rows import new_reader, new_topic

SECRET = "a secret for tests only"
ALICE, BOB, AMINA = "alice@charity.example", "bob@council.example", "amina@faith.example"
MALLORY = "mallory@evil.example"
BITS = 1024  # short, so that thousands can be signed
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Moderated:
    db: Database
    sender: MailingList
    bob: Volunteer
    amina: Volunteer
    settings: Settings
    zone: Zone
    ahead: timedelta = MINUTE
    """Of the clock on the wall, by which letters are signed: no signature may be of the future."""
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @classmethod
    def of(cls, db: Database) -> Moderated:
        zone = Zone()
        for domain in ("charity.example", "council.example", "faith.example", "evil.example"):
            zone.publish_key(domain, bits=BITS)
        settings = Settings(
            secret=SECRET, limit_posts_per_sender_hour=10**6, limit_strangers_per_hour=10**6
        )
        now = datetime.now(UTC) + MINUTE
        with db.write() as tx:
            made = lists.add(tx, MailingList(0, "news", "lists.example.org", "News"), now)
            assert made is not None
            for address, name in ((BOB, "Bob"), (AMINA, "Amina")):
                volunteers.add(tx, made.id, "moderator", address, name, now)
            new_topic(tx, made, "housing")
            new_reader(tx, made)
            bob, amina = volunteers.every(tx, made.id, "moderator")
            # Bob is asked, whatever week it is.
            volunteers.set_shift(tx, made.id, now.date() - DAY, now.date() + 7 * DAY, (bob.id,))
        return cls(db, made, bob, amina, settings, zone)

    def hold(self, text: str = "The food bank is open on Friday.") -> tuple[Post, Mail]:
        """A held post by an Alice, by the whole way, and the mail that Bob was asked with."""
        number = next(self.numbers)
        # Spam by one author is remembered, so each post has its own.
        alice = f"alice{number}@charity.example"
        raw = written(alice, "news@lists.example.org", text, subject=f"Food bank {number}")
        assert self.bring(sealed(raw, "charity.example"), "news", alice) == "post"
        with self.db.read() as tx:
            newest = tx.execute(select(func.max(post.c.id))).scalar_one()
        asked = [mail for mail in self.letters() if mail.letter == "post_held"]
        return self.look(newest), asked[0]

    def clear(self, keep: int = 0) -> None:
        """Nothing else waits any more: above twenty posts notices are gathered."""
        here = (post.c.state == "held") & (post.c.id != keep)
        with self.db.write() as tx:
            tx.execute(update(post).where(here).values(state="withdrawn"))

    def look(self, number: int) -> Post:
        with self.db.read() as tx:
            found = posts.by_id(tx, number)
        assert found is not None
        return found

    def bring(self, raw: bytes, to: str, mail_from: str, peer: str = "192.0.2.1") -> str:
        """The letter's outcome. ``to`` is an address of ours, or the part before its @."""
        recipient = to if "@" in to else f"{to}@lists.example.org"
        arrival = Arrival(raw, mail_from, (recipient,), peer, "mail.example", self.now)
        with self.db.write() as tx:
            if not letters.keep(tx, [arrival]):
                return "the same letter"
            (letter,) = letters.take(tx, self.now, MINUTE)
        reading, draft = read_and_draft(raw)
        proof = only_for(
            prove(raw, mail_from, "mail.example", peer, resolver=self.zone, received_at=self.now),
            reading.sender,
        )
        with self.db.write() as tx:
            found = Examined(letter, reading, draft, proof)
            return settle(tx, self.settings, Desk.of(self.settings), self.now, found).name

    def letters(self) -> list[Mail]:
        """What was written since the last time, oldest first."""
        with self.db.write() as tx:
            here = (outgoing.c.state == "waiting") & (outgoing.c.lane == LANE_PEOPLE)
            rows = tx.execute(select(outgoing.c.message).where(here).order_by(outgoing.c.id)).all()
            tx.execute(update(outgoing).where(here).values(state="sent"))
        return [Mail(row[0]) for row in rows]

    def later(self, **more: float) -> None:
        self.ahead += timedelta(**more)

    def mark(self, *ids: int, purpose: str = "verdict", secret: str = SECRET, days: int = 0) -> str:
        """An address of ours with such a mark."""
        day = (self.now - timedelta(days=days)).date()
        mark = Marks(secret).mint(purpose, *ids, day=day)
        return f"news-{purpose}+{mark}@lists.example.org"


def written(
    sender: str,
    to: str,
    text: str,
    *,
    subject: str = "Re: Please decide: Food bank",
    answers: str = "",
    headers: dict[str, str] | None = None,
    html: str | None = None,
) -> bytes:
    """A mail as a program writes it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Wed, 18 Nov 2026 12:00:00 +0000"
    message["Message-ID"] = f"<{next(_NUMBERS)}.{abs(hash(text)) % 10**9}@mail.example>"
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


_NUMBERS = itertools.count(1)


def sealed(raw: bytes, domain: str, **options: Any) -> bytes:
    """Under the DKIM signature of that domain."""
    return signed(raw, domain, bits=BITS, **options)


def ids_of(mail: Mail) -> tuple[int, ...]:
    """What the mark of a mail's reply address names."""
    word = mail.reply_to.partition("+")[2].partition("@")[0]
    mark = Marks(SECRET).read("verdict", word)
    assert mark is not None
    assert seen_in(mark.ids)
    return mark.ids
