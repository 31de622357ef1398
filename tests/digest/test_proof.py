"""The proof of a round-up: shown in time, changed by words, held and let go; silence is a yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from delivery.letters import Desk, Pen
from delivery.marks import Marks
from digest import proof_answer
from digest.proof import show_proofs
from storage import confirmations, lists, outgoing, plans, volunteers
from storage.records import Mailbox, Outgoing, Proof, Reading
from storage.tables import outgoing as outbox
from storage.volunteers import Role
from tests.digest.town import Town, local

DESK = Desk(Marks("s" * 32), "https://lists.example")
SUNDAY, MONDAY = local("sun", "12:00"), local("2026-11-23")
PROVEN = Proof(dkim="pass", aligned=True)


@pytest.fixture
def proofed(week: Town) -> Town:
    """Its list shows proofs on Fridays at noon; Bob and Amina moderate, Amina organises too."""
    with week.db.write() as tx:
        lists.edit(tx, week.news.id, {"proof": "fri 12:00"})
        people: list[tuple[Role, str]]
        people = [("moderator", "Bob"), ("moderator", "Amina"), ("organiser", "Amina")]
        for role, name in people:
            address = f"{name.lower()}@charity.example"
            volunteers.add(tx, week.news.id, role, address, name, local("mon"))
        made = lists.by_id(tx, week.news.id)
    assert made is not None
    week.news = made
    return week


def letters(town: Town, name: str) -> list[Outgoing]:
    with town.db.read() as tx:
        here = select(outbox.c.id).where(outbox.c.letter == name).order_by(outbox.c.id)
        found = [outgoing.by_id(tx, number) for number in tx.execute(here).scalars()]
    return [one for one in found if one is not None]


def words_of(letter: Outgoing) -> str:
    assert letter.message is not None
    return " ".join(letter.message.decode().replace("=\r\n", "").split())


def says(town: Town, said: str, now: datetime, sure: Proof = PROVEN, **more: Any) -> str:
    """Bob answers the newest proof."""
    author = more.pop("author", "bob@charity.example")
    reading = Reading(
        sender=Mailbox("Bob", author), reply_text=said, message_id=f"{said[:9]}-{now}@x.example"
    )
    with town.db.write() as tx:
        plan = plans.newest(tx, town.news.id)
        bob = volunteers.every(tx, town.news.id, "moderator")[0]
        assert plan is not None
        pen = Pen(tx, DESK, town.news, now)
        return proof_answer.answer(pen, reading, sure, plan.id, bob.id, **more)


def test_it_is_shown_once_in_time_to_everybody_who_runs_the_list(proofed: Town) -> None:
    proofed.post("Room", local("wed"), "housing")
    show_proofs(proofed.db, DESK, local("fri", "11:59"))
    assert letters(proofed, "proof") == []
    for minute in ("12:00", "12:05"):
        show_proofs(proofed.db, DESK, local("fri", minute))
    shown = letters(proofed, "proof")
    assert [one.to for one in shown] == ["bob@charity.example", "amina@charity.example"]
    assert "Monday 23 November 2026, 10am" in words_of(shown[0])
    assert "1. Room" in words_of(shown[0]) and "Why you get this" not in words_of(shown[0])


def test_on_the_day_itself_by_default_of_its_words(proofed: Town) -> None:
    news = replace(proofed.news, proof="08:30")
    with proofed.db.write() as tx:
        lists.edit(tx, news.id, {"proof": "08:30"})
    proofed.post("Room", local("wed"))
    show_proofs(proofed.db, DESK, SUNDAY)
    assert letters(proofed, "proof") == []
    show_proofs(proofed.db, DESK, local("2026-11-23", "08:30"))
    assert len(letters(proofed, "proof")) == 2


def test_of_nothing_there_is_no_proof_and_none_where_it_is_off(proofed: Town) -> None:
    show_proofs(proofed.db, DESK, SUNDAY)
    assert letters(proofed, "proof") == []
    with proofed.db.write() as tx:
        lists.edit(tx, proofed.news.id, {"proof": "off"})
    proofed.post("Room", local("2026-11-24"))
    show_proofs(proofed.db, DESK, local("2026-11-29"))
    assert letters(proofed, "proof") == []


def shown_with(town: Town, *titles: str) -> int:
    """A reader, posts and the proof of them."""
    carol = town.reader("carol")
    for title in titles:
        town.post(title, local("wed"))
    show_proofs(town.db, DESK, local("fri", "12:00"))
    return carol


def test_nobody_answers_and_it_leaves_in_time(proofed: Town) -> None:
    carol = shown_with(proofed, "Room", "Driver")
    proofed.tick(MONDAY)
    assert proofed.mails(carol) == [["Room", "Driver"]]


def test_drop_top_shorten_and_intro_change_that_edition(proofed: Town) -> None:
    carol = shown_with(proofed, "One", "Two", "Three")
    said = says(proofed, "drop 1\nmove 3 top\nshorten 2\nintro: Hello", SUNDAY)
    assert said == "drop 1, top 3, shorten 2, intro"
    told = letters(proofed, "proof_changed")
    assert len(told) == 2 and "Leave out 1: One" in words_of(told[1])
    proofed.tick(MONDAY)
    assert proofed.mails(carol) == [["Three", "Two"]]
    assert proofed.filed(carol) == ["-1:3 0:2"]
    proofed.post("Four", local("2026-11-25"))
    proofed.tick(local("2026-11-30"))
    assert proofed.mails(carol)[1:] == [["Four"]]


def test_keep_takes_a_drop_back(proofed: Town) -> None:
    carol = shown_with(proofed, "One", "Two")
    says(proofed, "drop 1, 2", SUNDAY)
    says(proofed, "keep 2", local("sun", "13:00"))
    proofed.tick(MONDAY)
    assert proofed.mails(carol) == [["Two"]]


def test_hold_waits_for_go_and_reminds(proofed: Town) -> None:
    carol = shown_with(proofed, "Room")
    says(proofed, "hold", SUNDAY)
    for hours in ("10:00", "10:05", "15:00"):
        proofed.tick(local("2026-11-23", hours))
        show_proofs(proofed.db, DESK, local("2026-11-23", hours))
    assert proofed.mails(carol) == [] and len(letters(proofed, "proof_held")) == 2
    show_proofs(proofed.db, DESK, local("2026-11-24", "10:05"))
    assert len(letters(proofed, "proof_held")) == 4
    now = local("2026-11-26")  # later than what would be caught up
    proofed.tick(now)
    assert says(proofed, "go", now) == "go"
    proofed.tick(now)
    assert proofed.mails(carol) == [["Room"]]


def test_an_ok_to_the_news_of_a_hold_is_no_go(proofed: Town) -> None:
    carol = shown_with(proofed, "Room")
    assert says(proofed, "OK, thanks", SUNDAY) == "go", "nobody holds it"
    says(proofed, "hold", SUNDAY)
    assert says(proofed, "Ok", SUNDAY) == "fine, but it is on hold"
    proofed.tick(MONDAY)
    assert proofed.mails(carol) == []
    (told,) = letters(proofed, "proof_held")
    assert "the word GO" in words_of(told)


def test_what_is_held_until_the_next_one_goes_with_it(proofed: Town) -> None:
    carol = shown_with(proofed, "Room")
    says(proofed, "hold", SUNDAY)
    proofed.tick(MONDAY)
    proofed.post("Driver", local("2026-11-25"))
    proofed.tick(local("2026-11-30"))
    assert proofed.mails(carol) == [["Room", "Driver"]]
    assert proofed.noted("edition_skipped") == []


def test_a_daily_round_up_does_not_wait_for_a_held_weekly_one(proofed: Town) -> None:
    dora = proofed.reader("dora", "daily")
    carol = shown_with(proofed, "Room")
    says(proofed, "hold", SUNDAY)
    proofed.post("Driver", local("sun", "13:00"))
    proofed.tick(MONDAY)
    assert proofed.mails(dora) == [["Driver"]] and proofed.mails(carol) == []


def test_after_it_left_it_is_too_late(proofed: Town) -> None:
    shown_with(proofed, "Room")
    proofed.tick(MONDAY)
    assert says(proofed, "drop 1", local("2026-11-23", "10:01")) == "too late"
    assert len(letters(proofed, "proof_too_late")) == 1


def test_what_is_unclear_changes_nothing_and_says_which_words_work(proofed: Town) -> None:
    carol = shown_with(proofed, "Room")
    assert says(proofed, "drop 1 unless it rains", SUNDAY) == "unclear"
    assert says(proofed, "drop 9", SUNDAY) == "there is no item 9"
    answers = letters(proofed, "proof_unclear")
    assert len(answers) == 2 and "SHORTEN 2" in words_of(answers[0])
    proofed.tick(MONDAY)
    assert proofed.mails(carol) == [["Room"]]


def test_d2_without_proof_one_confirming_yes_is_needed(proofed: Town) -> None:
    carol = shown_with(proofed, "Room")
    said = says(proofed, "drop 1", SUNDAY, Proof())
    assert said == "not proven; asked to confirm"
    (question,) = letters(proofed, "proof_confirm")
    assert question.to == "bob@charity.example" and question.confirmation_id is not None
    with proofed.db.write() as tx:
        waiting = confirmations.by_id(tx, question.confirmation_id)
        assert waiting is not None
        yes = Reading(sender=Mailbox("Bob", "bob@charity.example"), reply_text="yes")
        pen = Pen(tx, DESK, proofed.news, SUNDAY)
        assert proof_answer.confirmed(pen, waiting, yes, yes=True) == "drop 1"
    proofed.tick(MONDAY)
    assert proofed.mails(carol) == []


def test_d3_somebody_else_a_replayed_and_an_unmarked_answer_do_nothing(proofed: Town) -> None:
    shown_with(proofed, "Room")
    assert "not from" in says(proofed, "drop 1", SUNDAY, author="mallory@evil.example")
    assert "not proven" in says(proofed, "hold", SUNDAY, marked=False)
    assert "not proven" in says(proofed, "drop 1", SUNDAY, addressed=False)
    assert says(proofed, "hold", local("sun", "12:01"), old=True).startswith("its mark decides")
    assert says(proofed, "hold", local("sun", "12:02")) == "hold"
    says(proofed, "go", local("sun", "12:03"))
    assert says(proofed, "hold", local("sun", "12:02")) == "the same letter came before"
