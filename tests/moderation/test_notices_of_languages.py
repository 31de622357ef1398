"""What moderators are told about a post, in the language of their list."""

from __future__ import annotations

import string
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import moderation
from ingest.personal_words import KINDS
from moderation.notice import LANGUAGES
from storage.database import Database
from storage.records import Flag, Noticed, Private
from tests.moderation.office import Office, settle

FOLDER = Path(moderation.__file__).parent / "notices"
OTHERS = [language for language in LANGUAGES if language != "en"]
FOUND = Noticed(
    flags=(Flag("personal_data", "birth"),),
    private=(Private("birth", "born 12/03/1990", sure=True), Private("address", "1 X", sure=False)),
)


def entries(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def fields(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.fixture
def office(sqlite_url: str) -> Office:
    return settle(Database(sqlite_url))


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_and_says_as_much(language: str) -> None:
    english, other = entries("en"), entries(language)
    assert other.keys() == english.keys()
    for name, sentence in english.items():
        if isinstance(sentence, dict):
            assert other[name].keys() == sentence.keys()
        else:
            assert fields(other[name]) == fields(sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_h2_every_kind_has_its_name(language: str) -> None:
    assert entries(language)["kinds"].keys() == set(KINDS)


@pytest.mark.parametrize(
    ("language", "private", "perhaps"),
    [
        ("en", "It may hold something private about a person: a date of birth", "It names an"),
        ("fr", "quelque chose de privé sur une personne : une date de naissance", "Elle nomme"),
        ("cy", "rhywbeth preifat am berson ynddi: dyddiad geni", "Mae'n enwi cyfeiriad"),
        ("xx", "It may hold something private about a person: a date of birth", "It names an"),
    ],
)
def test_h2_the_moderator_reads_it_in_the_language_of_the_list(
    office: Office, language: str, private: str, perhaps: str
) -> None:
    office.sender = replace(office.sender, language=language)
    first, second = office.hold(noticed=FOUND).notes
    assert private in first and "(“born 12/03/1990”)" in first
    assert second.startswith(perhaps)
