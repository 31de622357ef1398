"""Letters by helpers who add others, and replies with numbers, as they come to the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage import subscribers
from storage.database import Database
from tests.ingest.desks import ALICE, BOB, CAROL, PROVEN, Desks, answering, settle

ERIN = "erin@home.example"
ADD = f"add Erin {ERIN} because she asked me at the food bank on 3 May"


@pytest.fixture
def desks(sqlite_url: str) -> Iterator[Desks]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


def reads(desks: Desks) -> bool:
    with desks.db.read() as tx:
        return subscribers.by_address(tx, desks.sender.id, ERIN) is not None


def test_a_proven_moderator_adds_somebody_by_mail(desks: Desks) -> None:
    desks.bring("news-help", BOB, ADD, proof=PROVEN)
    told, thanked = desks.letters()
    assert (told.to, thanked.to) == ((ERIN,), (BOB,))
    assert reads(desks)
    desks.bring(told.reply_to, ERIN, "stop")
    with desks.db.read() as tx:
        erin = subscribers.by_address(tx, desks.sender.id, ERIN)
    assert erin is not None
    assert erin.state == "left", "one reply undoes it"


def test_without_proof_the_helpers_own_address_is_asked(desks: Desks) -> None:
    desks.bring("news-help", BOB, ADD)
    (asked,) = desks.letters()
    assert (asked.letter, asked.to) == ("adding_confirm", (BOB,))
    assert not reads(desks)
    desks.bring(asked.reply_to, BOB, "no")
    assert not reads(desks)
    desks.bring(asked.reply_to, BOB, "yes")
    assert reads(desks)
    assert desks.names() == ["joining_added", "adding_done"]
    desks.bring(asked.reply_to, BOB, "yes")
    assert desks.names() == []


@pytest.mark.parametrize("sender", [ALICE, CAROL, "mallory@evil.example"])
def test_nobody_else_adds_anybody(desks: Desks, sender: str) -> None:
    """Alice becomes a helper with her first approved post; Carol only reads."""
    desks.reader()
    desks.bring("news-help", sender, ADD, proof=PROVEN)
    assert not reads(desks)
    assert not any(mail.to == (ERIN,) for mail in desks.letters())


def test_numbers_choose_from_the_mail_that_is_answered(desks: Desks) -> None:
    carol = desks.reader()
    mark = desks.marked("settings", carol.id)
    desks.bring(mark, CAROL, "settings")
    (menu,) = desks.letters()
    number = next(line.split(".")[0] for line in menu.text.splitlines() if "one mail a day" in line)
    desks.bring(mark, CAROL, f"{number.strip()}, 999", **answering(menu))
    assert desks.names() == ["wish_unclear"]
    desks.bring(mark, CAROL, number, **answering(menu))
    assert desks.names() == ["settings_changed"]
    assert desks.look().frequency == "daily"  # type: ignore[union-attr]


def test_a_number_in_reply_to_a_letter_without_choices_changes_nothing(desks: Desks) -> None:
    carol = desks.reader()
    mark = desks.marked("settings", carol.id)
    desks.bring(mark, CAROL, "daily")
    (changed,) = desks.letters()
    desks.bring(mark, CAROL, "3", **answering(changed))
    assert desks.names() == ["wish_unclear"]


def test_a_number_without_a_mark_is_asked_back(desks: Desks) -> None:
    """A phone that ignores Reply-To: it comes to the list itself."""
    carol = desks.reader()
    desks.bring(desks.marked("settings", carol.id), CAROL, "settings")
    (menu,) = desks.letters()
    desks.bring("news", CAROL, "2", **answering(menu))
    assert desks.names() == ["wish_confirm"]
    assert desks.look().frequency == "weekly"  # type: ignore[union-attr]


def test_a_new_address_without_a_mark_is_asked_back_at_the_old_one(desks: Desks) -> None:
    desks.reader()
    desks.bring("news-help", CAROL, "new address carol@new.example")
    (asked,) = desks.letters()
    assert (asked.letter, asked.to) == ("wish_confirm", (CAROL,))
    assert "carol@new.example" not in asked.text
    desks.bring(asked.reply_to, CAROL, "yes")
    first, told = desks.letters()
    assert (first.letter, first.to) == ("address_confirm", ("carol@new.example",))
    assert (told.letter, told.to) == ("address_asked", (CAROL,))
    desks.bring(first.reply_to, "carol@new.example", "yes")
    assert desks.look() is None
    assert desks.names() == ["address_changed", "joining_done"]
