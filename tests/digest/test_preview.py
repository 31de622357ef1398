"""What an edition would be, shown without a trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from delivery.letters import Desk
from delivery.marks import Marks
from digest.preview import NoReader, ShownAs, preview
from storage.records import Frequency
from storage.tables import edition, metadata, outgoing
from tests.digest.town import Town, local

DESK = Desk(Marks("s" * 32), "https://lists.example")
FRIDAY = local("fri", "18:00")


def show(
    town: Town,
    frequency: Frequency = "weekly",
    reader: str | None = None,
    shown: ShownAs = "text",
) -> str:
    found = preview(town.db, DESK, town.news, frequency, FRIDAY, None, reader, shown)
    assert found is None or isinstance(found, str)
    return found or ""


def counts(town: Town) -> dict[str, int]:
    with town.db.read() as tx:
        return {
            name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


@pytest.fixture
def week(town: Town) -> Town:
    town.days("2026-11-15", "2026-11-16")
    town.post("Room", local("thu", "12:00"), "housing")
    town.post("Driver", local("thu", "13:00"), "jobs")
    return town


def test_a_preview_shows_the_next_edition_with_every_post_and_leaves_no_trace(week: Town) -> None:
    before = counts(week)
    text = show(week)
    assert "23 November 2026" in text and "1. Room" in text and "2. Driver" in text
    assert counts(week) == before


def test_a_preview_for_a_reader_is_that_readers_mail(week: Town) -> None:
    week.reader("carol", "weekly", "jobs")
    text = show(week, reader="Carol@Example.org")
    assert "1. Driver" in text and "Room" not in text and "carol@example.org" in text


@pytest.mark.parametrize("shown", ["html", "text", "large", "print"])
def test_every_form_can_be_seen(week: Town, shown: ShownAs) -> None:
    assert "Driver" in show(week, shown=shown)
    assert ("<html" in show(week, shown=shown)) == (shown in ("html", "large"))


def test_the_whole_mail_can_be_seen(week: Town) -> None:
    mail = preview(week.db, DESK, week.news, "weekly", FRIDAY, shown="eml")
    assert isinstance(mail, bytes) and mail.startswith(b"To: ") and b"multipart/alternative" in mail


def test_a_preview_of_an_edition_that_was_made_shows_what_it_took(week: Town) -> None:
    monday = local("2026-11-23")
    week.tick(monday)
    week.post("Later", monday + timedelta(hours=1))
    at = monday.replace(tzinfo=None)
    text = preview(week.db, DESK, week.news, "weekly", monday, at, None, "text")
    assert isinstance(text, str) and "Driver" in text and "Later" not in text


def test_what_waits_to_go_straight_away_can_be_seen(week: Town) -> None:
    assert "Room" in show(week, "straight away")


def test_where_there_is_nothing_there_is_nothing(town: Town) -> None:
    assert show(town) == ""
    with town.db.read() as tx:
        assert tx.execute(select(edition.c.id)).first() is None
        assert tx.execute(select(outgoing.c.id)).first() is None


def test_who_is_not_on_the_list_is_named(week: Town) -> None:
    with pytest.raises(NoReader, match=r"mallory@example\.net does not get news@lists\.example"):
        show(week, reader="mallory@example.net")
