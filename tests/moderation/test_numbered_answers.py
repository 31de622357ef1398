"""Answers by number to the mail that shows everything that waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.numbered import read_numbered
from moderation.verdict import Verdict

NAMES = ("Bob", "Amina")
TOPICS = frozenset({"housing", "jobs", "legal advice"})


def said(reply: str) -> dict[int | str, tuple[str, str]]:
    """(kind, reason) by number, or "all"."""
    found = read_numbered(reply, NAMES, TOPICS)
    assert found is not None, reply
    shown: dict[int | str, Verdict] = {"all": found.rest} if found.rest else {}
    shown.update(found.by_number.items())
    return {number: (one.kind, one.reason) for number, one in shown.items()}


YES, NO = ("yes", ""), ("no", "")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("1 yes", {1: YES}),
        ("1: yes", {1: YES}),
        ("1. Yes", {1: YES}),
        ("1) ok", {1: YES}),
        ("#1 yes", {1: YES}),
        ("1 - yes", {1: YES}),
        ("no 1", {1: NO}),
        ("yes 2", {2: YES}),
        ("yes to 1 and 3", {1: YES, 3: YES}),
        ("1, 3 yes", {1: YES, 3: YES}),
        ("1 and 3 yes", {1: YES, 3: YES}),
        ("1 & 2 yes", {1: YES, 2: YES}),
        ("1-3 yes", {1: YES, 2: YES, 3: YES}),
        ("1 yes\n2 no, not our area", {1: YES, 2: ("no", "not our area")}),
        (
            "1 no\nIt was last week.\nSorry.\n2 yes",
            {1: ("no", "It was last week.\nSorry."), 2: YES},
        ),
        ("Hi,\n\n1 yes\n2 spam\n\nBob", {1: YES, 2: ("spam", "")}),
        ("all yes", {"all": YES}),
        ("All: yes, thanks", {"all": YES}),
        ("all yes\n3 no, an advert", {"all": YES, 3: ("no", "an advert")}),
        ("1 ask: What is the price?", {1: ("ask", "What is the price?")}),
        ("1 wait 2 days", {1: ("wait", "2 days")}),
        ("2 pass", {2: ("pass", "")}),
        ("1 yes?", {1: ("unclear", "")}),
        ("1 yes\n1 no", {1: ("unclear", "")}),
        ("1 don't approve", {1: ("unclear", "")}),
        ("1 maybe\n2 yes", {1: ("unclear", ""), 2: YES}),
        ("1", {1: ("unclear", "")}),
        ("10 yes", {10: YES}),
    ],
)
def test_what_is_said_about_which(reply: str, expected: dict[int | str, tuple[str, str]]) -> None:
    assert said(reply) == expected


@pytest.mark.parametrize(
    ("reply", "topics"),
    [
        ("3 yes housing", "housing"),
        ("3 yes, housing and jobs", "housing, jobs"),
        ("3 yes Legal advice", "legal advice"),
        ("3 yes topics: housing", "housing"),
    ],
)
def test_topics_may_stand_behind_the_yes(reply: str, topics: str) -> None:
    found = read_numbered(reply, NAMES, TOPICS)
    assert found is not None
    assert (found.by_number[3].kind, found.by_number[3].fields) == ("yes", {"topics": topics})


@pytest.mark.parametrize("reply", ["3 yes nonsense", "3 yes housing maybe", "3 yes if housing"])
def test_a_word_that_is_no_topic_is_asked_back(reply: str) -> None:
    found = read_numbered(reply, NAMES, TOPICS)
    assert found is not None
    assert found.by_number[3].kind == "unclear"
    assert found.unclear


@pytest.mark.parametrize("reply", ["", "yes", "no, not our area", "Thanks\nBob", "rota", "help"])
def test_without_a_number_it_is_another_kind_of_answer(reply: str) -> None:
    assert read_numbered(reply, NAMES, TOPICS) is None


@given(st.text(max_size=200))
def test_nothing_that_is_typed_makes_it_raise(reply: str) -> None:
    read_numbered(reply, NAMES, TOPICS)


@pytest.mark.parametrize("bait", ["1 ", "1, ", "1 yes ", "#1", "all ", "yes 1 ", "1-", "1 and "])
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    read_numbered(bait * (100_000 // len(bait)), NAMES, TOPICS)
