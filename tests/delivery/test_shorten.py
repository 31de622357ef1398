"""Long posts are shortened where a line ends, and their HTML stays whole."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.shorten import (
    LINE_LIMIT,
    TEXT_LIMIT,
    TOLERANCE,
    has_words,
    one_line_of,
    shorten_html,
    shorten_text,
    without_lines,
    without_logos,
)

SENTENCE = "People who rent a home can come and ask. "


def test_a_post_of_usual_length_stays_as_it_is() -> None:
    text = SENTENCE * 20
    assert shorten_text(text) == (text, False)
    assert shorten_html(f"<p>{text}</p>") == (f"<p>{text}</p>", False)


def test_a_long_text_ends_with_a_line() -> None:
    text, cut = shorten_text("\n\n".join([SENTENCE * 8] * 10))
    assert cut and TEXT_LIMIT / 2 < len(text) <= TEXT_LIMIT
    assert text.endswith((SENTENCE, SENTENCE.rstrip()))


def test_one_endless_line_ends_with_a_sentence() -> None:
    text, cut = shorten_text(SENTENCE * 100)
    assert cut and text.endswith("ask. …") and len(text) < TEXT_LIMIT * TOLERANCE


def test_html_is_cut_at_a_line_and_closed() -> None:
    html = "".join(f"<p>{SENTENCE * 8}</p><ul><li><b>One</b> of {SENTENCE}</li></ul>" * 10)
    short, cut = shorten_html(html)
    assert cut and len(re.sub("<.*?>", "", short)) < TEXT_LIMIT * TOLERANCE
    for tag in ("p", "ul", "li", "b"):
        assert short.count(f"<{tag}>") == short.count(f"</{tag}>")


def test_an_entity_is_never_cut_through() -> None:
    for length in range(20):
        short, _ = shorten_html(f"<p>{'x' * length}{'&amp; ' * 2000}</p>")
        assert re.search(r"&(?!amp; )", short.replace(" …", " ").replace("</p>", " ")) is None


def test_lines_that_a_card_says_already_go() -> None:
    html = "<p>Come.</p><p><b>Where:</b> Town Hall</p><ul><li>Cost: Free</li></ul><div>a<br>b</div>"
    left = without_lines(html, {"where: town hall", "cost: free"})
    assert left == "<p>Come.</p><div>a<br>b</div>"
    assert without_lines(html, ()) == html


def test_no_gap_is_left_where_lines_were() -> None:
    html = "<p>Where: Hall<br>Come.<br>Cost: Free<br>Who: all</p><p>Bye</p>"
    left = without_lines(html, {"where: hall", "cost: free", "who: all"})
    assert left == "<p>Come.</p><p>Bye</p>"


def test_a_line_that_opens_what_another_closes_stays() -> None:
    html = "<p><b>Where: Hall<br>Cost: Free</b></p>"
    assert without_lines(html, {"where: hall", "cost: free"}) == html


def test_a_post_in_one_line() -> None:
    assert one_line_of("Dear all,\n\n- We give free advice about your home.") == (
        "We give free advice about your home."
    )
    assert len(one_line_of(SENTENCE * 9)) <= LINE_LIMIT + 2
    assert one_line_of("***\n\n") == ""


def test_markup_alone_has_no_words() -> None:
    assert has_words("<p>&eacute;</p>") and not has_words("<p><br>&nbsp;<b>—</b></p>")


@pytest.mark.parametrize(
    "line",
    ["[Charity logo]", "[cid:image001.png@01D9]", "[image001.png]", "  [Logo]",
     "[A picture containing text, description automatically generated]"],
)  # fmt: skip
def test_a_line_that_stands_for_a_logo_goes(line: str) -> None:
    assert without_logos(f"Come.\n{line}\nAlice") == "Come.\nAlice"


@pytest.mark.parametrize("line", ["[Come to our party on 8 December]", "See [logo] here", "[x]"])
def test_what_a_poster_says_stays(line: str) -> None:
    assert without_logos(f"Come.\n{line}") == f"Come.\n{line}"


def test_the_name_of_the_author_is_a_logo() -> None:
    assert without_logos("Come.\n[Wellbeing Charity]", "Wellbeing Charity") == "Come."


def test_a_post_that_is_only_a_logo_keeps_it() -> None:
    assert without_logos("[Charity logo]") == "[Charity logo]"


@given(st.text(max_size=400), st.integers(5, 100))
def test_no_text_grows(text: str, limit: int) -> None:
    short, cut = shorten_text(text, limit)
    assert len(short) <= max(len(text), limit + 2)
    assert cut or short == text


BAITS = ["<p>", "<b>", "<p></p>", "<p>a</p>", '<a href="', "&", "<br>", "a\n"]


@pytest.mark.parametrize("bait", BAITS)
def test_long_bait_is_cut_at_once(bait: str) -> None:
    text = bait * (100_000 // len(bait))
    began = time.process_time()
    shorten_html(text)
    without_lines(text, {"a"})
    shorten_text(text)
    one_line_of(text)
    without_logos(text)
    assert time.process_time() - began < 2
