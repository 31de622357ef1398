"""Bounces of many mail systems, complaints, and letters that only look like them; samples with
what they mean lie in tests/mails/bounces."""

from __future__ import annotations

import email
import json
import time
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bounce import read_bounce
from storage.records import Bounce

SAMPLES = sorted((Path(__file__).parents[1] / "mails" / "bounces").glob("*.eml"))


def sample(path: Path) -> tuple[Message, Bounce | None]:
    found = json.loads(path.with_suffix(".json").read_text("utf-8"))["bounce"]
    expected = found and Bounce(found["kind"], tuple(found["recipients"]), found["status"])
    return email.message_from_bytes(path.read_bytes()), expected


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_sample(path: Path) -> None:
    message, expected = sample(path)
    assert read_bounce(message) == expected


@pytest.mark.parametrize("path", SAMPLES[::7], ids=lambda path: path.stem)
@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"])
def test_line_ends_make_no_difference(path: Path, line_end: bytes) -> None:
    raw = path.read_bytes().replace(b"\n", line_end)
    assert read_bounce(email.message_from_bytes(raw)) == sample(path)[1]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(SAMPLES))
def test_any_bytes_are_read_without_raising(noise: bytes, path: Path) -> None:
    raw = path.read_bytes()
    middle = len(raw) // 2
    for hostile in (noise, noise + raw, raw[:middle] + noise + raw[middle:]):
        found = read_bounce(email.message_from_bytes(hostile))
        assert found is None or found.kind in ("hard", "soft", "complaint")


@pytest.mark.parametrize(
    "bait",
    ["\n", "--\n", "> \n", "a ", "550 ", "<x@y.example>:\n", "account is ", "x@", "<a ",
     "Final-Recipient: rfc822; a@b.example\n\n", "mail delivery ", "http://a.b.c ", "i got "],
    ids=repr,
)  # fmt: skip
def test_bait_takes_time_in_proportion(bait: str) -> None:
    text = bait * (1_000_000 // len(bait))
    head = "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\n\n"
    message = email.message_from_string(head + text)
    start = time.process_time()
    read_bounce(message)
    assert time.process_time() - start < 3.0  # measured: below 0.5 s
