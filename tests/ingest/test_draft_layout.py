"""How the HTML of a mail is made to sit among others."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import clean_html, clean_tree
from ingest.layout import lay_out
from ingest.tree import text_of, write
from ingest.tree_lines import lines_of


def laid_out(html: str) -> str:
    tree = clean_tree(html, Counter())
    lay_out(tree)
    return write(tree)


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("<h1>A</h1><h2>B</h2><h3>C</h3>", "<h3>A</h3><h3>B</h3><h4>C</h4>"),
        (
            "<table><tr><td>one</td></tr><tr><td>two</td></tr></table>",
            "<p>one</p><p>two</p>",
        ),
        (
            "<table><tr><th>Day</th><th>Place</th></tr></table>",
            "<table><tbody><tr><th>Day</th><th>Place</th></tr></tbody></table>",
        ),
        (
            "<table border=1><tr><td>a</td></tr></table>",
            '<table border="1"><tbody><tr><td>a</td></tr></tbody></table>',
        ),
        ("<p>a</p><p>&nbsp;</p><p> </p><p>b</p>", "<p>a</p><p>b</p>"),
        ("<div>a</div><div><br></div><div>b</div>", "<p>a</p><p>b</p>"),
        ("<div>a</div><br><br><br><div>b</div>", "<p>a</p><p>b</p>"),
        ("a<br><br><br><br>b<br>", "<p>a</p><p>b</p>"),
        # Gmail: the first line stands loose, and an empty one is a box with a break.
        (
            "<div>Hello<div><br></div><div>the room</div><div>is free</div></div>",
            "<p>Hello</p><p>the room<br>is free</p>",
        ),
        ("<div>a<br></div><div>b</div><br><div>c</div>", "<p>a<br>b</p><p>c</p>"),
        (
            "a<br><div><br></div>b <b>c</b><ul><li>d</li></ul>e",
            "<p>a</p><p>b <b>c</b></p><ul><li>d</li></ul><p>e</p>",
        ),
        (
            "<div>Free for all</div><div>سلام لكم</div>",
            '<p>Free for all</p><p dir="rtl">سلام لكم</p>',
        ),
        (
            "<blockquote><div>a</div><div><br></div>b</blockquote>",
            "<blockquote><p>a</p><p>b</p></blockquote>",
        ),
        (
            "<ul><li><div>a</div><div>b</div></li></ul>",
            "<ul><li><div>a</div><div>b</div></li></ul>",
        ),
        ("<div><div><div><p>a</p></div></div></div>", "<p>a</p>"),
        ('<p align=center style="text-align:center">a</p>', "<p>a</p>"),
        (
            "<p>سلام لكم all</p><p>Hello سلام</p>",
            '<p dir="rtl">سلام لكم all</p><p>Hello سلام</p>',
        ),
        ("<div dir=ltr>مجموعة النساء</div>", '<p dir="rtl">مجموعة النساء</p>'),
        (
            "<p>·&nbsp;&nbsp; one</p>\n<p><span>§&nbsp; </span>two</p><p>three</p>",
            "<ul><li>one</li><li>two</li></ul><p>three</p>",
        ),
        ("<p>2.&nbsp;&nbsp; two</p>", "<p>2. two</p>"),
    ],
)
def test_layout(written: str, html: str) -> None:
    assert laid_out(written) == html


_PIECES = st.sampled_from(
    """
        <p> </p> <div> </div> <br> a &nbsp; ·&nbsp; <table><tr><td> </td> <td> </table> <ul><li>
        </ul> <h1> سلام <pre> </pre> <blockquote> </blockquote> <b> </b> <img/src=cid:a>
        <a/href=https://a.example> </a>
        <section> </section> <font> </font> <h2> </h1> <li> <dd> <marquee> <span> </span> <center>
        <p/style=display:none> <a> <u> </u> <tr> <th> <caption> <hr> <col> <menu> <details> {space}
    """.split()  # noqa: SIM905
).map(lambda piece: piece.replace("{space}", " \n"))


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_layout_keeps_all_letters_and_is_clean(written: str) -> None:
    html = laid_out(written)
    assert clean_html(html).html == html
    before = text_of(clean_tree(written, Counter()))
    assert sorted(c for c in text_of(clean_tree(html, Counter())) if c.isalpha()) == sorted(
        c for c in before if c.isalpha()
    )


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_lines_hold_all_words(written: str) -> None:
    tree = clean_tree(written, Counter())
    words = "".join(line.text for line in lines_of(tree))
    assert "".join(words.split()) == "".join(text_of(tree).split())
