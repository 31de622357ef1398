from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.plain import rendered
from ingest.readable import readable

BAIT = [
    "<div>", "<b>", "<p><b>", "<table><tr><td>", "<a href=x>x", "<font><p>", "<", "<x ", "<!--",
    "<b><div>", "</p>", "<blockquote>", "<a><table>", "<i><b><u><p>", "<ul><li>x", "<pre>\n",
    "<br>", "&nbsp;", "&", "&lt;", "&#160;", "a ", "<svg><style><a title='</style>", "\xa0",
]  # fmt: skip


def text(html: str) -> str:
    return rendered(readable(html))


def reply(html: str) -> str:
    return rendered(readable(html), for_reply=True)


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>Hello<br>World</p><p>Bye</p>", "Hello\nWorld\n\nBye"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<ul><li>one<li>two<ol><li>x<li>y</ol></ul>end", "- one\n- two\n  1. x\n  2. y\n\nend"),
        ("<ol start=3><li>c<li><p>d</p></ol>", "3. c\n4. d"),
        ("<table><tr><th>Name<th>Role<tr><td>A<td>B</table>", "Name | Role\nA | B"),
        ("<table><tr><td><p>Name</p><td><p>Role</p></table>", "Name | Role"),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        ("<a href='https://x.example/a'>here</a>", "here (https://x.example/a)"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='mailto:a@b.example?subject=x'>Alice</a>", "Alice (a@b.example)"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("<p class=MsoNormal>1</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>2</p>", "1\n\n2"),
        ("<p class=MsoNormal>1</p><p class=MsoNormal>2</p>", "1\n\n2"),
        ("<h1>Head</h1>text", "Head\n\ntext"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("a<b>b</b> c&nbsp;&nbsp;d <i> e</i>\n f", "ab c  d e f"),
        ("x<blockquote>q<blockquote>r</blockquote></blockquote>y", "x\n\n> q\n>\n> > r\n\ny"),
        ("<style>p{}</style><title>t</title><script>s</script><!-- c -->shown", "shown"),
        ("<div style='display:none'>no<div>no</div></div>yes", "yes"),
        ("<img alt='Logo' src=x><img alt='' src=y>", "[Logo]"),
        ("&lt;b&gt; &amp;amp; &quot;", '<b> &amp; "'),
        ("", ""),
    ],
)
def test_html_is_rendered_as_a_person_would_type_it(html: str, plain: str) -> None:
    assert text(html) == plain


@pytest.mark.parametrize(
    "html",
    [
        "yes<div class=gmail_quote><div class=gmail_attr>On Monday B wrote:</div>"
        "<blockquote>old</blockquote></div>",
        "yes<blockquote type=cite>old</blockquote>",
        "yes<div class=moz-cite-prefix>Am Montag schrieb B:</div><blockquote>old</blockquote>",
    ],
)
def test_quoted_history_comes_out_as_quoted_lines(html: str) -> None:
    lines = reply(html).split("\n")
    assert lines[0] == "yes"
    assert all(line.startswith(">") or not line for line in lines[1:])


@pytest.mark.parametrize(
    "html",
    [
        "<p>yes</p><div id=divRplyFwdMsg>From: B<br>Sent: Monday</div>old",
        "<p>yes</p><div id=appendonsend></div><hr><div>From: B</div>old",
        "<p>yes</p><div class=yahoo_quoted>old</div>",
        "<p>yes</p><hr id=zwchr>old",
        "<p>yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>From: B</div>old",
    ],
)
def test_dividers_of_mail_programs_are_marked_for_the_reply(html: str) -> None:
    assert reply(html).startswith("yes\n\n-----Original Message-----")
    assert "-----" not in text(html)


def test_signatures_that_the_program_marked_are_left_out_of_the_reply() -> None:
    html = "yes<div class=gmail_signature>-- <br>Alice</div>"
    assert reply(html) == "yes"
    assert text(html) == "yes\n--\nAlice"


@given(st.text(max_size=300) | st.lists(st.sampled_from(BAIT), max_size=40).map("".join))
def test_no_html_breaks_the_rendering(html: str) -> None:
    for plain in (text(html), reply(html)):
        plain.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("bait", BAIT, ids=repr)
def test_c2_a_megabyte_of_bait_is_rendered_in_seconds(bait: str) -> None:
    html = bait * (1024 * 1024 // len(bait))
    start = time.process_time()
    text(html)
    assert time.process_time() - start < 4
