"""What moderators really type: right way round always, and asked back whenever in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.verdict import read_verdict

NAMES = ("Bob Baker", "Amina", "No Nguyen")


def replies(name: str) -> list[str]:
    """One a line in replies/NAME.txt; a backslash and n stand for a line end."""
    text = (Path(__file__).parent / "replies" / f"{name}.txt").read_text(encoding="utf-8")
    return [line.replace("\\n", "\n").replace("\\u200b", "\u200b") for line in text.splitlines()]


YES, NO, UNCLEAR = replies("yes"), replies("no"), replies("unclear")
UNDO = replies("undo")


@pytest.mark.parametrize("reply", YES)
def test_a_plain_yes(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "yes"


@pytest.mark.parametrize("reply", NO)
def test_a_plain_no(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "no"


@pytest.mark.parametrize("reply", ["", " \n\n ", *UNCLEAR])
def test_d7_what_is_not_plain_is_asked_back(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "unclear"


OTHERS = [
    (kind, reply)
    for kind in (
        "undo", "spam", "help", "yes_always", "urgent", "pass", "rota", "waiting", "wait"
    )
    for reply in replies(kind)
]  # fmt: skip


@pytest.mark.parametrize(("kind", "reply"), OTHERS)
def test_the_other_words(kind: str, reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == kind.replace("_", " ")


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len([*YES, *NO, *UNCLEAR]) >= 250


@pytest.mark.parametrize("reply", YES)
@pytest.mark.parametrize(
    "before", ["not ", "don't ", "do not ", "never ", "why ", "I'd rather not "]
)
def test_no_yes_survives_a_denial(before: str, reply: str) -> None:
    assert read_verdict(before + reply, NAMES).kind != "yes"


@pytest.mark.parametrize("reply", [*YES, *NO, *UNDO])
def test_a_question_decides_nothing(reply: str) -> None:
    first, *rest = [line for line in reply.split("\n") if line.strip()]
    if not rest and ":" not in first:
        assert read_verdict(f"{first} ?", NAMES).kind == "unclear"


@pytest.mark.parametrize("no", ["no", "No.", "reject", "No, not our area", "👎"])
@pytest.mark.parametrize("yes", ["yes", "OK!", "approve", "go ahead, please", "👍"])
def test_both_at_once_decide_nothing(yes: str, no: str) -> None:
    for reply in (
        f"{yes}\n{no}",
        f"{no}\n{yes}",
        f"{yes}\n\n\n{no}",
        f"{yes} {no}",
        f"{yes}, {no}",
    ):
        assert read_verdict(reply, NAMES).kind == "unclear", reply


@given(st.text(max_size=200))
def test_nothing_that_is_typed_makes_it_raise(reply: str) -> None:
    read_verdict(reply, NAMES)


@given(st.text(st.characters(categories=["L", "N", "Z"]), min_size=1, max_size=40))
def test_what_stands_beside_a_yes_must_be_known(words: str) -> None:
    """No word that we do not know may stand on the line of a yes."""
    if read_verdict(words, NAMES).kind == "unclear" and words.strip():
        alone = read_verdict(f"yes zz{words}", NAMES)
        assert alone.kind == "unclear"


@pytest.mark.parametrize(
    "bait", ["yes ", "no, ", "topics: ", "title:  ", "hi ", "👍", "thanks\n", "\n"]
)
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    read_verdict(bait * (100_000 // len(bait)), NAMES)


# What is said beside the word -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("No", ""),
        ("No thanks", ""),
        ("No, thank you.", ""),
        ("No, not our area", "not our area"),
        ("No – this is an advert.", "this is an advert."),
        ("No because it is an advert", "because it is an advert"),
        ("reject: too long", "too long"),
        ("No\n\nNot our area.\nPlease ask York.", "Not our area.\nPlease ask York."),
        ("No, not our area.\nPlease ask York.", "not our area.\nPlease ask York."),
        ("Hi Postround,\n\nNo. It is over.", "It is over."),
        ("Sorry, no", ""),
    ],
)
def test_the_reason_is_the_moderators_own_words(reply: str, reason: str) -> None:
    assert read_verdict(reply, NAMES).reason == reason


@pytest.mark.parametrize(
    ("reply", "fields"),
    [
        ("yes", {}),
        ("yes topics: housing, jobs", {"topics": "housing, jobs"}),
        ("Yes\nTopics: Housing", {"topics": "Housing"}),
        ("Yes, title: Food bank hours", {"title": "Food bank hours"}),
        (
            "Yes\n\ntitle: Food bank: new hours\nTOPICS = jobs\n",
            {"title": "Food bank: new hours", "topics": "jobs"},
        ),
    ],
)
def test_fields_go_with_a_yes(reply: str, fields: dict[str, str]) -> None:
    verdict = read_verdict(reply, NAMES)
    assert (verdict.kind, verdict.fields) == ("yes", fields)


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("Ask: What is the price?", "What is the price?"),
        ("ask\n\nWhat is the price?\nAnd where?", "What is the price?\nAnd where?"),
        ("Ask what is the price?", "what is the price?"),
        ("Please ask: which day", "which day"),
        ("Ask the author: which day?\n\nKind regards\nBob", "which day?"),
    ],
)
def test_a_question_for_the_author(reply: str, question: str) -> None:
    verdict = read_verdict(reply, NAMES)
    assert (verdict.kind, verdict.reason) == ("ask", question)


@pytest.mark.parametrize(
    ("reply", "fields", "text"),
    [
        ("Edit\n\nOpen on Friday.", {}, "Open on Friday."),
        ("edit:\nOne.\n\nTwo.\n", {}, "One.\n\nTwo."),
        ("EDIT\ntitle: New hours\n\nOpen.", {"title": "New hours"}, "Open."),
        ("edit, title: New hours", {"title": "New hours"}, ""),
        ("Edit\nOpen.\n\nKind regards,\nBob Baker\nLeeds Council\n0113 496 0000", {}, "Open."),
        ("Edit\nOpen.\nBob", {}, "Open."),
        ("Edit\nOpen.\nEND\nBob Baker\nSenior Officer\nThis mail is confidential", {}, "Open."),
        (
            "Edit\nMeet Bob at noon.\nBob will bring tea.",
            {},
            "Meet Bob at noon.\nBob will bring tea.",
        ),
        ("Hi,\n\nedit\n> old text\nOpen.", {}, "Open."),
        ("Edit\nYes, we are open.\nNo pets.", {}, "Yes, we are open.\nNo pets."),
    ],
)
def test_a_new_text_below_edit(reply: str, fields: dict[str, str], text: str) -> None:
    verdict = read_verdict(reply, NAMES)
    assert (verdict.kind, verdict.fields, verdict.reason) == ("edit", fields, text)


@pytest.mark.parametrize(
    ("reply", "kind", "rest"),
    [
        ("away 3–17 August", "away", "3–17 August"),
        ("Away until 5 January", "away", "until 5 January"),
        ("I'm away 3 to 17 August", "away", "3 to 17 August"),
        ("swap with Amina", "swap", "Amina"),
        ("Swap Amina 3 December", "swap", "Amina 3 December"),
        ("wait 2 days", "wait", "2 days"),
        ("Wait", "wait", ""),
    ],
)
def test_what_follows_the_word(reply: str, kind: str, rest: str) -> None:
    verdict = read_verdict(reply, NAMES)
    assert (verdict.kind, verdict.reason) == (kind, rest)


@pytest.mark.parametrize(
    ("reply", "fields"),
    [
        ("yes date: 4 December", {"date": "4 December"}),
        ("Yes\nCloses: 2 December", {"closes": "2 December"}),
        ("yes, title: Save the date: 4 May", {"title": "Save the date: 4 May"}),
        (
            "yes, title: Hours; date: 4 May; closes: 1 May; topics: housing",
            {"title": "Hours", "date": "4 May", "closes": "1 May", "topics": "housing"},
        ),
    ],
)
def test_days_go_with_a_yes(reply: str, fields: dict[str, str]) -> None:
    verdict = read_verdict(reply, NAMES)
    assert (verdict.kind, verdict.fields) == ("yes", fields)


def test_the_line_that_was_not_understood_is_quoted_back() -> None:
    assert read_verdict("Hi,\n\nLooks odd to me\nBob", NAMES).line == "Looks odd to me"
