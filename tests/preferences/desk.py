"""The preferences desk of one list, its reader Carol, and the letters that it writes. No tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select, update

from delivery.letters import Desk, Pen
from delivery.marks import Marks
from preferences import change, confirming, joining
from preferences.wish import Wish
from storage import confirmations, history, subscribers
from storage.database import Database
from storage.records import MailingList, Subscriber
from storage.tables import outgoing
from tests.mailbox import Mail
from tests.storage.rows import NOON, new_list, new_reader, new_topic
from tests.whole import assert_kept

T = TypeVar("T")
FIRST = datetime(2026, 11, 23, 10, tzinfo=UTC)
CAROL = "carol@reader.example"
EXPECTED = Path(__file__).parent / "expected"

_MARK = re.compile(r"(?<=[+/])[a-z0-9]{23,34}(?=[@\s?&>]|$)", re.MULTILINE)


@dataclass
class Preferences:
    db: Database
    sender: MailingList
    topics: dict[str, int]
    now: datetime = NOON
    marks: Marks = field(default_factory=lambda: Marks("a secret for tests only"))

    def work(self, job: Callable[[Pen], T]) -> T:
        """``job`` with the list's pen, in one transaction."""
        with self.db.write() as tx:
            desk = Desk(self.marks, "https://lists.example.org")
            return job(Pen(tx, desk, self.sender, self.now))

    def reader(self, address: str = CAROL, **more: Any) -> Subscriber:
        with self.db.write() as tx:
            return new_reader(tx, self.sender, address, **more)

    def look(self, address: str = CAROL) -> Subscriber:
        with self.db.read() as tx:
            found = subscribers.by_address(tx, self.sender.id, address)
        assert found is not None
        return found

    def apply(self, *wishes: Wish, **more: Any) -> str:
        """What Carol says by a letter with her mark."""
        carol = self.look()
        return self.work(lambda pen: change.apply(pen, carol, wishes, **more))

    def ask_to_join(
        self, address: str = CAROL, source: str = "", most: int = 5, **wanted: Any
    ) -> str:
        return self.work(lambda pen: joining.ask_to_join(pen, address, wanted, source, most))

    def ask_wishes(self, *wishes: Wish, source: str = "", most: int = 5) -> str:
        """The same without her mark."""
        carol = self.look()
        ask = confirming.ask_to_confirm_wishes
        return self.work(lambda pen: ask(pen, carol, wishes, source, most))

    def confirm(self, number: int = 1, how: str = "by reply") -> str:
        with self.db.read() as tx:
            waiting = confirmations.by_id(tx, number)
        assert waiting is not None
        return self.work(lambda pen: confirming.confirm(pen, waiting, how=how, first=FIRST))

    def letters(self) -> list[Mail]:
        """What was written since the last time, oldest first."""
        with self.db.write() as tx:
            here = outgoing.c.state == "waiting"
            rows = tx.execute(select(outgoing.c.message).where(here).order_by(outgoing.c.id)).all()
            tx.execute(update(outgoing).where(here).values(state="sent"))
        return [Mail(row[0]) for row in rows]

    def names(self) -> list[str]:
        return [mail.letter for mail in self.letters()]

    def trail(self) -> list[str]:
        with self.db.read() as tx:
            return [step.what for step in history.of_subscriber(tx, self.look().id)]

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)


def settle(database: Database) -> Preferences:
    with database.write() as tx:
        to = new_list(tx)
        topics = {key: new_topic(tx, to, key) for key in ("housing", "jobs", "law")}
    return Preferences(database, to, topics)


def said(mail: Mail) -> list[str]:
    """The sentences of a settings_changed or wish_confirm letter."""
    return [line.removeprefix("- ") for line in mail.text.splitlines() if line.startswith("- ")]


def wish(**changes: Any) -> Wish:
    return Wish("change", changes)


def whole(mail: Mail) -> str:
    """The mail as its receiver sees it; marks differ from day to day and are left out."""
    seen = [f"{name}: {mail.header(name)}" for name in ("To", "Subject", "Reply-To")]
    return _MARK.sub("MARK", "\n".join([*seen, "", mail.text]))


def expect(name: str, text: str) -> None:
    """Fails with the difference when the text is not the one in ``expected/NAME.txt``."""
    assert_kept(text, EXPECTED / f"{name}.txt")
