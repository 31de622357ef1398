"""A post that came as plain text gets paragraphs, lists and links, and nothing that it wrote."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.prose import prose


def test_blank_lines_part_paragraphs_and_dashes_make_a_list() -> None:
    assert prose("One\ntwo\n\n- a\n- b\nend") == (
        '<p dir="auto">One<br>two</p><ul dir="auto"><li>a</li><li>b</li></ul><p dir="auto">end</p>'
    )


def test_links_and_addresses_can_be_pressed_and_the_full_stop_stays_outside() -> None:
    html = prose("See https://housing.example/a?b=1&c=2. Write to alice@housing.example.")
    assert '<a href="https://housing.example/a?b=1&amp;c=2">' in html
    assert '<a href="mailto:alice@housing.example">alice@housing.example</a>.' in html


@pytest.mark.parametrize("bad", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_c6_nothing_but_web_and_mail_becomes_a_link(bad: str) -> None:
    assert "<a" not in prose(bad)


def test_markup_around_a_link_stays_text() -> None:
    html = prose("<b>one</b> https://housing.example <i>two")
    assert html == (
        '<p dir="auto">&lt;b&gt;one&lt;/b&gt; <a href="https://housing.example">'
        "https://housing.example</a> &lt;i&gt;two</p>"
    )


@given(st.text())
def test_nothing_that_was_written_becomes_markup(text: str) -> None:
    tags = set(re.findall("<[^>]*>", prose(text)))
    allowed = re.compile(r'</?(p|ul|li|br|a)( dir="auto"| href="(https?://|mailto:)[^"<>]*")?>')
    assert all(allowed.fullmatch(tag) for tag in tags)


@pytest.mark.parametrize(
    "bait",
    [
        "a" * 100_000,
        "a@" * 50_000,
        "a.a" * 33_000,
        "https://" * 12_500,
        "\n " * 50_000,
        "@a." * 33_000,
    ],
)
def test_c17_long_bait_is_read_at_once(bait: str) -> None:
    started = time.perf_counter()
    prose(bait)
    assert time.perf_counter() - started < 2
