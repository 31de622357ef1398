"""Spam decided once teaches, and nothing is lost by it."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.letters import Pen
from moderation import queue
from storage import forgotten
from storage.database import Database
from storage.records import Flag, Noticed, Post
from tests.moderation.office import PROVEN, ROUND_UP, UNPROVEN, Office, settle

MALLORY = "mallory@evil.example"
SHOP = Noticed(flags=(Flag("host", "shop.example"),), hosts=("shop.example",))


@pytest.fixture
def office(database: Database) -> Office:
    return settle(database)


def post(
    office: Office, title: str, sender: str = MALLORY, proof: Any = UNPROVEN, **more: Any
) -> Post:
    return office.hold(title, proof, author_address=sender, author_name="", **more)


def marked_as_spam(office: Office, held: Post) -> None:
    assert office.decide(held, "spam", office.bob)
    office.letters()


def asked(office: Office) -> list[str]:
    return [mail.subject for mail in office.letters() if mail.letter == "post_held"]


def waiting(office: Office) -> str:
    with office.db.write() as tx:
        queue.write(Pen(tx, office.desk, office.sender, office.now), office.bob, "asked", ROUND_UP)
    return " ".join(office.letters()[-1].text.split())


def test_the_same_sender_comes_again_without_a_notice_and_is_not_lost(office: Office) -> None:
    marked_as_spam(office, post(office, "Watches"))
    again = post(office, "More watches")
    assert asked(office) == []
    assert office.look(again.id).state == "held"
    text = waiting(office)
    assert text.index("These may be spam") < text.index("1. More watches *")
    assert "A post from this address was marked as spam on Wednesday 18 November" in text


def test_another_sender_of_the_same_place_comes_without_a_notice(office: Office) -> None:
    marked_as_spam(office, post(office, "Watches", noticed=SHOP))
    post(office, "Clocks", "other@evil2.example", noticed=SHOP)
    assert asked(office) == []
    assert "It leads to shop.example, as a post did" in waiting(office)


def test_a_forged_name_does_not_silence_its_owner(office: Office) -> None:
    forged = post(office, "Watches", "alice@charity.example")
    marked_as_spam(office, forged)
    post(office, "Food bank", "alice@charity.example", PROVEN)
    assert len(asked(office)) == 1
    post(office, "Watches again", "alice@charity.example")
    assert asked(office) == []


def test_a_place_says_nothing_against_an_author_whom_we_know(office: Office) -> None:
    good = post(office, "Food bank", "alice@charity.example", PROVEN)
    assert office.decide(good, "yes", office.bob)
    marked_as_spam(office, post(office, "Watches", noticed=SHOP))
    post(office, "Warning about shop.example", "alice@charity.example", PROVEN, noticed=SHOP)
    assert len(asked(office)) == 1


def test_a_place_that_approved_posts_led_to_is_not_learned(office: Office) -> None:
    good = post(office, "Bargains", "alice@charity.example", PROVEN, noticed=SHOP)
    assert office.decide(good, "yes", office.bob)
    marked_as_spam(office, post(office, "Watches", noticed=SHOP))
    post(office, "Clocks", "new@partner.example", noticed=SHOP)
    assert len(asked(office)) == 1


def test_nothing_is_kept_of_who_shall_be_forgotten(office: Office) -> None:
    marked_as_spam(office, post(office, "Watches"))
    with office.db.write() as tx:
        forgotten.erase(tx, office.sender, MALLORY)
    post(office, "Sorry")
    assert len(asked(office)) == 1


def test_an_undo_forgets(office: Office) -> None:
    first = post(office, "Watches")
    marked_as_spam(office, first)
    assert office.decide(office.look(first.id), "undo", office.bob)
    office.letters()
    post(office, "More watches")
    assert len(asked(office)) == 1
