from __future__ import annotations

import base64
import binascii
import quopri
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.flowed import unwrapped
from ingest.transfer import inner_files, undone

BAIT = [
    b"begin 644 a\n" * 100_000,
    b"begin 644 a\n" + b"M\n" * 500_000,
    b"begin 644 a\nend\n" * 50_000,
    b"=ybegin name=x\n" * 70_000,
    b"=ybegin " * 130_000,
    b"= " * 500_000,
    b"A=\n" * 300_000,
    b" " * 1_000_000,
]


def uuencoded(data: bytes, name: str) -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 " + name.encode() + b"\n" + b"".join(lines) + b"`\nend\n"


@given(st.binary(max_size=500))
def test_what_was_encoded_comes_back(data: bytes) -> None:
    assert undone(base64.encodebytes(data), "base64") == (data, None)
    assert undone(quopri.encodestring(data), "Quoted-Printable ") == (data, None)
    assert undone(data, "8bit") == (data, None)
    assert undone(uuencoded(data, "x"), "x-uuencode") == (data, None)


@given(st.binary(max_size=300), st.sampled_from(["base64", "qp", "uuencode", "x", ""]))
def test_no_bytes_break_the_decoders(data: bytes, encoding: str) -> None:
    undone(data, encoding)
    inner_files(data)


@pytest.mark.parametrize("bait", BAIT, ids=lambda bait: repr(bait[:9]))
def test_c17_bait_is_decoded_at_once(bait: bytes) -> None:
    start = time.process_time()
    inner_files(bait)
    for encoding in ("base64", "quoted-printable", "uuencode"):
        undone(bait, encoding)
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"SGVsbG8=", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVs!bG8=" + b"SGVsbG8=" * 9, b"Hello" * 10),
        (b"SGVs\r\nbG8=\r\nSGVsbG8=\r\n", b"HelloHello"),
        (b"Hello there, friend of mine", b"Hello there, friend of mine"),
        (b"SGVsbG8=\n-- \nnews mailing list\n", b"Hello"),
        (b"", b""),
    ],
)
def test_broken_base64_is_read_as_far_as_it_goes(data: bytes, plain: bytes) -> None:
    assert undone(data, "base64")[0] == plain


def test_blanks_behind_a_soft_line_break_do_not_spoil_it() -> None:
    assert undone(b"one=  \r\n line =3D", "quoted printable")[0] == b"one line ="


def test_an_unknown_encoding_changes_nothing_and_is_named() -> None:
    assert undone(b"x", "x-magic") == (b"x", "unknown transfer encoding x-magic")


def test_files_inside_text_are_taken_out_of_it() -> None:
    data = bytes(range(256))
    text, files = inner_files(b"Hello\n" + uuencoded(data, "a b.bin") + b"Bye\n")
    assert text == b"Hello\n\nBye\n"
    assert files == [("a b.bin", data)]


def test_words_that_look_like_uuencode_stay_words() -> None:
    text = b"begin 644 days ago\nThis is no file, only a sentence.\nAnd another one.\nend\n"
    assert inner_files(text) == (text, [])


def test_flowed_lines_become_paragraphs() -> None:
    assert unwrapped("a \nb\n> q \n> r\n>> s\nt \n-- \nsig \nx\n >From") == (
        "a b\n> q r\n> > s\nt\n-- \nsig x\n>From"
    )
    assert unwrapped("日本 \n語", delsp=True) == "日本語"


@given(st.text(st.sampled_from("a >-\n"), max_size=200), st.booleans())
def test_flowing_loses_no_letter(text: str, delsp: bool) -> None:
    assert unwrapped(text, delsp=delsp).count("a") == text.count("a")
