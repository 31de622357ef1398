from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import limits
from ingest.limits import within
from ingest.mending import mended
from ingest.read import read

HEAD = b"From: Alice <alice@partner.example>\r\nSubject: Hello\r\n"


def nested(depth: int) -> bytes:
    levels = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)
    )
    return HEAD + b"".join(levels) + b"\nhello\n"


MIXED = b"Content-Type: multipart/mixed; boundary=x\n\n"
BOMBS: dict[str, Callable[[], bytes]] = {
    "100,000 header lines": lambda: HEAD + b"X-A: b\n" * 100_000 + b"\nhello",
    "a header of 5 MB": lambda: HEAD + b"X: " + b"a\n " * 2_500_000 + b"\n\nhello",
    "20,000 encoded words": lambda: HEAD + b"X: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nhello",
    "50,000 addresses": lambda: HEAD + b"To: " + b"a@b.example, " * 50_000 + b"\n\nhello",
    "200,000 parts": lambda: HEAD + MIXED + b"--x\n\n" * 200_000,
    "5,000 multiparts in each other": lambda: nested(5000),
    "5,000 messages in each other": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 5000,
    "punycode": lambda: HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-b" * 300_000,
    "10,000 pieces of a name": lambda: HEAD
    + b"Content-Type: text/plain"
    + b"".join(b";\n name*%d*=a" % n for n in range(10_000))
    + b"\n\nhello",
    "400 nested comments": lambda: HEAD + b"From: " + b"(" * 400 + b"a" + b")" * 400 + b"\n\nx",
    "lines of dashes": lambda: HEAD + MIXED + b"--y\n" * 900_000,
    "a line without end": lambda: HEAD + b"\n" + b"a" * 20_000_000,
    "20 MB of line ends": lambda: HEAD + b"\n" + b"\n" * 20_000_000,
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_c1_c2_a_bomb_is_read_in_seconds_and_what_can_be_is_shown(bomb: str) -> None:
    raw = BOMBS[bomb]()
    start = time.process_time()
    reading = read(raw)
    assert time.process_time() - start < 3
    assert reading.subject == "Hello"


@pytest.mark.parametrize("bomb", list(BOMBS)[:7])
def test_c1_c2_the_limits_see_a_bomb_in_the_raw_bytes(bomb: str) -> None:
    raw = BOMBS[bomb]()
    start = time.process_time()
    cut, problems = within(raw)
    assert time.process_time() - start < 0.5
    assert problems
    assert len(cut) < 300_000


def test_more_than_the_limit_is_named_and_its_beginning_read() -> None:
    reading = read(HEAD + b"\n" + b"hello\n" * 4_500_000)
    assert "message over 25 MiB: only its beginning was read" in reading.problems
    assert reading.text.startswith("hello\nhello")


def test_what_is_needed_is_kept_from_behind_too_many_header_lines() -> None:
    raw = b"X-A: b\n" * 600 + HEAD + b"Content-Type: text/html\n\n<p>hello</p>"
    reading = read(raw)
    assert reading.sender is not None
    assert reading.sender.address == "alice@partner.example"
    assert reading.text == "hello"


def test_an_honest_digest_is_read_whole() -> None:
    parts = b"".join(b"--x\n\nSubject: %d\n\nhello\n" % number for number in range(150))
    raw = HEAD + b"Content-Type: multipart/digest; boundary=x\n\n" + parts + b"--x--\n"
    reading = read(raw)
    assert len(reading.attachments) == 150
    assert reading.problems == ("more than 100 parts", "no Date")


def test_an_honest_letter_passes_untouched() -> None:
    raw = HEAD + b"To: news@lists.example.org\n\nHello\n--\nAlice\n"
    assert within(raw) == (raw, ())
    assert mended(raw) == (raw, ())


@given(st.binary(max_size=500))
def test_limits_and_mending_never_break(raw: bytes) -> None:
    cut, _ = within(raw)
    assert raw.startswith(cut) or cut == raw.lstrip(b"\r\n")
    mended(raw)


LINES = st.sampled_from(
    [
        b"From: a@b",
        b"Subject : x",
        b"From x",
        b" ",
        b"",
        b"\tfold",
        b"no header",
        b"x: y",
        b"Date: z\r",
        b"\r",
        b"a\rb",
        b"Content-Type: text/plain",
        b"http://x",
        b":",
        b"\xff",
    ]
)


@given(st.lists(LINES, max_size=12))
def test_mending_keeps_every_word(lines: list[bytes]) -> None:
    raw = b"\n".join(lines)
    assert set(b"abxyzdm") & set(raw) <= set(mended(raw)[0]) | set(b"From ")


def test_25_mebibytes_are_read_within_seconds() -> None:
    raw = HEAD + b"Content-Type: application/pdf\n\n" + os.urandom(limits.MESSAGE_BYTES - 1000)
    start = time.process_time()
    assert read(raw).attachments[0].size > 24_000_000
    assert time.process_time() - start < 5
