"""Choices by number: what is offered, and what a number means when it comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from preferences import menu
from preferences.phrases import choices
from preferences.wish import Wish
from storage import lists, menus
from storage.records import Topic
from tests.preferences.desk import Preferences

TODAY = date(2026, 11, 18)
TOPICS = (Topic(1, 1, "housing", "Housing"), Topic(2, 1, "jobs", "Jobs"))
OFFERED = [
    ("frequency", "weekly"), ("frequency", "daily"), ("format", "large"), ("length", "short"),
    ("attachments", "included"), ("pause", "4"), ("pause", ""), ("data", ""), ("stop", ""),
    ("topics", ""), ("topic", "1"), ("topic", "2"), ("topic", "99"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2", (2,)), ("2.", (2,)), (" 2 \n", (2,)), ("1, 4", (1, 4)), ("1 4", (1, 4)),
        ("1 and 4 please", (1, 4)), ("1\n4\n\nThanks\nCarol", (1, 4)), ("number 3", (3,)),
        ("1+4", (1, 4)), ("#2", (2,)), ("no 2", (2,)), ("Option 2, thanks", (2,)), ("٢", (2,)),
        ("", ()), ("2 weeks", ()), ("daily", ()), ("Carol\n2", ()), ("1 or more", ()), ("-", ()),
    ],
)  # fmt: skip
def test_which_numbers_somebody_types(text: str, numbers: tuple[int, ...]) -> None:
    assert choices(text, "en") == numbers


@pytest.mark.parametrize("bait", ["1 ", "1,", "and ", "1\n", "# "])
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    choices(bait * (100_000 // len(bait)), "en")


@pytest.mark.parametrize(
    ("numbers", "meant"),
    [
        ((2,), [{"frequency": "daily"}]),
        ((3, 4, 5), [{"format": "large"}, {"length": "short"}, {"attachments": "included"}]),
        ((6,), [{"paused_until": TODAY + timedelta(weeks=4)}]),
        ((7,), [{"paused_until": None}]),
        ((10,), [{"topics": ()}]),
        ((1, 11, 12), [{"frequency": "weekly"}, {"topics": (1, 2)}]),
        ((12, 12), [{"topics": (2,)}]),
    ],
)
def test_what_numbers_mean(numbers: tuple[int, ...], meant: list[dict[str, object]]) -> None:
    found = menu.wishes(OFFERED, numbers, TOPICS, TODAY)
    assert [wish.changes for wish in found] == meant
    assert {wish.kind for wish in found} == {"change"}


@pytest.mark.parametrize("numbers", [(0,), (14,), (2, 14), (13,), (9999,)])
def test_a_number_that_is_not_offered_changes_nothing(numbers: tuple[int, ...]) -> None:
    (wish,) = menu.wishes(OFFERED, numbers, TOPICS, TODAY)
    assert wish.kind == "unclear"


def test_leaving_and_a_copy_have_numbers_too() -> None:
    found = menu.wishes(OFFERED, (8, 9), TOPICS, TODAY)
    assert [wish.kind for wish in found] == ["data", "stop"]


def test_a_number_means_what_it_meant_in_the_mail_that_is_answered(both: Preferences) -> None:
    carol = both.reader()
    both.apply(Wish("settings", {}))
    (mail,) = both.letters()
    message_id = mail.header("Message-ID").strip("<>")
    with both.db.write() as tx:
        lists.remove_topic(tx, both.sender.id, "housing")
        known = menus.of_mail(tx, [message_id], carol.id)
        topics = lists.topics(tx, both.sender.id)
    number = known.index(("topic", str(both.topics["housing"]))) + 1
    assert f"{number}. topic: Housing" in mail.text
    (wish,) = menu.wishes(known, [number], topics, TODAY)
    assert wish.kind == "unclear", "the topic is gone, and its number means no other one"
    other = both.reader("dilan@reader.example")
    with both.db.read() as tx:
        assert menus.of_mail(tx, [message_id], other.id) == [], "nor does it for somebody else"


def test_a_mail_program_that_does_not_say_what_it_answers_gets_the_newest(
    desk: Preferences,
) -> None:
    carol = desk.reader()

    def ask(ids: list[str]) -> list[tuple[str, str]]:
        return desk.work(lambda pen: menu.answered(pen, carol, ids))

    assert ask([]) == []
    desk.apply(Wish("settings", {}))
    assert ask([])[0] == ("frequency", "weekly")
    assert ask(["another@lists.example.org"]) == []
    desk.later(days=31)
    assert ask([]) == []
