"""Texts made to stop or mislead the reader of replies."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reply import typed_part

EXAMPLES = 5_000 if os.environ.get("POSTROUND_PROOF_RUN") else 100
BAIT = [
    "On On On ", "On\n", "a\nwrote:\n", "wrote:\n", ":\n", ":", "From: x\n", "From: x@y.example\n",
    "From: \n\n", "To: x\ny\n", "-----Original Message-----\n", "--\n", "-- \n", "-", "- - ", "—\n",
    ">", "> \n", "> a\nb\n", "________________\n", "________________\nmailing list\n", "写道\n",
    "word " * 10 + ":\n", "a@b.example wrote on 18.11.2026:\n", "18.11.2026 9:13 x:\n", "a@", "a",
    "Sent from my \n", "Sent from my iPhone, \n", "\n", " ", "\t", "*_*_", "[http://", "<", "|\n",
    "On 18.11.2026 Bob\n<b@x.example>\nfoo\nbar\nwrote\n", "Original Message\n", "x " * 190 + ":\n",
    "18 nov 2026, " * 25 + ":\n", "1 " * 190 + ":\n", "AB> x\nxx\n", "x  Subject\n",
    "On 1.1.2026 a@b.example wrote:\n\tx\n",
    "a\n1.1.2026 9:13\nTo\nSubject\n", "x on 1/1/2000 04:53 PM\nTo: x\n",
    "a@b.example writes:\n<< x\n", "x On 1 wrote: > ", "On 1.1.2026 a@b: > x\n",
    "\tA\nFrom: x  1/1/2000 04:53 PM\nTo: x\n", "1/1/2000 04:53 PM\n", "To: x\n",
    "On 1.1.2026 a@b.example wrote:  x\n", "a@b.example:  x:  y:  ", "----\nTo: x\nSubject: y\n",
    "Sent from my iPhone\nhttps://a.example\n", "To: x\nSubject: y\n1.1.2026 9:13 a@b.example:\n",
    "\t\t\t", "::::", "    : ", "\r", "\r\n", "\u202b", "ב ",
]  # fmt: skip


@pytest.mark.parametrize("bait", BAIT, ids=repr)
def test_bait_takes_time_in_proportion(bait: str) -> None:
    text = (bait * (100_000 // len(bait) + 1))[:100_000]
    start = time.process_time()
    typed_part(text)
    assert time.process_time() - start < 1.0  # measured: below 0.2 s


@pytest.mark.parametrize("bait", ["wrote:\n", "From: x\n", "--\n", "\n", "a\n", "> x\ny\n"])
def test_a_megabyte_of_bait(bait: str) -> None:
    text = bait * (1_000_000 // len(bait))
    start = time.process_time()
    typed_part(text)
    assert time.process_time() - start < 2.0  # measured: below 0.5 s


def test_words_below_thousands_of_lines_are_not_lost() -> None:
    text = "> quoted\n" * 10_000 + "Yes\n"
    assert typed_part(text) == "Yes"
    long = "\n".join(f"line {n}" for n in range(10_000))
    assert typed_part(long) == long


LINES = st.sampled_from(
    [
        "Yes", "no, thanks", "", "> quoted", "| quoted", "--", "-- ",
        "On 18/11/2026 09:13, N wrote:",
        "From: N <n@x.example>", "Sent: 18/11/2026 09:13", "To: b@x.example", "Subject: post",
        "-----Original Message-----", "________________________________", "Sent from my iPhone",
        "Begin forwarded message:", "<n@x.example>", "wrote:", "*From:* x", "—", "Original Message",
    ]
)  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.one_of(LINES, st.text(max_size=60)), max_size=40))
def test_any_text_gives_some_of_its_own_lines_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    typed = typed_part(text)
    wanted = iter(
        line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    assert all(any(line.strip() == other for other in wanted) for line in typed.split("\n") if line)
    assert typed_part(typed) == typed_part(typed_part(typed))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(alphabet="abc XYZ.,!?\n", max_size=300))
def test_plain_words_stay_whole(text: str) -> None:
    assert typed_part(text).split() == text.split()
