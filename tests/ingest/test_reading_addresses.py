from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.addresses import ADDRESSES, mailboxes

BAIT = [
    "(" * 16000,
    "(" * 8000 + ")" * 8000,
    '"' * 16000,
    "<" * 16000,
    "<>" * 8000,
    ",a" * 8000,
    "a:" * 8000,
    '"a" ' * 4000,
    "\\" * 16000,
    "a@b," * 4000,
    "a@" * 8000,
    "(a)" * 5000 + "@",
    '"(<' * 5000,
    "=?a?q?,<" * 2000,
    "a, " * 5000 + "<a@b>",
    "[mailto:" * 5000,
    "<" + "a at " * 5000,
]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("Alice <a@b.example>", [("Alice", "a@b.example")]),
        ("a@b.example (Alice)", [("Alice", "a@b.example")]),
        ("Alice (a@b.example)", [("Alice", "a@b.example")]),
        ("Alice [mailto:a@b.example]", [("Alice", "a@b.example")]),
        ("Alice <a at b.example>", [("Alice", "a@b.example")]),
        ('"Smith, John" <j@b>', [("Smith, John", "j@b")]),
        ("Smith, John <j@b>, bob@x.example", [("Smith, John", "j@b"), ("", "bob@x.example")]),
        ("undisclosed-recipients:;", []),
        ("Friends: a@b, C <c@d>; e@f", [("", "a@b"), ("C", "c@d"), ("", "e@f")]),
        ("foo@bar.example <x@y>", [("foo@bar.example", "x@y")]),
        ("=?utf-8?Q?Foo_=3Cfoo@bar.example=3E?=", [("Foo", "foo@bar.example")]),
        ("=?utf-8?Q?Foo=2C_Bar?= <a@b>", [("Foo, Bar", "a@b")]),
        ("Alice <a@b", [("Alice", "a@b")]),
        ("a@b; c@d", [("", "a@b"), ("", "c@d")]),
        ("'Alice' <a@b>", [("Alice", "a@b")]),
        ("The Help Desk", [("The Help Desk", "")]),
        ("<@relay.example:a@b>", [("", "a@b")]),
        ("Alice <mailto:a@b>", [("Alice", "a@b")]),
        ("Alice <<a@b>>", [("Alice", "a@b")]),
        ("a b <a @ b . example>", [("a b", "a@b.example")]),
        ('"John \\"Q\\" Doe" <a@b>', [('John "Q" Doe', "a@b")]),
        ("John (Helper) Doe <a@b>", [("John (Helper) Doe", "a@b")]),
        ("MAILER-DAEMON (Mail System)", [("Mail System", "MAILER-DAEMON")]),
        ("<>", []),
        ("Alice [a@b]", [("Alice", "a@b")]),
        ("a@b c@d", [("", "a@b"), ("", "c@d")]),
        ('"unclosed <a@b>', [("unclosed", "a@b")]),
        ("caf\udce9 <a@b>", [("café", "a@b")]),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
         [("Pete (A nice ) chap)", "pete@silly.test")]),
        ('"a b"@c.example', [("", '"a b"@c.example')]),
        ("joe@[127.0.0.1]", [("", "joe@[127.0.0.1]")]),
        ("Ann <a@b>\r\n, ,\r\n Ben\r\n <c@d>", [("Ann", "a@b"), ("Ben", "c@d")]),
        ("alice at partner.example (Alice)", [("Alice", "alice@partner.example")]),
        ("root, a@b", [("", "root"), ("", "a@b")]),
        ("Bob <bob@council.example((((a>", [("Bob", "bob@council.example")]),
        ('Bob <"' + "b((" * 400 + '"@council.example>', [("Bob", "")]),
        ("b" * 400 + "@council.example", []),
    ],
)  # fmt: skip
def test_addresses_are_read_as_a_person_reads_them(raw: str, found: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in mailboxes(raw)] == found


@given(st.text(st.characters(codec="utf-8") | st.sampled_from('<>@,;:"()\\ =?'), max_size=200))
def test_no_header_breaks_the_reader(raw: str) -> None:
    for one in mailboxes(raw):
        assert not any(unicodedata.category(letter) == "Cc" for letter in one.name + one.address)


@pytest.mark.parametrize("bait", BAIT, ids=lambda bait: repr(bait[:8]))
def test_c1_bait_is_read_at_once(bait: str) -> None:
    start = time.process_time()
    assert len(mailboxes(bait)) <= ADDRESSES
    assert time.process_time() - start < 1
