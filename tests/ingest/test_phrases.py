"""Phrases are found whatever their case, accents and joints are, and nothing else is."""

from __future__ import annotations

import time
from email.message import Message

import pytest

from ingest import absence
from ingest.automatic_subjects import WORDS, hint, says_so
from ingest.phrases import Phrases, folded

LISTS = [phrase for name in ("answers", "absences", "bare") for phrase in WORDS["subject"][name]]


def _found(phrase: str, text: str, start: int = 0) -> list[int]:
    return sorted(set(Phrases([phrase]).ends(folded(text), start)))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("out of office", "Out of Office"),
        ("out of office", "OutOfOffice"),
        ("out of office", "out-of_OFFICE"),
        ("réponse automatique", "Reponse Automatique"),
        ("notification d’absence", "NOTIFICATION D’ABSENCE"),
        ("ofis dışında", "OFİS DIŞINDA"),
        ("αυτόματη απάντηση", "ΑΥΤΌΜΑΤΗ ΑΠΆΝΤΗΣΗ"),
        ("i'm out of office", "I'm out of office"),
        ("в отпуске", "В отпуске"),
        ("自动回复", "自动回复"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(phrase: str, text: str) -> None:
    assert _found(phrase, text) == [len(text)]
    assert _found(phrase, f"x {text} y", 2) == [2 + len(text)]


@pytest.mark.parametrize("text", ["out  of office", "o ut of office", "out of offic", "", "ou"])
def test_only_one_sign_joins_two_words(text: str) -> None:
    assert not _found("out of office", text)


def test_one_phrase_may_end_inside_another() -> None:
    phrases = Phrases(["out of office"], ["out of office reply"])
    assert sorted(phrases.ends("out of office reply", 0)) == [13, 19]
    assert phrases.are_in("my out of office", range(16))
    assert not phrases.are_in("my out of office", range(3))


@pytest.mark.parametrize("letter", ["İ", "ı", "ς", "ß", "ﬁ", "Ǆ", "Σ"])
def test_each_folded_letter_keeps_its_place(letter: str) -> None:
    assert len(folded(letter * 3)) == 3


@pytest.mark.parametrize("phrase", LISTS)
def test_each_phrase_of_the_lists_is_one_that_can_be_found(phrase: str) -> None:
    assert phrase == " ".join(phrase.split())
    assert hint(phrase.upper()) is not absence.Hint.NONE


@pytest.mark.parametrize(
    "piece", ["a", "auto: ", " - ", "[", "[out of office", "\"'", "Re: ", "out of ", "x - out", "о"]
)
def test_c17_a_long_subject_is_quick(piece: str) -> None:
    message = Message()
    message["Subject"] = piece * (100_000 // len(piece))
    start = time.process_time()
    says_so(message)
    hint(piece * (100_000 // len(piece)))
    assert time.process_time() - start < 0.5
