"""Catalogues are whole, fit their templates, and read as they should."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

import templates
from templates.catalogue import LANGUAGES, path_of, translate
from templates.extract import extracted
from templates.segments import expressions

OTHERS = [language for language in LANGUAGES if language != "en"]
VALUES = {
    "list_title": "Town News",
    "list_address": "news@lists.example",
    "help_address": "news-help@lists.example",
    "reply_address": "news-confirm+m@lists.example",
    "confirm_url": "https://lists.example/confirm/m",
}


def messages(language: str) -> dict[str, str]:
    with path_of(language).open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}


def test_there_are_two_languages_and_one_runs_right_to_left() -> None:
    assert {"ar", "pl"} <= set(OTHERS)
    assert 'dir="rtl"' in templates.page("not_found", "ar")


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    """Run `make catalogues`, and translate what it adds."""
    wanted = {str(one.id) for one in extracted() if one.id}
    known = messages(language)
    assert sorted(wanted - known.keys()) == []
    assert sorted(known.keys() - wanted) == []
    assert [sentence for sentence, said in known.items() if not said] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_every_name_and_link(language: str) -> None:
    for sentence, said in messages(language).items():
        assert expressions(said) == expressions(sentence), sentence


@pytest.mark.parametrize("language", OTHERS)
def test_every_template_compiles_in_every_language(language: str) -> None:
    templates.prepare([language])


def test_a_letter_comes_in_the_language_asked_for() -> None:
    polish = templates.letter("joining_confirm", "pl", **VALUES)
    assert polish.subject == "Chcesz się zapisać na Town News?"
    assert VALUES["confirm_url"] in polish.text and "YES" in polish.text
    assert polish.html is not None and 'lang="pl"' in polish.html
    arabic = templates.letter("joining_confirm", "ar", **VALUES)
    assert arabic.html is not None and 'dir="rtl"' in arabic.html


def test_what_nobody_translated_stays_english() -> None:
    assert translate("No such sentence.", "ar") == "No such sentence."
    assert templates.letter("joining_confirm", "xx", **VALUES).subject.startswith("Do you want")
