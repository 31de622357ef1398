"""Catalogues are whole, fit their templates, and read as they should."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from babel.messages.pofile import read_po

import templates
from templates import dates
from templates.catalogue import LANGUAGES, path_of, translate, translate_counted
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


Forms = tuple[str, ...]


def messages(language: str) -> dict[Forms, Forms]:
    """Sentences with what they are in that language; several where a number decides."""
    with path_of(language).open("rb") as file:
        return {_forms(one.id): _forms(one.string) for one in read_po(file) if one.id}


def _forms(text: str | Sequence[str] | None) -> Forms:
    return (text,) if isinstance(text, str) else tuple(text or ())


ITEM_MISSING = {
    "list_title": "Town News",
    "said": "9",
    "address": "carol@reader.example",
    "settings_url": "https://lists.example/settings/m",
    "leave_url": "https://lists.example/leave/m",
}


def test_there_are_two_languages_and_one_runs_right_to_left() -> None:
    assert {"ar", "pl"} <= set(OTHERS)
    assert 'dir="rtl"' in templates.page("not_found", "ar")


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    """Run `make catalogues`, and translate what it adds."""
    wanted = {_forms(one.id) for one in extracted() if one.id}
    known = messages(language)
    assert sorted(wanted - known.keys()) == []
    assert sorted(known.keys() - wanted) == []
    assert [sentence for sentence, said in known.items() if not all(said)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_out_as_not_sure(language: str) -> None:
    """A sentence that the merging marked so stays English: look at it, and take the mark away."""
    with path_of(language).open("rb") as file:
        assert [one.id for one in read_po(file) if one.id and one.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_every_name_and_link(language: str) -> None:
    for sentence, said in messages(language).items():
        for form in said:
            assert expressions(form) == expressions(sentence[0]), sentence


@pytest.mark.parametrize("language", OTHERS)
def test_a_number_stands_in_every_form_that_is_for_more_than_one(language: str) -> None:
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    several = [(_forms(one.id), _forms(one.string)) for one in catalogue if one.pluralizable]
    assert several
    for sentence, said in several:
        assert len(said) == catalogue.num_plurals
        if "{n}" in sentence[1]:
            told = {
                translate_counted(sentence[0], sentence[1], count, language)
                for count in range(3, 120)
            }
            assert all("{n}" in one for one in told), sentence


def test_polish_has_three_forms_and_arabic_six() -> None:
    def said(count: int, language: str) -> str:
        return templates.letter("item_missing", language, **ITEM_MISSING, most=count).text

    polish = [said(count, "pl") for count in (1, 2, 5, 22)]
    assert ["jedną wiadomość" in polish[0], "2 wiadomości" in polish[1]] == [True, True]
    arabic = {count: said(count, "ar") for count in (1, 2, 3, 11, 100, 103)}
    assert "خبر واحد" in arabic[1] and "خبران" in arabic[2]
    assert "3 أخبار" in arabic[3] and "103 أخبار" in arabic[103]
    assert "11 خبرًا" in arabic[11] and "100 خبر." in arabic[100]
    assert "one item." in said(1, "en") and "3 items." in said(3, "en")


def test_names_stand_one_after_the_other_with_the_comma_of_the_language() -> None:
    assert dates.listed(("Housing", "Jobs"), "en") == "Housing, Jobs"
    assert dates.listed(("Housing", "Jobs"), "ar") == "Housing، Jobs"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_compiles_in_every_language(language: str) -> None:
    for path in sorted(templates._HERE.rglob("*.*")):
        name = path.relative_to(templates._HERE).as_posix()
        if path.suffix == ".mjml":
            templates._frame(path.stem, language)
        elif path.suffix in (".txt", ".html"):
            kind = templates._text if path.suffix == ".txt" else templates._html
            kind(language).get_template(name)


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
