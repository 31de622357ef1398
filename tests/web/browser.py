"""The web pages of one installation as a browser or a scanner asks for them. No tests here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from sqlalchemy import inspect, select, update
from starlette.testclient import TestClient

from config import Settings
from delivery.marks import Marks
from storage import confirmations, subscribers
from storage.database import Database
from storage.records import MailingList, Subscriber
from storage.tables import metadata, outgoing
from tests.mailbox import Mail
from tests.storage.rows import NOON, new_list, new_reader, new_topic
from web.app import create_app

CAROL = "carol@reader.example"
SECRET = "a secret for tests only"
URL = "https://lists.example.org"


@dataclass
class Browser:
    db: Database
    sender: MailingList
    topics: dict[str, int]
    now: datetime = NOON
    settings: Settings = field(
        default_factory=lambda: Settings(public_url=URL, secret=SECRET, secret_previous=("old",))
    )

    def ask(
        self, method: str, path: str, source: str = "192.0.2.1", **more: Any
    ) -> httpx2.Response:
        client = TestClient(
            create_app(self.db, self.settings, lambda: self.now),
            URL,
            raise_server_exceptions=False,
            follow_redirects=False,
            client=(source, 50000),
        )
        return client.request(method, path.removeprefix(URL), **more)

    def get(self, path: str) -> httpx2.Response:
        return self.ask("GET", path)

    def post(
        self, path: str, fields: Mapping[str, Any] | None = None, **more: Any
    ) -> httpx2.Response:
        return self.ask("POST", path, data=fields or {}, **more)

    def reader(self, address: str = CAROL, **more: Any) -> Subscriber:
        with self.db.write() as tx:
            return new_reader(tx, self.sender, address, **more)

    def look(self, address: str = CAROL) -> Subscriber | None:
        with self.db.read() as tx:
            return subscribers.by_address(tx, self.sender.id, address)

    def path(self, purpose: str, number: int, *, days: int = 0, secret: str = SECRET) -> str:
        """The page's path with a mark of so many days ago."""
        day = (self.now - timedelta(days=days)).date()
        return f"/{purpose}/{Marks(secret).mint(purpose, number, day=day)}"

    def waiting(self, kind: str = "join", changes: dict[str, Any] | None = None) -> str:
        """The path of a confirmation that waits for Carol's yes."""
        payload = {"changes": changes or {}}
        with self.db.write() as tx:
            number = confirmations.ask(tx, self.sender.id, kind, CAROL, payload, self.now)
        return self.path("confirm", number)

    def letters(self) -> list[Mail]:
        """What was written since the last time."""
        with self.db.write() as tx:
            here = outgoing.c.state == "waiting"
            rows = tx.execute(select(outgoing.c.message).where(here).order_by(outgoing.c.id)).all()
            tx.execute(update(outgoing).where(here).values(state="sent"))
        return [Mail(row[0]) for row in rows]

    def everything(self) -> dict[str, Sequence[Any]]:
        """All rows of all tables: what must not differ after somebody only looked."""
        with self.db.read() as tx:
            names = inspect(tx).get_table_names()
            return {
                name: tx.execute(select(table).order_by(table.c.id)).all()
                for name, table in metadata.tables.items()
                if name in names
            }


def settle(database: Database) -> Browser:
    with database.write() as tx:
        to = new_list(tx, title="Leeds Migration News")
        topics = {key: new_topic(tx, to, key) for key in ("housing", "jobs", "law")}
    return Browser(database, to, topics)
