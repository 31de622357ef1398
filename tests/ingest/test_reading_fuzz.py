"""Mutated mails, thousands of them, through the whole of reading: never an error, never long.

The seed is fixed, so that a find can be run again by its number.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from ingest.inspect import inspect
from tests.needs import times

BATCHES, ROUNDS = times(4, 50), times(60, 2_000)
"""In full 100,000 mutations, in batches that run side by side."""
SECONDS = 5.0
MAILS = sorted((Path(__file__).parent.parent / "mails").rglob("*.eml"))
SPLINTERS = [
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\xff", b"\xc3", b"=", b"=?", b"?=", b'"', b"--"),
    *(b"<", b">", b"(", b")", b"--x\n", b";", b":", b"/", b"\\", b" ", b"\t", b"%", b"*0*=", b"&"),
    *(b"=?utf-8?B?", b"\x1b$B", b"\x1b(B", b"A" * 300, b"(" * 300, b"<div>" * 99, b"\xe2\x80\xae"),
    *(b"<blockquote>", b"</div>", b"<!--", b"<svg><style>", b"> ", b"On Monday Bob wrote:\n"),
    *(b"begin 644 x\n", b"end\n", b"=ybegin name=x\n", b"From: ", b"Subject: ", b"Status: 5.1.1\n"),
    *(b"Auto-Submitted: auto-replied\n", b"Final-Recipient: rfc822; "),
    b"Content-Type: multipart/mixed; boundary=x\n\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: text/html; charset=punycode\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Disposition: attachment; filename*0*=",
]


def mutated(chance: random.Random) -> bytes:
    raw = bytearray(chance.choice(SOURCES))
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw) + 1)
        length = int(chance.expovariate(0.05))
        kind = chance.randrange(6)
        if kind == 0:
            raw[at:at] = chance.choice(SPLINTERS)
        elif kind == 1:
            del raw[at : at + length]
        elif kind == 2:
            raw[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 3:
            raw[at:at] = raw[at : at + length] * chance.randint(1, 20)
        elif kind == 4:
            other = chance.choice(SOURCES)
            begin = chance.randrange(len(other) + 1)
            raw[at : at + length] = other[begin : begin + 20 * length]
        else:
            raw = bytearray(bytes(raw).replace(b"\n", chance.choice([b"\r\n", b"\n", b"\r"])))
        raw = raw[:200_000]
    return bytes(raw)


SOURCES = [raw for mail in MAILS if len(raw := mail.read_bytes()) < 100_000]


@pytest.mark.proof
@pytest.mark.parametrize("batch", range(BATCHES))
def test_c16_no_mutation_of_a_mail_breaks_or_holds_up_the_reading(
    batch: int, capsys: pytest.CaptureFixture[str]
) -> None:
    slowest = 0.0
    numbers = range(batch * ROUNDS, (batch + 1) * ROUNDS)
    for number in numbers:
        raw = mutated(random.Random(number))
        start = time.process_time()
        found = inspect(raw)
        slowest = max(slowest, time.process_time() - start)
        assert slowest < SECONDS, f"mutation {number} took {slowest:.1f} s"
        unread = [said for said in found["problems"] if "could not be read" in said]
        assert not unread, f"mutation {number}: {unread}"
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    with capsys.disabled():
        print(f"\n{len(numbers)} mutated mails from {numbers[0]} read, slowest in {slowest:.2f} s")
