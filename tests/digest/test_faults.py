"""One bad post, reader or list never stops the others."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import update

import delivery.pieces
import digest.make
from digest.make import make
from digest.run import tick
from storage import editions, lists
from storage.database import Database
from storage.records import Edition, MailingList, Post
from storage.tables import subscriber
from tests.digest.town import LONG_AGO, Town, local

MONDAY = local("2026-11-23")


def test_f9_a_post_that_cannot_be_written_stays_out_alone(
    week: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = delivery.pieces.write_pieces

    def breaks(post: Post, *rest: Any, **more: Any) -> dict[str, bytes]:
        if post.title == "Bad":
            raise RuntimeError("broken")
        return write(post, *rest, **more)

    monkeypatch.setattr(delivery.pieces, "write_pieces", breaks)
    carol = week.reader("carol")
    week.post("Bad", local("tue", "12:00"))
    week.post("Good", local("tue", "13:00"))
    week.tick(MONDAY)
    assert week.mails(carol) == [["Good"]]
    assert week.noted("post_unwritable") == ["RuntimeError: broken"]


def test_f10_a_broken_reader_stays_out_alone(week: Town) -> None:
    carol = week.reader("carol")
    broken = {
        week.reader("dora"): {"topics": "x"},
        week.reader("erin"): {"format": "papyrus"},
        week.reader("gus"): {"topic_frequencies": "1:hourly"},
    }
    with week.db.write() as tx:
        for reader, values in broken.items():
            tx.execute(update(subscriber).where(subscriber.c.id == reader).values(values))
    hana = week.reader("hana")
    week.post("Room", local("tue", "12:00"), "housing")
    week.tick(MONDAY)
    assert week.mails(carol) == week.mails(hana) == [["Room"]]
    assert [week.mails(reader) for reader in broken] == [[], [], []]
    assert len(week.noted("reader_left_out")) == 3


def test_e12_an_address_of_any_letters_gets_its_round_up(week: Town) -> None:
    carol, fay = week.reader("carol"), week.reader("fay")
    with week.db.write() as tx:
        odd = {"address": "fäy@reader.example", "address_key": "fäy@reader.example"}
        tx.execute(update(subscriber).where(subscriber.c.id == fay).values(odd))
    week.post("Room", local("tue", "12:00"), "housing")
    week.tick(MONDAY)
    assert week.mails(carol) == week.mails(fay) == [["Room"]]
    assert week.noted("reader_left_out") == []


def test_a_wrong_timetable_stops_only_its_own_frequency(week: Town) -> None:
    carol = week.reader("carol")
    with week.db.write() as tx:
        lists.edit(tx, week.news.id, {"daily": "whenever"})
    week.post("Room", local("tue", "12:00"))
    assert [edition.frequency for edition in week.tick(MONDAY)] == ["weekly"]
    assert week.mails(carol) == [["Room"]]


def test_a_list_that_breaks_does_not_keep_another_waiting(
    week: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    import digest.run

    with week.db.write() as tx:
        other = lists.add(tx, MailingList(0, "ops", "lists.example", "Operations"), LONG_AGO)
    assert other is not None

    def breaks(run: Any, stop: Any) -> Edition | None:
        if run.mailing_list.name == "news":
            raise RuntimeError("broken")
        return make(run, stop)

    monkeypatch.setattr(digest.run, "make", breaks)
    assert [edition.list_id for edition in tick(week.db, MONDAY)] == [other.id]
    with week.db.read() as tx:
        edition = editions.by_period(tx, week.news.id, "weekly", "2026-11-23")
    assert edition is not None and edition.state == "making"


def test_a_list_that_begins_in_mid_week_is_not_told_of_a_monday_it_never_promised(
    town: Town,
) -> None:
    town.tick(local("fri", "12:00"))
    assert town.noted("edition_skipped") == []


def test_another_process_gets_its_turn_between_long_batches(
    week: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite it sleeps, and looks now and then whether the file is free."""
    batches = iter(range(25))
    held: list[bool] = []

    def long_batch(run: Any, *_others: Any) -> bool:
        with run.db.write():
            time.sleep(0.1)
        held.append(True)
        return next(batches, None) is None

    monkeypatch.setattr(digest.make, "_batch", long_batch)
    monkeypatch.setattr(digest.make, "_finished", lambda run: run.lead)
    week.post("Room", local("tue", "12:00"))
    clock = Thread(target=week.tick, args=(MONDAY,))
    clock.start()
    while len(held) < 2:
        time.sleep(0.01)
    door = Database(week.db.url)
    with door.write():
        after = len(held)
    clock.join()
    door.close()
    assert after <= 12
