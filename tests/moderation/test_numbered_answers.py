"""Answers by number to the mail that shows everything that waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.numbered import read_numbered

NAMES = ("Bob", "Amina")
TOPICS = frozenset({"housing", "jobs", "legal advice"})


def said(
    reply: str, shown: int | None = None, language: str = "en"
) -> dict[int | str, tuple[str, str]]:
    """(kind, reason) by number, or "all"; where something is left out of all, "but"."""
    numbers = range(1, shown + 1) if shown else None
    found = read_numbered(reply, NAMES, TOPICS, language, numbers)
    assert found is not None, reply
    told: dict[int | str, tuple[str, str]] = {}
    if found.rest:
        told["all"] = found.rest.kind, found.rest.reason
    for number, one in found.by_number.items():
        told[number] = one.kind, one.reason
    if found.left:
        told["but"] = " ".join(map(str, sorted(found.left))), ""
    return told


YES, NO, UNCLEAR = ("yes", ""), ("no", ""), ("unclear", "")


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
    ("reply", "expected"),
    [
        ("1 to 3 yes", {1: YES, 2: YES, 3: YES}),
        ("1 through 3 yes", {1: YES, 2: YES, 3: YES}),
        ("yes to 1-3", {1: YES, 2: YES, 3: YES}),
        ("yes 1 to 2", {1: YES, 2: YES}),
        ("3 to 1 yes", {3: YES, 1: YES}),
        ("1+2 yes", {1: YES, 2: YES}),
        ("1/2 yes", {1: YES, 2: YES}),
        ("1=yes", {1: YES}),
        ("1 -> yes", {1: YES}),
        ("Post 2: no", {2: NO}),
        ("number 2 yes", {2: YES}),
        ("No. 2: yes", {2: YES}),
        ("no 2 yes", None),
        ("no 2: yes", {2: UNCLEAR}),
        ("👍 1", {1: YES}),
        ("1 ✅ 2 ❌", {1: YES, 2: NO}),
        ("undo 2", {2: ("undo", "")}),
        ("1,2 and 4 approved, 3 rejected", {1: YES, 2: YES, 4: YES, 3: NO}),
    ],
)
def test_numbers_as_people_write_them(
    reply: str, expected: dict[int | str, tuple[str, str]] | None
) -> None:
    found = read_numbered(reply, NAMES, TOPICS)
    assert (said(reply) if found else None) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("1 yes, 2 no", {1: YES, 2: NO}),
        ("1 yes 2 no 3 spam", {1: YES, 2: NO, 3: ("spam", "")}),
        ("1: yes; 2: no", {1: YES, 2: NO}),
        ("1 yes and 2 no", {1: YES, 2: NO}),
        ("yes to 1, no to 2", {1: YES, 2: NO}),
        ("no 1 no 2 yes 3", {1: NO, 2: NO, 3: YES}),
        ("yes for 1 and 3, no for 2", {1: YES, 3: YES, 2: NO}),
        ("1 no thanks, 2 yes please", {1: NO, 2: YES}),
        ("1 no, too late, 2 yes", {1: ("no", "too late"), 2: YES}),
        ("1 yes; 2 no - too late", {1: YES, 2: ("no", "too late")}),
        ("1 and 2 yes, the rest no", {1: YES, 2: YES, "all": NO}),
        ("all yes, 3 no", {"all": YES, 3: NO}),
        ("1 yes, 2 of the dates are wrong", {1: UNCLEAR}),
        ("1 yes, 2 maybe", {1: UNCLEAR}),
        ("1 yes, all fine", {1: UNCLEAR}),
        ("1 yes 2?", {1: UNCLEAR}),
        ("1 no, too late, 2 people complained", {1: ("no", "too late, 2 people complained")}),
        ("1 no, we had 3 no shows", {1: ("no", "we had 3 no shows")}),
    ],
)
def test_several_on_one_line(reply: str, expected: dict[int | str, tuple[str, str]]) -> None:
    assert said(reply) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("no to 2, not our area", {2: ("no", "not our area")}),
        ("reject 3: too late", {3: ("no", "too late")}),
        ("Yes to 2 - but check the title", {2: UNCLEAR}),
        ("ask 2: what is the price?", {2: ("ask", "what is the price?")}),
        ("edit 3:\nNew text", {3: ("edit", "New text")}),
        ("edit 3\nNew text", {3: ("edit", "New text")}),
    ],
)
def test_a_word_a_number_and_more(reply: str, expected: dict[int | str, tuple[str, str]]) -> None:
    assert said(reply) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("yes to all", {"all": YES}),
        ("Yes please to all of them, thanks", {"all": YES}),
        ("approve all", {"all": YES}),
        ("no to all, not our area", {"all": ("no", "not our area")}),
        ("all 3 yes", {"all": YES}),
        ("yes to all three", {"all": YES}),
        ("1 yes\nthe rest no", {1: YES, "all": NO}),
        ("1 yes\nall the others no", {1: YES, "all": NO}),
        ("no to the others", {"all": NO}),
        ("all yes except 3", {"all": YES, "but": ("3", "")}),
        ("yes to everything but 1 and 2", {"all": YES, "but": ("1 2", "")}),
        ("1-3 yes except 2", {1: YES, 3: YES, "but": ("2", "")}),
        ("all yes except 3\n3 no", {"all": YES, 3: NO}),
        ("all yes, but not the advert", {"all": UNCLEAR}),
        ("all yes except the third", {"all": UNCLEAR}),
        ("yes to all?", {"all": UNCLEAR}),
        ("all maybe", {"all": UNCLEAR}),
    ],
)
def test_all_and_the_rest(reply: str, expected: dict[int | str, tuple[str, str]]) -> None:
    assert said(reply, 3) == expected


def test_both_are_all_of_two() -> None:
    assert said("both yes", 2) == said("yes to both", 2) == {"all": YES}
    assert read_numbered("both yes", NAMES, TOPICS, "en", (1, 2, 3)) is None


@pytest.mark.parametrize(
    "reply", ["OK thanks all", "Great, all", "no others", "Thanks all", "ok all"]
)
def test_what_is_said_to_people_decides_nothing(reply: str) -> None:
    assert read_numbered(reply, NAMES, TOPICS) is None


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("1 yes\nAll the best,\nBob", {1: YES}),
        ("2 no, not our area\n\nAll the best\nAmina", {2: ("no", "not our area")}),
        ("1 yes\nBob\n12 High Street", {1: YES}),
        ("2 no, it was on\n12 May already", {2: ("no", "it was on\n12 May already")}),
        ("2 no\nNo others have asked", {2: ("no", "No others have asked")}),
        ("1 yes\n2 maybe", {1: YES, 2: UNCLEAR}),
        ("1 yes\n12 yes", {1: YES, 12: YES}),
        ("12 High Street", {12: UNCLEAR}),
    ],
)
def test_what_stands_below(reply: str, expected: dict[int | str, tuple[str, str]]) -> None:
    assert said(reply, 3) == expected


def test_a_new_text_is_whole_whatever_it_holds() -> None:
    text = "Our walk\n\n10 June, 2 pm\n2 places left\n\n" + "Bring food. " * 300
    found = said(f"3 edit:\n{text}\n\n1 yes", 3)
    assert found == {3: ("edit", text.strip()), 1: YES}


@pytest.mark.parametrize(
    ("language", "reply", "expected"),
    [
        ("fr", "1 oui", {1: YES}),
        ("fr", "1 et 3 oui", {1: YES, 3: YES}),
        ("fr", "1 à 3 oui", {1: YES, 2: YES, 3: YES}),
        ("fr", "oui pour 1 et 3", {1: YES, 3: YES}),
        ("fr", "non à 2, hors sujet", {2: ("no", "hors sujet")}),
        ("fr", "n° 2 oui", {2: YES}),
        ("fr", "tous oui\n2 non, hors sujet", {"all": YES, 2: ("no", "hors sujet")}),
        ("fr", "oui à tout", {"all": YES}),
        ("fr", "1 oui\nles autres non", {1: YES, "all": NO}),
        ("fr", "tous oui sauf 3", {"all": YES, "but": ("3", "")}),
        ("fr", "les trois oui", None),
        ("fr", "1 oui jobs", {1: YES}),
        ("cy", "1 ie", {1: YES}),
        ("cy", "ie i 1 a 3", {1: YES, 3: YES}),
        ("cy", "rhif 2 na", {2: NO}),
        ("cy", "pob un ie", {"all": YES}),
        ("cy", "1 ie\ny gweddill na", {1: YES, "all": NO}),
        ("cy", "pob un ie heblaw 3", {"all": YES, "but": ("3", "")}),
        ("cy", "1 yes", {1: YES}),
    ],
)
def test_in_other_languages(
    language: str, reply: str, expected: dict[int | str, tuple[str, str]] | None
) -> None:
    found = read_numbered(reply, NAMES, TOPICS, language, (1, 2, 3))
    assert (said(reply, 3, language) if found else None) == expected


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


def test_what_is_quoted_between_the_lines_is_not_said() -> None:
    assert said("1 yes\n> 2 no\n3 yes") == {1: YES, 3: YES}
    assert said("1 no, it is over\n> 2 no\n| 4 spam\nSorry") == {1: ("no", "it is over\nSorry")}


@pytest.mark.parametrize("reply", ["the rest no\nthe rest yes", "all yes\nthe rest no"])
def test_two_answers_for_the_rest_are_none(reply: str) -> None:
    assert said(reply) == {"all": UNCLEAR}


def test_what_was_not_understood_is_quoted_back() -> None:
    found = read_numbered("1 yes\n1 no", NAMES, TOPICS)
    assert found is not None
    assert (found.by_number[1].kind, found.by_number[1].line) == ("unclear", "no")


@pytest.mark.parametrize("reply", ["", "yes", "no, not our area", "Thanks\nBob", "rota", "help"])
def test_without_a_number_it_is_another_kind_of_answer(reply: str) -> None:
    assert read_numbered(reply, NAMES, TOPICS) is None


@given(st.text(max_size=200))
def test_nothing_that_is_typed_makes_it_raise(reply: str) -> None:
    read_numbered(reply, NAMES, TOPICS)


BAITS = ["1 ", "1, ", "1 yes ", "#1", "all ", "yes 1 ", "1-", "1 and ", "1 yes\n", "a 1\n", "to ",
         "1 edit:\n2 a\n", "yes to all ", "all yes except 1 ", "1 to 200, "]  # fmt: skip


@pytest.mark.parametrize("bait", BAITS)
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    read_numbered(bait * (100_000 // len(bait)), NAMES, TOPICS)
