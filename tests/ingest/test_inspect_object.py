from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import inspect as inspecting
from ingest.inspect import as_object, commands, inspect
from storage.records import Attachment, Bounce, Mailbox, Reading


def test_a_reading_is_printed_in_the_shape_that_outsiders_rely_on() -> None:
    reading = Reading(
        subject="Hello",
        sender=Mailbox("Alice", "alice@partner.example"),
        attachments=(Attachment("a.pdf", "application/pdf", b"12345"),),
        reply_text="approve\nreason: good",
        bounce=Bounce("hard", ("x@council.example", "y@council.example"), "5.1.1"),
    )
    assert as_object(reading) == {
        "subject": "Hello",
        "from": {"name": "Alice", "address": "alice@partner.example"},
        "to": [],
        "date": None,
        "message_id": None,
        "text": "",
        "html": None,
        "attachments": [{"filename": "a.pdf", "content_type": "application/pdf", "size": 5}],
        "reply_text": "approve\nreason: good",
        "commands": ["approve", "reason"],
        "auto_submitted": False,
        "bounce": {
            "kind": "hard",
            "recipient": "x@council.example",
            "recipients": ["x@council.example", "y@council.example"],
            "status": "5.1.1",
        },
        "problems": [],
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Approve", ["approve"]),
        ("  reject,\nREASON: not ours", ["reject", "reason"]),
        ("* subscribe!\n> help", ["subscribe", "help"]),
        ("rejected\nconfirmation\nunsubscribed\nhelpful", []),
        ("I approve\nplease help", []),
        ("unsubscribe me\nhelp", ["unsubscribe", "help"]),
        ("", []),
    ],
)
def test_commands_are_the_known_words_that_begin_a_line(typed: str, found: list[str]) -> None:
    assert commands(typed) == found


@given(st.binary(max_size=400))
def test_anything_is_an_object_of_json(raw: bytes) -> None:
    found = inspect(raw)
    assert json.loads(json.dumps(found)) == found
    json.dumps(found, ensure_ascii=False).encode("utf-8")


def test_a_fault_of_ours_is_a_problem_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> Reading:
        raise RecursionError

    monkeypatch.setattr("ingest.read.read", broken)
    assert inspecting.inspect(b"x")["problems"] == ["could not be read (RecursionError)"]


def test_one_part_that_breaks_our_code_does_not_cost_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr("ingest.read.structure", broken)
    monkeypatch.setattr("ingest.read.is_automatic", broken)
    found = inspect(b"From: alice@partner.example\nSubject: Hello\n\nWords\n")
    assert found["subject"] == "Hello"
    assert {
        "parts could not be read (KeyError)",
        "automatic mail could not be read (KeyError)",
    } < set(found["problems"])
