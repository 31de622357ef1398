from __future__ import annotations

import email
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import headers

BAIT = [
    "=?" * 8000,
    "=?utf-8?q?" * 1600,
    "=?u?b?A" * 2300,
    ';"' * 8000,
    'a="\\' * 4000,
    "a ;" * 5000,
    " " * 16000 + "x",
    "<" * 16000,
    "\udcff" * 16000,
    "a*0*=%41;" * 2000,
    "\r\n " * 5000,
]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?Q?hello world?=", "hello world"),
        ("=?utf-8?Q?What??= is", "What? is"),
        ("=?utf-8?q?a=C3?=\r\n =?utf-8?q?=A9b?=", "aéb"),
        ("=?utf-8?B?SGVsbG8 =?utf-8?B?IFdvcmxk?=", "Hello World"),
        ("pre=?utf-8?q?x?=post", "prexpost"),
        ("Re: =?utf-8?q?x=0D=0ABcc:=00_y?=", "Re: x  Bcc:  y"),
        ("=?utf-8*en?q?abc?= def", "abc def"),
        ("caf\udce9", "café"),
        ("\x1b$B%F%9%H\x1b(B", "テスト"),
        ("a\r\n\tb\n  c", "a b c"),
        ("=?x?", "=?x?"),
        ("=?iso-8859-1?Q?=E9?=x", "éx"),
    ],
)
def test_a_header_is_read_as_its_sender_meant_it(raw: str, text: str) -> None:
    assert headers.decoded(raw) == text


@given(st.text(max_size=400))
def test_c11_a_decoded_header_is_one_printable_line(raw: str) -> None:
    text = headers.decoded(raw)
    text.encode("utf-8")
    assert "\n" not in text and "\r" not in text and "\0" not in text
    assert not {"\u202e", "\u200b", "\u2066"} & set(text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_what_the_standard_library_encodes_is_decoded_again(text: str) -> None:
    from email.header import Header

    assert headers.decoded(Header(text, "utf-8").encode()) == headers.printable(text)


@pytest.mark.parametrize(
    ("raw", "main", "found"),
    [
        ('text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        ("Text/HTML charset=utf-8", "text/html", {"charset": "utf-8"}),
        ("a/b; name=foo bar.txt; x=y", "a/b", {"name": "foo bar.txt", "x": "y"}),
        ("a/b; filename*=utf-8''na%C3%AFve%20x.txt", "a/b", {"filename": "naïve x.txt"}),
        (
            "a/b; filename*1=\"b c\"; filename*0*=iso-8859-1''a%E9; filename*2=.txt",
            "a/b",
            {"filename": "aéb c.txt"},
        ),
        ('attachment; filename="foo', "attachment", {"filename": "foo"}),
        ("text/plain (comment); charset=x", "text/plain", {"charset": "x"}),
        ("text/plain; charset; name=x", "text/plain", {"name": "x"}),
        ("a/b; x=1; x=2", "a/b", {"x": "1"}),
        ("", "", {}),
    ],
)
def test_parameters_are_read_in_their_broken_forms(
    raw: str, main: str, found: dict[str, str]
) -> None:
    assert headers.parameters(raw) == (main, found)


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ("<a@b>", ("a@b",)),
        ("a@b", ("a@b",)),
        ("<[", ("[",)),
        ("< a@b\r\n c>", ("a@bc",)),
        ("<a@b>\n <c@d>", ("a@b", "c@d")),
        ("<1234 @ local(blah) .machine .example>", ("1234@local.machine.example",)),
        ("<>", ()),
    ],
)
def test_message_ids_come_without_brackets(raw: str, ids: tuple[str, ...]) -> None:
    assert headers.message_ids(raw) == ids


@given(st.text(max_size=300))
def test_no_header_breaks_the_readers(raw: str) -> None:
    headers.parameters(raw)
    headers.message_ids(raw)


@pytest.mark.parametrize("bait", BAIT, ids=lambda bait: repr(bait[:8]))
def test_c17_bait_is_read_at_once(bait: str) -> None:
    start = time.process_time()
    headers.decoded(bait)
    headers.parameters(bait)
    headers.message_ids(bait)
    assert time.process_time() - start < 1


def test_the_first_header_that_says_something_counts() -> None:
    message = email.message_from_bytes(b"Subject:\nSubject: =?utf-8?q?caf=C3=A9?=\n\n")
    assert headers.first(message, "subject") == "café"
    assert headers.first(message, "x-none") == ""
