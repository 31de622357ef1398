"""What is private about one person, told from what an organisation tells the public.

The samples lie in tests/mails/personal, one on a line.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.draft import draft
from ingest.personal_data import personal_data
from ingest.personal_words import KINDS
from storage.records import Flag, Private, Reading

SAMPLES = Path(__file__).parents[1] / "mails" / "personal"


def samples(name: str) -> list[str]:
    return (SAMPLES / name).read_text("utf-8").splitlines()


@pytest.mark.parametrize("text", samples("private.txt"))
def test_h2_what_is_private_is_flagged(text: str) -> None:
    found = personal_data(text)
    assert any(one.strong for one in found)
    assert {one.kind for one in found} <= set(KINDS)


@pytest.mark.parametrize("text", samples("public.txt"))
def test_h2_what_the_public_may_know_is_not(text: str) -> None:
    assert not any(one.strong for one in personal_data(text))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Her NI number is AB 12 34 56 C.", {"national_insurance"}),
        ("NHS number 943 476 5919", {"nhs"}),
        ("DOB 12/03/1990", {"birth"}),
        ("Home Office ref A1234567", {"case"}),
        ("Please call her on 0113 496 0123", {"phone"}),
        ("He lives at 12 Beeston Road, LS11 8PN.", {"home"}),
        ("Her son Sami, 7, is ill.", {"child"}),
        ("My client Ahmed needs a bed.", {"client"}),
        ("She was refused asylum.", {"status"}),
        ("He was diagnosed with PTSD.", {"health"}),
        ("Furniture at 14 Manor Drive, LS6 1DD", {"address"}),
    ],
)
def test_h2_each_kind_has_its_name(text: str, kinds: set[str]) -> None:
    assert {one.kind for one in personal_data(text)} == kinds


def test_h2_a_signature_after_a_post_flags_nothing() -> None:
    text = (
        "A room is free from May. Call us on 0113 496 0123.\n\nAlice Example\nCoordinator\n"
        "Example Charity\n14 Manor Drive, Leeds LS6 1DD\nT: 0113 496 0123\nM: 07700 900123\n"
    )
    assert personal_data(text) == ()


def test_h2_the_moderator_reads_it_first_and_programs_find_the_flag() -> None:
    text = "One of our families (mother and her son Sami, 7, Home Office ref 1234567) needs help."
    found = draft(Reading(subject="Help needed", text=text))
    assert Private("case", "Home Office ref 1234567", sure=True) in found.noticed.private
    assert set(found.noticed.flags) == {
        Flag("personal_data", "case"),
        Flag("personal_data", "child"),
    }


def test_h2_an_address_that_may_be_public_is_a_hint_and_no_flag() -> None:
    found = draft(Reading(subject="Sofa", text="A sofa, at 14 Manor Drive, LS6 1DD, on Friday."))
    assert found.noticed.flags == ()
    assert found.noticed.private == (Private("address", "14 Manor Drive, LS6 1DD", sure=False),)


@given(st.text(max_size=300))
def test_any_text_is_read_without_raising(text: str) -> None:
    personal_data(text)


BAIT = [
    "0113 496 0123 ", "07", "1 A", "A ", "12 Aa Bb Cc Dd ", "Aa ", "Aa, ", "his ", "my client ",
    "her son ", "AB 12 34 56 ", "943 476 59", "dob ", "Home Office ref ", "1" * 50, "LS1 1AA, ",
    "1 Road Road Road Road, Road, Road, Road, ", ". ", "\n", "\n\n", "- ", "Flat 3, ", "Mr. ",
]  # fmt: skip


@pytest.mark.parametrize("bait", BAIT, ids=repr)
def test_c17_bait_takes_time_in_proportion(bait: str) -> None:
    text = (bait * (100_000 // len(bait) + 1))[:100_000]
    start = time.process_time()
    personal_data(text)
    assert time.process_time() - start < 1.5  # measured: below 0.5 s
