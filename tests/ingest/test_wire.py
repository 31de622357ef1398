"""From the bytes on the wire to the bytes of a letter."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.wire import PIECE_BYTES, count_hops, header_size, to_letter

ANY = 10**9


@pytest.mark.parametrize(
    ("wire", "letter"),
    [
        (b"", b""),
        (b"a\r\n", b"a\r\n"),
        (b"..\r\n", b".\r\n"),
        (b"a\r\n..b\r\n...\r\n", b"a\r\n.b\r\n..\r\n"),
        (b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n"),
        (b"a\r\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\n.\nb\r\n", b"a\r\n.\r\nb\r\n"),
        (b"a\0b\r\n", b"a\0b\r\n"),
    ],
)
def test_dots_and_line_ends(wire: bytes, letter: bytes) -> None:
    assert to_letter(wire, ANY) == letter


@given(st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"a", b"\0"]), max_size=30))
def test_a_letter_has_one_kind_of_line_end(words: list[bytes]) -> None:
    letter = to_letter(b"".join(words), ANY)
    assert letter is not None
    assert letter.count(b"\r") == letter.count(b"\n") == letter.count(b"\r\n")


@given(st.lists(st.binary(max_size=20).filter(lambda line: not set(b"\r\n") & set(line))))
def test_what_an_honest_client_stuffed_comes_out_as_it_was(lines: list[bytes]) -> None:
    letter = b"".join(line + b"\r\n" for line in lines)
    stuffed = b"".join((b"." if line[:1] == b"." else b"") + line + b"\r\n" for line in lines)
    assert to_letter(stuffed, ANY) == letter


def test_bare_line_ends_may_not_grow_it_over_the_limit() -> None:
    assert to_letter(b"\n" * 100, 200) == b"\r\n" * 100
    assert to_letter(b"\n" * 100, 199) is None


@pytest.mark.parametrize("odd", [b"\r", b"\n"])
@pytest.mark.parametrize("at", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1])
def test_one_bare_line_end_is_found_wherever_it_stands(odd: bytes, at: int) -> None:
    wire = b"a" * at + odd + b"a" * 10 + b"\r\n"
    assert to_letter(wire, ANY) == b"a" * at + b"\r\n" + b"a" * 10 + b"\r\n"
    whole = b"a" * at + b"\r\n" + b"a" * 10 + b"\r\n"
    assert to_letter(whole, ANY) is whole


def test_the_header_section() -> None:
    assert header_size(b"Subject: x\r\n\r\nHello.\r\n", 100) == 10
    assert header_size(b"\r\nHello.\r\n", 100) == 0
    assert header_size(b"Subject: x\r\n", 100) == 12
    assert header_size(b"a" * 100 + b"\r\n\r\n", 100) == 100
    assert header_size(b"a" * 101 + b"\r\n\r\n", 100) == 101
    assert header_size(b"a" * 1000, 100) == 101


def test_hops_are_counted_in_the_header_only() -> None:
    letter = b"Received: a\r\n b\r\nreceived : c\r\nX-Received: d\r\n\r\nReceived: e\r\n"
    assert count_hops(letter, header_size(letter, 1000)) == 2


@pytest.mark.parametrize("bait", [b"\r", b"\n", b"\r\r\n", b"\r\n.", b"received:", b".\n"])
def test_25_mib_of_bait_end_soon(bait: bytes) -> None:
    wire = bait * (25 * 1024 * 1024 // len(bait))
    began = time.monotonic()
    to_letter(wire, len(wire))
    header_size(wire, 128 * 1024)
    count_hops(wire, 128 * 1024)
    assert time.monotonic() - began < 3
