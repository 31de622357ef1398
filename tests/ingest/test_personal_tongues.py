"""What is private in French and in Welsh; its samples stand in tests/mails/personal with others."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

import ingest
from ingest.personal_data import personal_data
from ingest.personal_tongues import NUMBERED
from ingest.personal_words import KINDS

FOLDER = Path(ingest.__file__).parent / "words" / "personal"
BESIDES = {"national_insurance", "nhs", "address", "client"}
"""Kinds that are British, or need more grammar than a pattern has."""


@pytest.mark.parametrize("language", ["fr", "cy"])
def test_h2_each_kind_has_its_patterns(language: str) -> None:
    data = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    assert data.keys() == {*KINDS, "no_person"} - BESIDES


@pytest.mark.parametrize("language", ["fr", "cy"])
def test_what_is_looked_for_beside_digits_alone_has_one(language: str) -> None:
    data = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    patterns = [pattern for kind in NUMBERED for pattern in data[kind]]
    assert patterns and all(r"\d" in pattern for pattern in patterns)


@pytest.mark.parametrize(
    "bait", ["elle habite au 1 ", "né le 1 ", "Ei fab A, ", "appelez la 0", "dossier 1", "mae hi "]
)
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    began = time.monotonic()
    personal_data(bait * (100_000 // len(bait)))
    assert time.monotonic() - began < 2.0
