"""What was typed in replies that are HTML only, as some fifty programs write them.

The samples lie in tests/mails/replies_html: the page, and beside it what its author typed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.read import read

SAMPLES = sorted((Path(__file__).parents[1] / "mails" / "replies_html").glob("*.html"))
HEAD = b"From: bob@council.example\nSubject: Re: Rooms\nContent-Type: text/html; charset=utf-8\n\n"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_typed_words_of_a_page(path: Path) -> None:
    expected = path.with_suffix(".typed.txt").read_text("utf-8").strip("\n")
    assert read(HEAD + path.read_bytes()).reply_text == expected
