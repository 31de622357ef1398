"""Readers who asked for attachments get them with the round-up, as far as a mail can carry them."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest

import delivery.files
from storage import posts
from storage.database import Database
from storage.records import Attachment, Post
from tests.delivery.test_edition_mail import MONDAY, built, rows, words
from tests.digest.town import Town, local, settle


@pytest.fixture
def town(database: Database) -> Town:
    return settle(database)


def with_files(town: Town, title: str, *files: tuple[str, str, bytes], **more: Any) -> int:
    at = local("fri", "12:00")
    new = Post(
        0,
        town.news.id,
        None,
        "alice@charity.example",
        "Alice",
        title,
        "",
        title,
        "held",
        at,
        **more,
    )
    with town.db.write() as tx:
        number = posts.hold(tx, new, [Attachment(*one) for one in files])
        posts.change_state(tx, number, ["held"], "approved", {"approved_at": at, "decided_at": at})
    town.titles[number] = title
    return number


def files_of(message: EmailMessage) -> dict[str, object]:
    return {one.get_filename() or "": one.get_content() for one in message.iter_attachments()}


@pytest.mark.parametrize("format_", ["html", "plain", "large"])
def test_files_come_along_beside_both_parts(town: Town, format_: str) -> None:
    carol = town.reader("carol", format=format_, attachments="included")
    with_files(town, "Law", ("Führer zu Rechten.pdf", "application/pdf", b"%PDF-1.7 x" * 900))
    with_files(town, "Jobs", ("jobs.csv", "text/csv", b"a,b\r\n"), event_date=date(2026, 12, 8))
    town.tick(MONDAY)
    message = built(town, carol)
    files = files_of(message)
    assert files["Führer zu Rechten.pdf"] == b"%PDF-1.7 x" * 900
    assert str(files["jobs.csv"]).startswith("a,b")
    assert ("dates.ics" in files) == (format_ != "plain")
    assert "Law" in words(message, "plain")


def test_others_only_read_of_them(town: Town) -> None:
    carol = town.reader("carol")
    with_files(town, "Law", ("a.pdf", "application/pdf", b"%PDF"))
    town.tick(MONDAY)
    assert files_of(built(town, carol)) == {}


def test_what_is_too_much_for_a_mail_stays_behind(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery.files, "MOST_BYTES", 1000)
    carol = town.reader("carol", attachments="included")
    with_files(town, "Law", ("a.pdf", "application/pdf", b"x" * 900))
    with_files(town, "Jobs", ("b.pdf", "application/pdf", b"x" * 900))
    with_files(town, "News", ("c.pdf", "application/pdf", b"x" * 90))
    town.tick(MONDAY)
    assert sorted(files_of(built(town, carol))) == ["a.pdf", "c.pdf"]
    assert "b.pdf" in words(built(town, carol), "plain")
    assert len(rows(town, carol)) == 1


def test_f11_files_take_no_room_from_the_words(town: Town) -> None:
    carol = town.reader("carol", attachments="included")
    with_files(town, "Law", ("a.pdf", "application/pdf", b"x" * 300_000))
    town.tick(MONDAY)
    html = words(built(town, carol), "html")
    assert "To get it, reply" in html and "Whole item" not in html and "no room" not in html
