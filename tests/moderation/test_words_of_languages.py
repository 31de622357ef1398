"""The words of other languages are whole, mean one thing, and stand beside the English ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import moderation.words
from moderation.author_words import read_author
from moderation.verdict import KINDS, WITH_TEXT, read_verdict, word_of
from moderation.words import LANGUAGES, fold, words

FOLDER = Path(moderation.words.__file__).parent
OTHERS = [language for language in LANGUAGES if language != "en"]


def entries(language: str) -> dict[str, list[str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def test_there_are_some() -> None:
    assert len(OTHERS) >= 2


@pytest.mark.parametrize("language", OTHERS)
def test_no_entry_is_missing_or_of_its_own(language: str) -> None:
    assert entries(language).keys() == entries("en").keys()
    assert all(entries(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_kind_is_read_as_that_kind(language: str) -> None:
    for kind in KINDS:
        for word in entries(language).get(word_of(kind), ()):
            if kind in ("away", "swap"):
                continue  # they need a time or a name
            reply = f"{word}\nA new text." if kind in WITH_TEXT else word
            assert read_verdict(reply, (), language).kind == kind, (kind, word)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_means_two_opposite_things(language: str) -> None:
    yes, no = words(language, "yes"), words(language, "no")
    deciding = ("yes", "no", "spam", "undo", "yes_always", "urgent")
    kinds = {kind: words(language, kind) for kind in deciding}
    for kind, said in kinds.items():
        for other, others in kinds.items():
            assert kind == other or not said & others, said & others
    assert not (yes | no) & words(language, "doubts") - no


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_works_in_every_language(language: str) -> None:
    assert read_verdict("Yes, please", (), language).kind == "yes"
    assert read_verdict("No, not our area", (), language).kind == "no"
    assert read_author("cancel", "", (), language).kind == "cancel"


@pytest.mark.parametrize(
    ("language", "reply", "kind"),
    [
        ("fr", "Oui, merci", "yes"),
        ("fr", "Bonjour,\n\nOui toujours", "yes always"),
        ("fr", "Non, ce n'est pas pour nous", "no"),
        ("fr", "Oui, mais changez le titre", "unclear"),
        ("fr", "Oui ?", "unclear"),
        ("fr", "Ne pas publier", "unclear"),
        ("fr", "Attendre deux jours", "wait"),
        ("cy", "Ie, diolch", "yes"),
        ("cy", "Na, ddim i ni", "no"),
        ("cy", "Ie, ond nid heddiw", "unclear"),
        ("cy", "Dadwneud", "undo"),
        ("en", "Oui", "unclear"),
        ("fr", "Oui\nseulement si c'est gratuit", "unclear"),
        ("fr", "Oui\nsi c'est gratuit", "unclear"),
        ("fr", "Oui\nsous réserve du prix", "unclear"),
        ("fr", "Oui\ntant que c'est gratuit", "unclear"),
        ("fr", "Oui\npourvu que ce soit gratuit", "unclear"),
        ("fr", "Oui\nIl faut changer le titre", "unclear"),
        ("fr", "Oui\nà condition que ce soit gratuit", "unclear"),
        ("cy", "Ie\ndim ond os yw am ddim", "unclear"),
        ("fr", "Non, je voulais dire oui", "unclear"),
        ("fr", "Non, aucune objection", "unclear"),
        ("fr", "Passer, aucun problème", "unclear"),
        ("fr", "Passe à Bob, je suis absent", "pass"),
        ("fr", "Désolé, passe. Je la connais", "pass"),
        ("fr", "Merci Bob,\n\nOui", "yes"),
        ("fr", "Oui de ma part", "yes"),
        ("fr", "Salut, oui merci", "yes"),
        ("fr", "Svp oui", "yes"),
        ("fr", "Ouiii", "yes"),
        ("fr", "approuvre", "yes"),
        ("fr", "spam supprimer", "spam"),
    ],
)
def test_how_people_write(language: str, reply: str, kind: str) -> None:
    assert read_verdict(reply, ("Bob",), language).kind == kind


@pytest.mark.parametrize(
    ("reply", "kind", "fields", "text"),
    [
        ("Oui, titre : Horaires", "yes", {"title": "Horaires"}, ""),
        (
            "Modifier\ntitre : Horaires\nthèmes : logement\n\nOuvert vendredi.",
            "edit",
            {"title": "Horaires", "topics": "logement"},
            "Ouvert vendredi.",
        ),
        (
            "Modifier le texte, titre : Horaires\nOuvert.",
            "edit",
            {"title": "Horaires"},
            "le texte\nOuvert.",
        ),
        ("Modifier\nOuvert.\nElle Bob", "edit", {}, "Ouvert."),
        ("Bonjour, demander : quand ?", "ask", {}, "quand ?"),
        ("Demander : quand ?\nEt où ?\nBien cordialement\nBob", "ask", {}, "quand ?\nEt où ?"),
        ("Bonjour, non, trop loin", "no", {}, "trop loin"),
        ("Non désolé, trop loin", "no", {}, "trop loin"),
        ("Non car c'est trop loin", "no", {}, "car c'est trop loin"),
        ("Non\n\nTrop loin.\n\nBien cordialement\nRobert\nMairie", "no", {}, "Trop loin."),
        ("Non\nTrop loin.\nfin\nMairie", "no", {}, "Trop loin."),
    ],
)
def test_what_comes_with_a_french_word(
    reply: str, kind: str, fields: dict[str, str], text: str
) -> None:
    found = read_verdict(reply, ("Bob",), "fr")
    assert (found.kind, found.fields, found.reason) == (kind, fields, text)


def test_words_are_compared_as_they_are_folded() -> None:
    assert all(fold(word) == word for word in words("fr", "yes"))
