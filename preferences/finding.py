"""Sends a reader a list of older posts: "search housing advice". Their numbers work with MORE."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from delivery.letters import Pen
from storage import found, outgoing
from storage.records import Subscriber

MOST = 10
MOST_WORDS = 8


def send_found(pen: Pen, reader: Subscriber, wanted: str, answers: str) -> str:
    """Writes what was found for the words in ``wanted``; the name of the letter."""
    words = wanted.split()[:MOST_WORDS]
    rows = found.approved_with(pen.tx, pen.sender.id, words, MOST)
    zone = ZoneInfo(pen.sender.timezone)
    number = pen.to_reader(
        "search_found",
        reader,
        answers=answers,
        said=" ".join(words),
        found=[
            {"number": place, "title": title, "day": approved_at.astimezone(zone).date()}
            for place, (_, title, approved_at) in enumerate(rows, 1)
        ],
    )
    if rows:
        outgoing.set_items(pen.tx, number, [post_id for post_id, _, _ in rows])
    return "search_found"
