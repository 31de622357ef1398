"""Pictures stay out of round-ups: nothing has to be fetched, and none is shown as broken."""

from __future__ import annotations

from datetime import UTC, datetime

from delivery.pieces import write_pieces
from storage.records import Post

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_picture_in_the_html_leaves_the_words_around_it() -> None:
    html = '<p>Come <img src="cid:picture-1" alt="a > b"> to the open day.</p>'
    post = Post(1, 1, None, "a@b.example", "A", "T", html, "Come", "approved", NOW)
    item = write_pieces(post, (), {}, "html-en")["item"]
    assert b"<img" not in item and b"cid:" not in item
    assert b"to the open day" in item and b"a > b" not in item
