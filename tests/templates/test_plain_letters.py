"""Letters with a text only come as HTML too, for telephones: the same words, links that answer."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from templates import letter
from tests.templates.test_letters_in_words import HOSTILE, LETTERS
from tests.templates.test_looks_in_chromium import _widths
from tests.templates.values import values_of

MARKED = "news-verdict+08x111112spfrnakqfndmgaawsmyl@lists.example.org"
AT_WORK = [name for name in LETTERS if name.startswith(("post_", "verdict_", "author_"))]


def _page(name: str, **more: object) -> str:
    html = letter(name, **values_of(name) | {"reply_address": MARKED} | more).html
    assert html is not None
    return html


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


@pytest.mark.parametrize("name", AT_WORK)
def test_it_says_what_the_text_says(name: str) -> None:
    if name in ("post_held", "post_let_in"):
        return  # these have a page of their own
    text = letter(name, **values_of(name)).text
    body = _page(name).partition("<body")[2]
    shown = unescape(re.sub(r"<[^>]*>|<!--.*?-->", " ", body))
    assert _words(text) in _words(shown)


@pytest.mark.parametrize("name", AT_WORK)
def test_every_link_that_answers_is_short_and_goes_to_the_mark(name: str) -> None:
    for link in re.findall(r'href="(mailto:[^"]+)"', _page(name)):
        if "?" in link:
            assert len(unescape(link)) < 250
            assert unescape(link).startswith(f"mailto:{MARKED}?subject=")


def test_the_words_are_links() -> None:
    html = unescape(_page("verdict_help"))
    for body in ("YES", "NO%3A%20", "ASK%3A%20", "WAIT%202%20DAYS", "YES%20ALWAYS", "PASS"):
        assert f'&body={body}"' in html, body
    assert 'AUGUST"' not in html, "no link writes somebody else's dates"
    assert 'body=UNDO"' in unescape(_page("post_decided"))
    assert 'body=CANCEL"' in unescape(_page("post_received"))


def test_without_a_mark_there_are_no_links() -> None:
    html = _page("post_rejected", reply_address="news-owner@lists.example.org")
    assert "?subject=" not in html


@pytest.mark.parametrize("name", AT_WORK)
def test_what_people_wrote_stays_text(name: str) -> None:
    more = dict.fromkeys(("post_title", "said", "reason", "question", "new_text"), HOSTILE)
    html = _page(name, **more, post_html="").partition("<body")[2]
    assert "<script" not in html
    assert "\x00" not in html
    assert "\x02" not in html
    assert "\x03" not in html


def test_long_lines_of_a_person_are_one_line_again() -> None:
    said = "word " * 40 + "end.\n\nSecond paragraph."
    html = _page("post_answered", said=said, sender="")
    assert ("word " * 40 + "end.<br>") in html


@pytest.mark.chromium
def test_none_is_wider_than_a_small_phone(tmp_path: Path) -> None:
    long = {"post_title": "https://housing.example/" + "a" * 150, "said": "b" * 300}
    shown = {name: _page(name, **long) for name in AT_WORK}
    assert {name: width for name, width in _widths(tmp_path, shown).items() if width > 320} == {}
