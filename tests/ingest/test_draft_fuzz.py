"""Mutated mails, thousands of them, all the way to a post: never an error, always clean.

The seed is fixed, so that a find can be run again by its number.
"""

from __future__ import annotations

import random
import time
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.draft import draft
from ingest.read import read
from storage.records import Attachment, Reading
from tests.ingest.test_reading_fuzz import mutated
from tests.ingest.xss import attacks, faults
from tests.needs import times

ROUNDS = times(200, 100_000)
SECONDS = 5.0
FALLEN_BACK = "This mail broke our program"


@pytest.mark.proof
def test_c16_no_mutation_of_a_mail_breaks_the_draft_or_gets_past_cleaning() -> None:
    slowest = 0.0
    for number in range(ROUNDS):
        reading = read(mutated(random.Random(number)))
        start = time.process_time()
        post = draft(reading)
        slowest = max(slowest, time.process_time() - start)
        assert slowest < SECONDS, f"mutation {number} took {slowest:.1f} s"
        assert not faults(post.html), f"mutation {number}"
        assert not any(FALLEN_BACK in note for note in post.notes), f"mutation {number}"
        assert len(post.title) <= 150
    print(f"\n{ROUNDS} mutated mails drafted, the slowest in {slowest:.2f} s")


@given(
    st.text(max_size=200) | st.sampled_from(attacks()),
    st.text(max_size=300) | st.sampled_from(attacks()),
    st.none() | st.text(max_size=300) | st.sampled_from(attacks()),
)
def test_any_reading_makes_a_clean_post(subject: str, text: str, html: str | None) -> None:
    post = draft(Reading(subject=subject, text=text, html=html))
    assert not faults(post.html)
    assert not any(FALLEN_BACK in note for note in post.notes)
    assert "\n" not in post.title and "\r" not in post.title


@given(st.text("*_ >:：\n]1a", max_size=12), st.booleans())
def test_no_line_above_a_quotation_breaks_the_draft(line: str, answers: bool) -> None:
    page = f"<p>{escape(line)}</p><blockquote><p>The room is free.</p></blockquote>"
    post = draft(Reading(subject="Re: Room" if answers else "Room", html=page))
    assert not any(FALLEN_BACK in note for note in post.notes)


BAIT = {
    "headers": "From: a@b.example\n" * 50_000,
    "forwards": "---------- Forwarded message ---------\nFrom: a <a@b.example>\n"
    "Date: Mon, 16 Nov 2026 at 15:01\nSubject: x\n\nhello\n\n" * 8_000,
    "attributions": "On Mon, 1 Jan 2026 at 10:00, a <a@b.example> wrote:\n" * 20_000,
    "quotes": "> a\n" * 250_000,
    "rules": "-- \na\n" * 200_000,
    "items": "- a\n" * 250_000,
    "links": "https://a.example/?utm_source=1 " * 30_000,
    "brackets": "<https://a" * 100_000,
    "disclaimers": "\n\nconfidential in error disclos" * 30_000,
    "one line": "a" * 1_000_000,
}


@pytest.mark.parametrize("name", BAIT)
def test_c17_bait_does_not_hold_up_the_draft(name: str) -> None:
    start = time.process_time()
    draft(Reading(subject="Fwd: x", text=BAIT[name]))
    assert time.process_time() - start < 2.0


def test_a_mail_inside_a_mail_inside_a_mail_ends() -> None:
    raw = b"Subject: innermost\n\nhello\n"
    for _ in range(20):
        raw = b"Subject: outer\nContent-Type: message/rfc822\n\n" + raw
    post = draft(Reading(text="x", attachments=(Attachment(None, "message/rfc822", raw),)))
    assert post.text.startswith("x")
