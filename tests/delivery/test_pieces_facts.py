"""What the card above an item says is not said again below it, unless it says something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from delivery.pieces import item_view
from storage.records import Post

TEXT = "Help with benefits.\nWhen: Thursday 3 December, 2pm to 4pm\nClosing date: 30 November"
HTML = "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))
POST = Post(
    1,
    1,
    None,
    "a@b.example",
    "A",
    "Workshop",
    HTML,
    TEXT,
    "approved",
    datetime(2026, 11, 23, tzinfo=UTC),
    event_date=date(2026, 12, 3),
    closing_date=date(2026, 11, 30),
)


def test_a_day_that_the_card_says_is_not_said_twice() -> None:
    item = item_view(POST, ())
    assert item.time == "2pm to 4pm"
    assert item.text.split("\n") == ["Help with benefits."]
    assert "December" not in item.html and "November" not in item.html


def test_the_authors_line_stays_where_a_moderator_set_another_day() -> None:
    item = item_view(replace(POST, event_date=date(2026, 12, 4), closing_date=None), ())
    assert item.text == TEXT
    assert "3 December" in item.html and "30 November" in item.html
