"""A helper adds somebody whom they met: consent kept, the person told, undone by one reply."""

from __future__ import annotations

import pytest

from preferences import adding
from preferences.adding import Addition, read_addition
from storage import subscribers, volunteers
from tests.preferences.desk import CAROL, Preferences

ALICE = "alice@charity.example"
WHY = "because she asked me at the food bank on 3 May"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (f"add Carol {CAROL} {WHY}", Addition(CAROL, "Carol", WHY)),
        (f"Please add Carol S. <{CAROL}>, she asked\nme\n\nAlice", ("Carol S.", "she asked me")),
        (f"ADD: Carol {CAROL} because\nshe asked", ("Carol", "because she asked")),
        (f"add {CAROL}", ("", "")),
        (f"Hello, add {CAROL} - asked by phone", ("", "asked by phone")),
        (f"Could you add {CAROL} to the list? She asked me.", ("", "She asked me.")),
        (f"Can you please add my colleague Carol ({CAROL}) - she asked", ("Carol", "she asked")),
        (f"Hi all,\n\nplease add {CAROL}\n\nshe asked me on Monday\n\nBob",
         ("", "she asked me on Monday")),
        (f"Please put Carol {CAROL} on the list, she asked me.", ("Carol", "she asked me.")),
        (f"Please subscribe Carol ({CAROL}) to your newsletter because she asked",
         ("Carol", "because she asked")),
        (f"I'd like to add Carol O'Brien-Smith at {CAROL}, she asked",
         ("Carol O'Brien-Smith", "she asked")),
        (f"add Carol J.R. Smith mailto:{CAROL}: asked by phone",
         ("Carol J.R. Smith", "asked by phone")),
        (f"add {CAROL}\n\nThanks, Bob", ("", "")),
    ],
)  # fmt: skip
def test_what_a_helper_types(text: str, meant: Addition | tuple[str, str]) -> None:
    if not isinstance(meant, Addition):
        meant = Addition(CAROL, *meant)
    assert read_addition(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "add me",
        "add Carol",
        f"Hello {CAROL}",
        f"add {CAROL} and dilan@home.example",
        "add @",
        f"Please add this event to your list, contact {CAROL} for details",
        f"add our notice about the walk, write to {CAROL} to come",
    ],
)
def test_what_adds_nobody(text: str) -> None:
    assert read_addition(text) is None


@pytest.mark.parametrize("bait", ["add ", "a@b.c ", "add x@", "@", "add a.b@c-"])
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    read_addition("add " + bait * (100_000 // len(bait)))


def add(desk: Preferences, address: str = CAROL, why: str = WHY) -> str:
    wanted = Addition(address, "Carol", why)
    return desk.work(lambda pen: adding.add(pen, ALICE, wanted))


def test_the_person_is_told_who_it_was_and_the_words_of_consent_are_kept(
    both: Preferences,
) -> None:
    assert add(both) == "adding_done"
    told, thanked = both.letters()
    assert (told.letter, told.to) == ("joining_added", (CAROL,))
    assert ALICE in told.text
    assert "STOP" in told.text
    assert told.reply_to.startswith("news-settings+")
    assert thanked.to == (ALICE,)
    carol = both.look()
    assert carol.state == "active"
    assert f'Added by {ALICE}, 2026-11-18 12:00 UTC, in their words: "{WHY}"' in carol.consent
    assert both.trail() == ["added"]


def test_without_words_of_consent_nobody_is_added(desk: Preferences) -> None:
    assert add(desk, why="") == "adding_unclear"
    with desk.db.read() as tx:
        assert subscribers.by_address(tx, desk.sender.id, CAROL) is None


def test_who_left_is_asked_and_not_brought_back_and_the_helper_never_learns(
    desk: Preferences,
) -> None:
    add(desk)
    thanks = desk.letters()[-1].text
    for state, letter in (("left", "joining_confirm"), ("active", "joining_already")):
        desk.later(days=2)
        with desk.db.write() as tx:
            subscribers.change(tx, desk.look().id, {"state": state})
        assert add(desk) == "adding_done"
        told, thanked = desk.letters()
        assert (told.letter, thanked.text) == (letter, thanks)
        assert desk.look().state == state


def test_a_helper_adds_fifty_a_day_at_most(desk: Preferences) -> None:
    said = [add(desk, f"p{number}@home.example") for number in range(adding.MOST_A_DAY + 2)]
    assert said.count("adding_done") == adding.MOST_A_DAY
    assert said[-1] == ""


def test_who_may_help(desk: Preferences) -> None:
    def may(address: str) -> bool:
        return desk.work(lambda pen: adding.is_helper(pen, address))

    assert not may(ALICE)
    with desk.db.write() as tx:
        volunteers.meet_author(tx, desk.sender.id, ALICE, "Alice", desk.now)
    assert not may(ALICE)
    with desk.db.write() as tx:
        volunteers.note_approval(tx, desk.sender.id, ALICE)
        volunteers.add(tx, desk.sender.id, "moderator", "bob@example.org", "Bob", desk.now)
    assert may(ALICE)
    assert may("bob@example.org")
    assert not may("mallory@evil.example")
