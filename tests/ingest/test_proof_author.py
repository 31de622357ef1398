"""Whose letter it is: one From, one address, read by everybody in the same way; else nobody's."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.author import author_of, folded_domain, one_address
from ingest.fields import Ambiguous, split
from ingest.read import read
from storage.addresses import fold


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("bob@council.example", "bob@council.example"),
        ("Bob <bob@council.example>", "bob@council.example"),
        ("<bob@council.example>", "bob@council.example"),
        ('"Bob, of the council" <Bob@Council.Example>', "bob@council.example"),
        ("Mr. B. O'Brien <b.o'brien+x@council.example>", "b.o'brien+x@council.example"),
        ("Bob (Council) <bob@council.example> (on Mondays)", "bob@council.example"),
        ("(Bob) bob@council.example", "bob@council.example"),
        ("Bob\r\n <bob@council.example>", "bob@council.example"),
        ("=?utf-8?q?B=C3=B6b?= <bob@council.example>", "bob@council.example"),
        ("Bøb <bob@council.example>", "bob@council.example"),
        ("Bob <bob@münchen.example>", "bob@xn--mnchen-3ya.example"),
        ("Bob <bob@XN--MNCHEN-3YA.example>", "bob@xn--mnchen-3ya.example"),
        ('"bob"@council.example', "bob@council.example"),
        ("AC/DC = rock <bob@council.example>", "bob@council.example"),
    ],
)
def test_plain_senders(value: str, address: str) -> None:
    assert one_address(value) == address


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bob",
        "<>",
        "bob@localhost",
        "bob@council.example, amina@charity.example",
        "bob@council.example,",
        "Bob <bob@council.example>, Mallory <m@mallory.example>",
        "Bob <bob@council.example> <m@mallory.example>",
        "Bob <bob@council.example",
        "bob@council.example>",
        "Friends: bob@council.example;",
        "Friends:;",
        "Friends: bob@council.example, m@mallory.example;",
        "<@mallory.example:bob@council.example>",
        "<@mallory.example,@x.example:bob@council.example>",
        "bob(comment)@council.example",
        "bob@council(comment).example",
        "bob@(comment)council.example",
        "bob @ council.example",
        "bob@council.example mallory@mallory.example",
        "bob@council.example <m@mallory.example>",
        '"bob@council.example"@mallory.example',
        '"bob smith"@council.example',
        "bob@council.example@mallory.example",
        "bob@[192.0.2.1]",
        "bob@council..example",
        ".bob@council.example",
        "bob.@council.example",
        "=?utf-8?q?bob=40council.example?=",
        "=?utf-8?q?bob?=@council.example",
        "bob@=?utf-8?q?council?=.example",
        "Bob <bob@council.example>\r\nX: y",
        "Bob <bob@coun\x00cil.example>",
        "Bob <bob@council.example\x0b>",
        "Bob\x00 <bob@council.example>",
        '"Bob <bob@council.example>',
        "(Bob <bob@council.example>",
        "Bob <bob@faß.example>",
        "x" * 990 + " <bob@council.example>",
        "b" * 65 + "@council.example",
    ],
)
def test_d12_tricks_name_nobody(value: str) -> None:
    assert one_address(value) == ""


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ('"bob@council.example" <m@mallory.example>', "m@mallory.example"),
        ('"Bob <bob@council.example>" <m@mallory.example>', "m@mallory.example"),
        ("=?utf-8?q?bob=40council=2Eexample?= <m@mallory.example>", "m@mallory.example"),
        ("(bob@council.example) m@mallory.example", "m@mallory.example"),
        ("Bob <bob@cоuncil.example>", "bob@xn--cuncil-wqf.example"),
    ],
)
def test_d12_what_is_shown_is_not_who_it_is(value: str, address: str) -> None:
    assert one_address(value) == address


def test_d12_two_from_fields_are_nobodys() -> None:
    twice = b"From: bob@council.example\r\nfrom: bob@council.example\r\n\r\nyes"
    assert author_of(split(twice)) == ""
    assert author_of(split(b"Subject: x\r\n\r\nyes")) == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"X: a\rFrom: bob@council.example\r\n\r\nyes",
        b"X: a\r\r\nFrom: bob@council.example\r\n\r\nyes",
        b" From: bob@council.example\r\n\r\nyes",
        b"From : bob@council.example\r\n\r\nyes",
        b"From: bob@council.example\r\nno colon\r\n\r\nyes",
        b"From bob Mon\r\nFrom: bob@council.example\r\n\r\nyes",
        b": x\r\nFrom: bob@council.example\r\n\r\nyes",
    ],
)
def test_d12_headers_that_programs_read_differently_have_no_answer(raw: bytes) -> None:
    with pytest.raises(Ambiguous):
        split(raw)


def test_the_sharp_s_has_no_single_answer() -> None:
    assert folded_domain("faß.example") == ""
    assert folded_domain("fass.example") == "fass.example"


PARTS = st.one_of(
    st.sampled_from('<>"(),:; \\@.\tö[]\x00'),
    st.sampled_from(["bob", "Bob", "council.example", "bob@council.example", "\r\n "]),
    st.sampled_from(["m@mallory.example", "<m@mallory.example>", '"bob@council.example"']),
    st.sampled_from(["=?utf-8?q?bob=40council.example?=", "=?utf-8?q?Bob=2C?=", "(Bob)"]),
)


@given(st.lists(PARTS, max_size=9).map("".join))
def test_d12_where_it_names_somebody_the_reader_sees_the_same(value: str) -> None:
    raw = b"From: " + value.encode() + b"\r\nTo: news@lists.example.org\r\n\r\nyes\r\n"
    author = one_address(value)
    if author:
        reading = read(raw)
        assert reading.sender is not None
        assert (fold(reading.sender.address), reading.senders) == (author, 1)


@given(st.text(max_size=100))
def test_no_text_breaks_it(value: str) -> None:
    assert one_address(value) == "" or "@" in one_address(value)


@pytest.mark.parametrize("bait", ["(", "\\", '"', "<", "a.", "a@", "=?", " ", "()", '""', "ö", "-"])
def test_c1_endless_senders_cost_nothing(bait: str) -> None:
    started = time.process_time()
    for value in (bait * 100_000, "a@" + bait * 400, bait * 400 + "@council.example"):
        one_address(value)
    assert time.process_time() - started < 0.7
