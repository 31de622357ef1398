from __future__ import annotations

import email

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import hollow
from ingest.hollow import hollowed
from ingest.structure import structure

STRETCH = st.sampled_from(
    [
        b"--x\n",
        b"--x\r\n",
        b"--x--\n",
        b"\n",
        b"\r\n",
        b"Content-Type: a/b\n\n",
        b"z" * 40,
        b"\xff\n",
        b"Content-Type: message/rfc822\n\nSubject: y\n\n",
        b"line\r\n" * 12,
        b"- -\n--\n",
        b"=_left_out_0_",
    ]
)


@given(st.lists(STRETCH, max_size=30))
def test_a_message_with_long_bodies_reads_as_if_all_had_been_parsed(stretches: list[bytes]) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=x\n\n" + b"".join(stretches)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hollow, "KEPT", 30)
        short, fill = hollowed(raw)
    assert fill(short) == raw
    if b"message/rfc822" not in raw:
        assert structure(email.message_from_bytes(short), fill) == structure(
            email.message_from_bytes(raw)
        )


def test_a_large_message_is_parsed_small() -> None:
    body = b"line\r\n" * 500_000
    raw = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n" + body + b"--x--\r\n"
    short, fill = hollowed(raw)
    assert len(short) < 3 * hollow.KEPT
    found = structure(email.message_from_bytes(short), fill)
    assert found.pieces[0].plain is not None
    assert found.pieces[0].plain.count("line") > 150_000
