"""Lists whose editions are due at once, their readers, and what these got. No tests here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from storage import lists, posts, subscribers
from storage.database import Database
from storage.records import MailingList, Post, Subscriber
from tests.mailbox import Mail


def settle(url: str, readers: int, editions: int) -> list[str]:
    """Makes as many lists as ``editions``, all due a moment ago; the addresses of the readers."""
    database, now = Database(url), datetime.now(UTC)
    addresses = []
    for number in range(editions):
        with database.write() as tx:
            made = lists.add(
                tx,
                MailingList(
                    id=0,
                    name=f"news{number}",
                    domain="lists.example",
                    title="Town News",
                    timezone="UTC",
                    daily=f"{now - timedelta(minutes=2):%H:%M}",
                ),
                now - timedelta(days=90),
            )
            assert made is not None
            for post in range(2):
                _approved(tx, made.id, post, now - timedelta(hours=2))
            for reader in range(number, readers, editions):
                addresses.append(f"carol{reader}@reader.example")
                subscribers.add(tx, _reader(made.id, addresses[-1], now - timedelta(days=60)))
    database.close()
    return addresses


def _approved(tx: Connection, list_id: int, number: int, at: datetime) -> None:
    post = Post(
        id=0,
        list_id=list_id,
        letter_id=None,
        author_address="alice@charity.example",
        author_name="Alice",
        title=f"Food bank hours {number}",
        html="<p>The food bank opens at ten.</p>",
        text="The food bank opens at ten.",
        state="held",
        held_at=at,
    )
    times = {"approved_at": at, "decided_at": at}
    assert posts.change_state(tx, posts.hold(tx, post, ()), ["held"], "approved", times)


def _reader(list_id: int, address: str, joined_at: datetime) -> Subscriber:
    return Subscriber(
        id=0,
        list_id=list_id,
        address=address,
        name="",
        state="active",
        frequency="daily",
        joined_at=joined_at,
        settled_until=joined_at,
    )


def copies(mails: Sequence[Mail]) -> dict[str, list[Mail]]:
    """The mails of each recipient."""
    found: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        found[mail.recipients[0]].append(mail)
    return found
