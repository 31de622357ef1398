"""What is over before the next round-up: the moderators know before they say yes, asking hurries,
and nobody is promised a round-up that leaves it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from moderation import in_time
from storage import askings, volunteers
from storage.database import Database
from storage.records import Post
from tests.moderation.office import ROUND_UP, Office, settle
from tests.storage.rows import NOON, new_reader

SATURDAY = date(2026, 11, 21)
"""NOON is that of the Wednesday before, and the round-up leaves on the Monday after."""


@pytest.fixture
def office(database: Database) -> Office:
    return settle(database)


def _with_readers(office: Office, *frequencies: Any) -> Office:
    with office.db.write() as tx:
        for number, frequency in enumerate(frequencies):
            new_reader(tx, office.sender, f"reader{number}@home.example", frequency=frequency)
    return office


def _text(office: Office, letter: str) -> str:
    mail = next(mail for mail in office.letters() if mail.letter == letter)
    return " ".join(mail.text.split())


def _steps(office: Office, post: Post) -> datetime:
    with office.db.read() as tx:
        state = askings.of_post(tx, post.id)
    assert state is not None and state.next_at is not None
    return state.next_at


def test_the_moderator_knows_before_saying_yes(office: Office) -> None:
    office.hold(event_date=SATURDAY)
    asked = _text(office, "post_held")
    assert "it is over on Saturday 21 November 2026." in asked
    assert "If you say YES, no reader knows in time." in asked
    assert "Reply URGENT to send it to all readers now. A second moderator must agree." in asked
    assert "it goes into the round-up" not in asked


def test_readers_who_do_not_wait_for_the_round_up_are_counted_in(office: Office) -> None:
    _with_readers(office, "weekly", "daily").hold(event_date=SATURDAY)
    assert "only people who get posts straight away or each day" in _text(office, "post_held")


def test_who_is_alone_is_not_told_of_urgent(office: Office) -> None:
    with office.db.write() as tx:
        volunteers.remove(tx, office.sender.id, "moderator", office.amina.address, NOON)
    office.hold(event_date=SATURDAY)
    assert "URGENT" not in _text(office, "post_held")


def test_a_day_that_the_words_seem_to_name_is_a_hint_only(office: Office) -> None:
    office.hold(text="Come and join us, 21 November 2026.")
    asked = _text(office, "post_held")
    assert "it goes into the round-up of Monday 23 November 2026, 10am." in asked
    assert "it seems to be about Saturday 21 November 2026, and that is before." in asked
    assert "Reply URGENT" in asked


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 12, 1), date(2026, 11, 10)])
def test_what_is_on_that_day_or_later_or_is_told_of_afterwards_is_in_time(
    office: Office, day: date
) -> None:
    post = office.hold(event_date=day)
    assert "URGENT" not in _text(office, "post_held")
    assert office.decide(post, "yes", office.bob)
    assert "It will be in the round-up of Monday 23 November" in _text(office, "post_decided")


def test_nobody_is_promised_a_round_up_that_leaves_it_out(office: Office) -> None:
    post = office.hold(event_date=SATURDAY)
    received = _text(office, "post_received")
    assert "It is over on Saturday 21 November 2026." in received
    assert "it will be in" not in received
    assert office.decide(post, "yes", office.bob)
    told = {mail.letter: " ".join(mail.text.split()) for mail in office.letters()}
    for letter in ("post_decided", "post_approved"):
        assert "It will be in" not in told[letter]
        assert "comes too late, so it leaves this out." in told[letter]
        assert "So no reader gets it." in told[letter]
    assert "Reply UNDO, and then URGENT." in told["post_decided"]


def test_who_gets_it_in_time_is_told(office: Office) -> None:
    post = _with_readers(office, "straight away", "daily").hold(event_date=SATURDAY)
    assert office.decide(post, "yes", office.bob)
    told = {mail.letter: " ".join(mail.text.split()) for mail in office.letters()}
    assert "People who get posts straight away get it in 5 minutes." in told["post_decided"]
    assert "straight away get it in a few minutes." in told["post_approved"]
    assert "one mail a day get it if their mail comes in time." in told["post_approved"]
    assert "no reader gets it" not in told["post_approved"]


def test_a_day_that_comes_with_the_yes_counts(office: Office) -> None:
    post = office.hold()
    assert office.decide(post, "yes", office.bob, fields={"date": "21 November 2026"})
    told = _text(office, "post_decided")
    assert "It is over on Saturday 21 November 2026." in told


def test_asking_hurries_to_the_morning_of_that_day(office: Office) -> None:
    office.now = datetime(2026, 11, 20, 16, tzinfo=UTC)
    usual = office.hold("No day")
    hurried = office.hold("On Saturday", event_date=SATURDAY)
    assert _steps(office, hurried) < _steps(office, usual)
    assert _steps(office, hurried) <= datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_what_is_on_today_is_asked_at_the_usual_pace(office: Office) -> None:
    usual = office.hold("No day")
    today = office.hold("Today", event_date=NOON.date())
    assert _steps(office, usual) == _steps(office, today)


def test_what_puts_right_an_older_post_has_no_day_to_meet(office: Office) -> None:
    post = office.hold(event_date=SATURDAY)
    assert in_time.late(office.sender, post, ROUND_UP) == SATURDAY
    assert in_time.late(office.sender, replace(post, corrects=1), ROUND_UP) is None


def test_the_last_of_two_days_counts(office: Office) -> None:
    post = office.hold(event_date=SATURDAY, closing_date=SATURDAY + timedelta(days=9))
    assert in_time.late(office.sender, post, ROUND_UP) is None
