"""An item that is asked for brings its days as a file for the reader's calendar."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes, policy

import pytest
from sqlalchemy import update

from delivery.letters import Desk, Pen
from delivery.marks import Marks
from preferences.more import send_more
from storage import outgoing, subscribers
from storage.database import Database
from storage.tables import outgoing as outbox
from tests.digest.town import Town, local, settle

MONDAY = local("2026-11-23")


@pytest.fixture
def town(database: Database) -> Town:
    return settle(database)


@pytest.mark.parametrize(("day", "entries"), [(date(2026, 12, 8), 1), (None, 0)])
def test_an_item_with_a_day_brings_it(town: Town, day: date | None, entries: int) -> None:
    carol = town.reader("carol", format="plain")
    town.post("Café", local("fri"), event_date=day)
    town.tick(MONDAY)
    with town.db.write() as tx:
        tx.execute(update(outbox).values(state="sent"))
        reader = subscribers.by_id(tx, carol)
        assert reader is not None
        pen = Pen(tx, Desk(Marks("s" * 32), "https://lists.example"), town.news, MONDAY)
        assert send_more(pen, reader, [1], [], "") == "item_whole"
        row = outgoing.by_id(tx, 2)
    assert row is not None and row.message is not None
    message = message_from_bytes(row.message, policy=policy.default)
    files = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert len(files) == entries
    for file in files:
        assert file.get_filename() == "dates.ics"
        lines = bytes(file.get_payload(decode=True)).split(b"\r\n")
        assert b"DTSTART;VALUE=DATE:20261208" in lines and "SUMMARY:Café".encode() in lines
