"""Short answers of machines in thirty languages, and letters of people that sound like them.

Each sample in tests/mails/automatic/short.json is a subject, a text, and further header lines.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.read import read

SAMPLES: dict[str, list[list[str]]] = json.loads(
    (Path(__file__).parents[1] / "mails" / "automatic" / "short.json").read_text("utf-8")
)


def is_automatic(subject: str, text: str, more: str) -> bool:
    head = f"From: Alice <alice@charity.example>\nSubject: {subject}\n{more}"
    kind = "" if "Content-Type" in more else "Content-Type: text/plain; charset=utf-8\n"
    return read(f"{head}{kind}\n{text}\n".encode()).auto_submitted


@pytest.mark.parametrize("sample", SAMPLES["machines"], ids=lambda sample: sample[0])
def test_d5_a_machine_is_known(sample: list[str]) -> None:
    assert is_automatic(*sample)


@pytest.mark.parametrize("sample", SAMPLES["people"], ids=lambda sample: sample[0])
def test_d5_no_honest_letter_is_taken_for_one(sample: list[str]) -> None:
    assert not is_automatic(*sample)
