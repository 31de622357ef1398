"""The rota by mail: away, swap, pass, rota, waiting; nobody opens a web page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from storage import volunteers
from storage.database import Database
from tests.journeys.letters import post
from tests.mailbox import Mail, answer, mails
from tests.servers import Installation

LIST = "news@lists.example.org"
BOB, AMINA = "bob@council.example", "amina@charity.example"


def held(town: Installation, number: int = 1, subject: str = "Food bank hours") -> Mail:
    town.send(post(subject, number=number), "alice@charity.example", LIST)
    return town.wait_for_mail(letter="post_held", number=number)


def reply(town: Installation, mail: Mail, text: str) -> None:
    sender = mail.to[0]
    assert town.send(answer(mail, text, sender), sender, mail.reply_to) == {}


def test_away_hands_over_and_brings_the_days_back(town: Installation) -> None:
    asked = held(town)
    reply(town, asked, "away this week")
    away = town.wait_for_mail(letter="rota_away", to=BOB)
    assert "In your place:" in away.text and "Amina" in away.text
    assert "One post waited for you. We have asked the next person." in away.text
    handed = town.wait_for_mail(letter="post_held", to=AMINA)
    reply(town, handed, "yes")
    town.wait_for_mail(letter="post_decided", to=AMINA)
    reply(town, away, "back")
    assert "You are back" in town.wait_for_mail(letter="rota_back", to=BOB).subject
    assert held(town, 3, "Another").to == (BOB,)


def test_away_without_days_is_asked_back(town: Installation) -> None:
    reply(town, held(town), "away 31 February")
    unclear = town.wait_for_mail(letter="rota_away_unclear", to=BOB)
    assert "31 February" in unclear.text and "Nothing has changed." in unclear.text


def test_a_swap_is_done_when_the_other_says_yes(town: Installation, database_url: str) -> None:
    next_weeks(database_url)
    reply(town, held(town), "swap with Amina")
    town.wait_for_mail(letter="rota_swap_sent", to=BOB)
    question = town.wait_for_mail(letter="rota_swap_asked", to=AMINA)
    assert question.subject == "Bob asks: can we swap?"
    reply(town, question, "Maybe")
    again = town.wait_for_mail(letter="rota_swap_asked", to=AMINA, number=2)
    assert "We did not understand your answer" in again.text
    reply(town, again, "Yes please")
    for person in (BOB, AMINA):
        done = town.wait_for_mail(letter="rota_swap_done", to=person)
    lines = [line.strip() for line in done.text.splitlines() if ":" in line]
    assert lines[1].endswith(": Amina") and lines[2].endswith(": Bob")
    reply(town, done, "rota")
    shown = town.wait_for_mail(letter="rota_shown", to=AMINA)
    assert lines[1] in shown.text
    reply(town, question, "yes")
    assert len(mails(town.outgoing, letter="rota_swap_done")) == 2


def next_weeks(database_url: str) -> None:
    """Bob has the coming week and Amina the one after it."""
    database, today = Database(database_url), datetime.now(UTC).date()
    monday = today + timedelta(days=7 - today.weekday())
    with database.write() as tx:
        people = volunteers.every(tx, 1, "moderator")
        weeks = (monday, people[0]), (monday + timedelta(days=7), people[1])
        other = people[1]
        volunteers.set_shift(tx, 1, date(2026, 1, 1), monday, [people[0].id, other.id])
        for start, first in weeks:
            order = [first.id, *(one.id for one in people if one.id != first.id)]
            volunteers.set_shift(tx, 1, start, start + timedelta(days=7), order)
    database.close()


def test_a_swap_that_is_refused_changes_nothing(town: Installation) -> None:
    reply(town, held(town), "swap with Amina")
    reply(town, town.wait_for_mail(letter="rota_swap_asked", to=AMINA), "no")
    refused = town.wait_for_mail(letter="rota_swap_refused", to=BOB)
    assert refused.subject == "Amina cannot swap"
    assert not mails(town.outgoing, letter="rota_swap_done")


def test_a_swap_with_nobody_we_know_is_asked_back(town: Installation) -> None:
    reply(town, held(town), "swap with Santa")
    unclear = town.wait_for_mail(letter="rota_swap_unclear", to=BOB)
    assert "swap with Amina" in unclear.text


def test_a_pass_asks_the_next_one(town: Installation) -> None:
    reply(town, held(town), "pass")
    assert "We have asked Amina" in town.wait_for_mail(letter="post_passed", to=BOB).text
    handed = town.wait_for_mail(letter="post_held", to=AMINA)
    reply(town, handed, "yes")
    assert town.wait_for_mail(letter="post_approved", to="alice@charity.example")


def test_what_waits_is_answered_by_number(town: Installation) -> None:
    for number in range(1, 4):
        asked = held(town, number, f"Post {number}")
    reply(town, asked, "waiting")
    queue = town.wait_for_mail(letter="queue_waiting", to=BOB)
    assert queue.subject == "3 to decide: Partnership News"
    assert "1. Post 1" in queue.text and "Asked:" not in queue.text
    reply(town, queue, "1 no, not our area\n2 yes\n3 spam")
    told = town.wait_for_mail(letter="queue_answered", to=BOB)
    assert "1 Post 1: not approved" in told.text and "2 Post 2: approved" in told.text
    rejected = town.wait_for_mail(letter="post_rejected", to="alice@charity.example")
    assert "not our area" in rejected.text
    assert "Post 3" not in town.command("waiting", "news")
