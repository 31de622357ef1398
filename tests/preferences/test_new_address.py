"""Another address: the new one says yes, the old one hears of it, and one person is one reader."""

from __future__ import annotations

import pytest

from preferences.wish import Wish
from storage import history, subscribers
from tests.preferences.desk import CAROL, Preferences

NEW = "carol@new.example"


def ask(desk: Preferences, address: str = NEW) -> str:
    return desk.apply(Wish("address", {"address": address}))


def test_nothing_moves_before_the_new_address_says_yes(both: Preferences) -> None:
    both.reader(frequency="daily")
    assert ask(both) == "address_asked"
    asked, told = both.letters()
    assert (asked.to, told.to) == ((NEW,), (CAROL,))
    assert both.look().address == CAROL
    assert both.confirm() == "joining_done"
    moved, welcome = both.letters()
    assert (moved.to, welcome.to) == ((CAROL,), (NEW,))
    assert NEW not in moved.text
    carol = both.look(NEW)
    assert carol.frequency == "daily"
    with both.db.read() as tx:
        (step,) = history.of_subscriber(tx, carol.id)
    assert CAROL in step.detail
    assert both.confirm() == "settled"


def test_nobody_is_bombed_through_it(desk: Preferences) -> None:
    desk.reader()
    for number in range(6):
        ask(desk, NEW)
        ask(desk, f"other{number}@new.example")
    to = [mail.to[0] for mail in desk.letters() if mail.letter == "address_confirm"]
    assert to.count(NEW) == 1
    assert len(to) == 3


@pytest.mark.parametrize("address", [CAROL, CAROL.upper(), "carol", "<script>@x.example", ""])
def test_what_is_no_other_address_is_asked_back(desk: Preferences, address: str) -> None:
    desk.reader()
    assert ask(desk, address) == "wish_unclear"
    assert desk.names() == ["wish_unclear"]


@pytest.mark.parametrize("state", ["active", "left", "stopped"])
def test_whoever_reads_there_already_is_one_reader_afterwards(
    both: Preferences, state: str
) -> None:
    both.reader(frequency="monthly")
    there = both.reader(NEW, state=state)
    ask(both)
    both.confirm()
    after = both.look(NEW)
    assert (after.id, after.state, after.frequency) == (there.id, "active", "monthly")
    assert both.look(CAROL).state == "left"


def test_who_left_meanwhile_is_not_moved(desk: Preferences) -> None:
    carol = desk.reader()
    ask(desk)
    with desk.db.write() as tx:
        subscribers.leave(tx, carol.id, desk.now)
    assert desk.confirm() == "settled"
    assert desk.look().state == "left"


def test_a_stopped_reader_who_moves_gets_mails_again(desk: Preferences) -> None:
    desk.reader(state="stopped")
    ask(desk)
    desk.confirm()
    assert desk.look(NEW).state == "active"
