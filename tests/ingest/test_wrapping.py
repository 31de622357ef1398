"""winmail.dat: the files that Outlook wrapped up, and the text where there is no other."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.draft import draft
from ingest.wrapping import is_wrapping, unwrapped
from storage.records import Attachment, Reading

SIGNATURE = b"\x78\x9f\x3e\x22\x01\x00"


def attribute(tag: int, value: bytes, level: int = 2) -> bytes:
    checksum = struct.pack("<H", sum(value) & 0xFFFF)
    return struct.pack("<BII", level, tag, len(value)) + value + checksum


def properties(*pairs: tuple[int, str]) -> bytes:
    """One named property of a kind that nobody asks for, then texts in UTF-16."""
    out = struct.pack("<I", len(pairs) + 1)
    out += struct.pack("<HH", 3, 0x8001) + b"g" * 16 + struct.pack("<III", 0, 7, 42)
    for number, text in pairs:
        value = text.encode("utf-16-le") + b"\0\0"
        out += struct.pack("<HHII", 0x1F, number, 1, len(value)) + value + b"\0" * (-len(value) % 4)
    return out


def wrapping(*, text: bytes = b"", files: int = 1) -> bytes:
    out = SIGNATURE + attribute(0x00069007, properties(), level=1)
    if text:
        out += attribute(0x0002800C, text + b"\0", level=1)
    for number in range(files):
        out += attribute(0x00069002, b"\x01\x00" + b"\0" * 12)
        out += attribute(0x00018010, b"DATES~1.TXT\0")
        out += attribute(0x0006800F, b"Monday %d May" % number)
        names = (0x3707, f"Dates {number}.txt"), (0x370E, "text/plain")
        out += attribute(0x00069005, properties(*names))
    return out


def test_c15_the_files_come_out_with_their_long_names() -> None:
    found = unwrapped(wrapping(files=2))
    assert [(one.filename, one.content_type, one.content) for one in found.files] == [
        ("Dates 0.txt", "text/plain", b"Monday 0 May"),
        ("Dates 1.txt", "text/plain", b"Monday 1 May"),
    ]
    assert found.whole


def post(content: bytes, text: str = "See the dates.") -> Reading:
    return Reading(
        subject="Dates",
        text=text,
        attachments=(Attachment("winmail.dat", "application/ms-tnef", content),),
    )


def test_c15_a_post_has_the_files_instead_of_the_wrapping() -> None:
    found = draft(post(wrapping()))
    assert [one.filename for one in found.attachments] == ["Dates 0.txt"]
    assert found.refused == ()


def test_c15_the_wrapped_text_is_the_post_where_there_is_no_other() -> None:
    assert draft(post(wrapping(text=b"A room is free."), text="")).text == "A room is free."
    assert draft(post(wrapping(text=b"Another."))).text == "See the dates."


def test_c15_a_wrapping_of_nothing_but_looks_is_not_complained_of() -> None:
    assert draft(post(wrapping(files=0))).refused == ()


def test_c15_a_wrapping_that_cannot_be_read_is_told() -> None:
    (refused,) = draft(post(SIGNATURE + b"xxxxxxxxxxxxxxxxxxxxxxxxxx")).refused
    assert "Outlook wrapping" in refused.reason


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_are_unwrapped_without_raising(noise: bytes, at: int) -> None:
    good = wrapping(text=b"words", files=2)
    for hostile in (noise, SIGNATURE + noise, good[:at] + noise + good[at:], good[:at]):
        assert is_wrapping(hostile) or not hostile.startswith(SIGNATURE)
        unwrapped(hostile)


@pytest.mark.parametrize("bait", [b"\0" * 11, attribute(0x69002, b""), struct.pack("<I", 9) * 3])
def test_c17_bait_takes_little_time(bait: bytes) -> None:
    start = time.process_time()
    unwrapped(SIGNATURE + bait * (1_000_000 // len(bait)))
    unwrapped(wrapping() + attribute(0x69005, b"\xff\xff\xff\xff" + bait * 100_000))
    assert time.process_time() - start < 0.5
