"""Notices of absent people, tickets and receipts in forty languages; and people near the border.

Each sample in tests/mails/automatic/notices.json is an author, a subject, a text and further
header lines.
"""

from __future__ import annotations

import json
import time
from email.header import Header
from pathlib import Path

import pytest

from ingest.absence import Hint, is_notice
from ingest.automatic_headers import is_deaf
from ingest.read import read

SAMPLES: dict[str, list[list[str]]] = json.loads(
    (Path(__file__).parents[1] / "mails" / "automatic" / "notices.json").read_text("utf-8")
)


def is_automatic(author: str, subject: str, text: str, more: str) -> bool:
    named = Header(subject, "utf-8").encode()
    head = f"From: {author}\nSubject: {named}\n{more}Content-Type: text/plain; charset=utf-8\n"
    return read(f"{head}\n{text}\n".encode()).auto_submitted


@pytest.mark.parametrize("sample", SAMPLES["machines"], ids=lambda sample: sample[1][:40])
def test_d5_a_notice_is_known(sample: list[str]) -> None:
    assert is_automatic(*sample)


@pytest.mark.parametrize("sample", SAMPLES["people"], ids=lambda sample: sample[1][:40])
def test_d5_a_person_near_the_border_is_a_person(sample: list[str]) -> None:
    assert not is_automatic(*sample)


ACCEPTED = """From: Bob <bob@hall.example>
Subject: Accepted: Committee
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

{}
--b
Content-Type: text/calendar; method={}

BEGIN:VCALENDAR
--b--
"""


@pytest.mark.parametrize(
    ("typed", "method", "machine"),
    [
        ("", "REPLY", True),
        ("Bob Hall has accepted this invitation.", "REPLY", True),
        ("I come, and bring tea.", "REPLY", False),
        ("", "REQUEST", False),
    ],
)
def test_d5_a_calendar_answers_an_invitation(typed: str, method: str, *, machine: bool) -> None:
    assert read(ACCEPTED.format(typed, method).encode()).auto_submitted is machine


@pytest.mark.parametrize(
    ("precedence", "text", "machine"),
    [
        ("bulk", "Off hiking.", True),
        ("bulk", "> Who has a ladder?\nI have one.", False),
        ("list", "On Monday Amina wrote:\n> Who has a ladder?\n\nI have one.", False),
        ("junk", "> Who has a ladder?\nOff hiking.", True),
    ],
)
def test_d5_who_quotes_in_bulk_is_on_an_old_list(
    precedence: str, text: str, *, machine: bool
) -> None:
    more = f"Precedence: {precedence}\nIn-Reply-To: <1@lists.example>\n"
    assert is_automatic("Bob <bob@hall.example>", "Re: ladder", text, more) is machine


@pytest.mark.parametrize(
    ("local", "deaf"),
    [
        ("noreply", True),
        ("council-noreply", True),
        ("calendar.no-reply", True),
        ("noreply-forms", True),
        ("nora.reply", False),
        ("unoreply", False),
    ],
)
def test_d5_behind_which_address_nobody_reads(local: str, *, deaf: bool) -> None:
    assert is_deaf(local) is deaf


@pytest.mark.parametrize(
    "piece", ["i am ", "ich bin x ", "ab. ", "\n \n", "je suis a ", "我现在", "a"]
)
def test_bait_takes_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    before = time.process_time()
    is_notice(text, Hint.HEADS_IT)
    assert not is_automatic("Bob <bob@hall.example>", "Re: lanterns", text, "")
    assert time.process_time() - before < 2
