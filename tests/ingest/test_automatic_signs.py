"""Letters of machines and of people, told apart; samples and answers: tests/mails/automatic."""

from __future__ import annotations

import email
import json
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.automatic import is_automatic, is_passed_on

SAMPLES = sorted((Path(__file__).parents[1] / "mails" / "automatic").glob("*.eml"))


def sample(path: Path) -> tuple[Message, dict[str, bool]]:
    return email.message_from_bytes(path.read_bytes()), json.loads(
        path.with_suffix(".json").read_text("utf-8")
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_d5_sample(path: Path) -> None:
    message, expected = sample(path)
    assert is_automatic(message) is expected["auto_submitted"]
    answered = not is_automatic(message) and not is_passed_on(message)
    assert answered is expected["may_be_answered"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(SAMPLES))
def test_any_bytes_are_read_without_raising(noise: bytes, path: Path) -> None:
    raw = path.read_bytes()
    middle = len(raw) // 2
    for hostile in (noise, noise + raw, raw[:middle] + noise + raw[middle:]):
        assert is_automatic(email.message_from_bytes(hostile)) in (True, False)
