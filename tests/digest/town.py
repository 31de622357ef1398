"""A small town with a list, for tests of round-ups: readers, posts, ticks, and who got what.

No tests here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from digest.run import tick
from storage import lists, posts, subscribers
from storage.database import Database
from storage.outgoing import posts_of
from storage.records import Edition, Frequency, MailingList, Post, Subscriber
from storage.tables import history, outgoing

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Town:
    db: Database
    news: MailingList
    topics: dict[str, int]
    titles: dict[int, str] = field(default_factory=dict)

    def post(
        self, title: str, approved: datetime, *topics: str, text: str = "", **more: Any
    ) -> int:
        """An approved post; straight away it may go at once, unless told otherwise."""
        numbers = tuple(self.topics[topic] for topic in topics)
        new = Post(
            0, self.news.id, None, "alice@charity.example", "Alice", title,
            f"<p>{text or title}</p>", text or title, "held", approved, topics=numbers, **more,
        )  # fmt: skip
        decided = {"approved_at": approved, "decided_at": approved, "straight_away_at": approved}
        with self.db.write() as tx:
            number = posts.hold(tx, new, ())
            assert posts.change_state(tx, number, ["held"], "approved", decided)
        self.titles[number] = title
        return number

    def reader(
        self,
        name: str,
        frequency: Frequency = "weekly",
        *topics: str,
        own: dict[str, Frequency] | None = None,
        joined: datetime = LONG_AGO,
        **more: Any,
    ) -> int:
        new = Subscriber(
            id=0,
            list_id=self.news.id,
            address=f"{name}@example.org",
            name=name,
            state="active",
            frequency=frequency,
            topics=tuple(self.topics[topic] for topic in topics),
            topic_frequencies={self.topics[topic]: often for topic, often in (own or {}).items()},
            joined_at=joined,
            settled_until=joined,
        )
        with self.db.write() as tx:
            number = subscribers.add(tx, replace(new, **more))
        assert number is not None
        return number

    def change(self, reader: int, now: datetime, **changes: Any) -> None:
        if "topics" in changes:
            changes["topics"] = tuple(self.topics[topic] for topic in changes["topics"])
        if "own" in changes:
            own = changes.pop("own")
            changes["topic_frequencies"] = {self.topics[topic]: how for topic, how in own.items()}
        with self.db.write() as tx:
            assert subscribers.change(tx, reader, changes | {"changed_at": now})

    def tick(self, now: datetime) -> list[Edition]:
        return tick(self.db, now)

    def days(self, first: str, last: str) -> None:
        """Ticks at ten o'clock on each of these days."""
        now = local(first)
        while now <= local(last):
            self.tick(now)
            now += timedelta(days=1)

    def mails(self, reader: int) -> list[list[str]]:
        """The titles in each round-up that was written for the reader, in order."""
        here = (outgoing.c.subscriber_id == reader) & (outgoing.c.letter == "edition")
        with self.db.read() as tx:
            rows = tx.execute(select(outgoing.c["items"]).where(here).order_by(outgoing.c.id))
            return [[self.titles[post] for post in posts_of(row[0])] for row in rows]

    def filed(self, reader: int) -> list[str]:
        """The items of the reader's mails as they stand in the outbox."""
        here = outgoing.c.subscriber_id == reader
        with self.db.read() as tx:
            return list(
                tx.execute(
                    select(outgoing.c["items"]).where(here).order_by(outgoing.c.id)
                ).scalars()
            )

    def noted(self, what: str) -> list[str]:
        with self.db.read() as tx:
            here = select(history.c.detail).where(history.c.what == what)
            return list(tx.execute(here.order_by(history.c.id)).scalars())


def settle(database: Database) -> Town:
    new = MailingList(0, "news", "lists.example", "Town News")
    with database.write() as tx:
        made = lists.add(tx, new, LONG_AGO)
        assert made is not None
        for name in ("Housing", "Jobs", "Law"):
            lists.add_topic(tx, made.id, name.lower(), name)
        topics = {topic.key: topic.id for topic in lists.topics(tx, made.id)}
    return Town(database, made, topics)


def local(day: str, clock: str = "10:00") -> datetime:
    """A London winter time: "mon 12:00" of the week of Monday 16 November 2026, or a date."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hour, minute = map(int, clock.split(":"))
    start = date(2026, 11, 16)
    on = start + timedelta(names.index(day)) if day in names else date.fromisoformat(day)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC)
