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
UNDO, SPAM, HELP = replies("undo"), replies("spam"), replies("help")


@pytest.mark.parametrize("reply", YES)
def test_a_plain_yes(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "yes"


@pytest.mark.parametrize("reply", NO)
def test_a_plain_no(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "no"


@pytest.mark.parametrize("reply", ["", " \n\n ", *UNCLEAR])
def test_d7_what_is_not_plain_is_asked_back(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "unclear"


@pytest.mark.parametrize("reply", UNDO)
def test_undo(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "undo"


@pytest.mark.parametrize("reply", SPAM)
def test_spam(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "spam"


@pytest.mark.parametrize("reply", HELP)
def test_help(reply: str) -> None:
    assert read_verdict(reply, NAMES).kind == "help"


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


def test_the_line_that_was_not_understood_is_quoted_back() -> None:
    assert read_verdict("Hi,\n\nLooks odd to me\nBob", NAMES).line == "Looks odd to me"
