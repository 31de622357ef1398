"""What an organiser's letter changes, with which proof, and who hears of it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from delivery.answers import MOST_ANSWERS_A_DAY
from delivery.letters import Pen
from digest import run
from digest.coming import next_weekly
from moderation import organiser, remind
from moderation.answer import Answered
from storage import confirmations, lists, volunteers
from storage.database import Database
from storage.records import Proof
from storage.tables import edition_post
from tests.moderation.office import PROVEN, ROUND_UP, UNPROVEN, Office, reply, settle
from tests.storage.rows import NOON

OLA, OTTO, DANA = "ola@council.example", "otto@council.example", "dana@charity.example"


@pytest.fixture
def office(database: Database) -> Office:
    return run_by(settle(database))


def run_by(office: Office) -> Office:
    with office.db.write() as tx:
        for name, address in (("Ola", OLA), ("Otto", OTTO)):
            volunteers.add(tx, office.sender.id, "organiser", address, name, NOON)
    return office


def write(office: Office, text: str, sender: str = OLA, proof: Proof = PROVEN) -> Answered | None:
    with office.db.write() as tx:
        return organiser.answer(pen(office, tx), reply(sender, text), proof, round_up=ROUND_UP)


def pen(office: Office, tx: object) -> Pen:
    found = lists.by_id(tx, office.sender.id)  # type: ignore[arg-type]
    assert found is not None
    return Pen(tx, office.desk, found, office.now)  # type: ignore[arg-type]


def names(office: Office, role: volunteers.Role = "moderator") -> list[str]:
    with office.db.read() as tx:
        return [one.name for one in volunteers.every(tx, office.sender.id, role)]


def told(office: Office) -> list[str]:
    return [f"{mail.letter} to {mail.to[0].partition('@')[0]}" for mail in office.letters()]


def test_a_proven_letter_is_carried_out_and_told(office: Office) -> None:
    write(office, f"add moderator Dana {DANA}")
    assert names(office) == ["Bob", "Amina", "Dana"]
    assert told(office) == [
        "organiser_done to ola",
        "organiser_done to otto",
        "moderator_welcome to dana",
    ]


def test_d3_without_proof_nothing_changes_before_one_confirming_reply(office: Office) -> None:
    write(office, f"add moderator Dana {DANA}", proof=UNPROVEN)
    assert names(office) == ["Bob", "Amina"]
    assert told(office) == ["organiser_confirm to ola"]
    assert confirm(office, OLA, "") == "not confirmed"
    assert confirm(office, "mallory@evil.example", "yes").startswith("Somebody else")
    assert confirm(office, OTTO, "yes").startswith("Somebody else")
    assert confirm(office, OLA, "yes") == f"added {DANA}"
    assert confirm(office, OLA, "yes") == "settled already"
    assert names(office) == ["Bob", "Amina", "Dana"]


def confirm(office: Office, sender: str, text: str, number: int = 1) -> str:
    with office.db.write() as tx:
        waiting = confirmations.by_id(tx, number)
        assert waiting is not None
        done = organiser.confirmed(pen(office, tx), waiting, reply(sender, text), round_up=ROUND_UP)
        return done.reason


def test_a_confirmation_of_last_week_is_too_late(office: Office) -> None:
    write(office, f"add moderator Dana {DANA}", proof=UNPROVEN)
    office.later(days=8)
    assert confirm(office, OLA, "yes") == "confirmed too late"


def test_a_flood_of_forged_letters_makes_one_question(office: Office) -> None:
    for _ in range(30):
        write(office, "pause", proof=UNPROVEN)
    assert told(office) == ["organiser_confirm to ola"]


def test_d20_answers_that_need_no_proof_tire(office: Office) -> None:
    for _ in range(50):
        write(office, "moderators", proof=UNPROVEN)
    assert len(office.letters()) == MOST_ANSWERS_A_DAY


def test_nobody_else_runs_the_list(office: Office) -> None:
    assert write(office, "pause", "bob@example.org") is None
    assert write(office, "pause", "mallory@evil.example") is None
    assert told(office) == []


def test_of_the_last_moderator_it_is_said_that_nobody_is_left(office: Office) -> None:
    write(office, "remove moderator bob@example.org")
    office.letters()
    write(office, "remove Amina")
    mails = office.letters()
    assert "Nobody can say yes to posts now." in mails[0].text
    assert names(office) == []


def test_what_is_so_already_is_said(office: Office) -> None:
    for text in ("add moderator Bob bob@example.org", "remove moderator Santa", "resume",
                 "untrust alice@charity.example", "rota from 23 November: Santa"):  # fmt: skip
        write(office, text)
    assert told(office) == ["organiser_not_possible to ola"] * 5


def test_turns_go_round_from_the_day_that_was_said(office: Office) -> None:
    write(office, "rota from 23 November: Amina, Bob")
    first, second = office.letters()[0], office.letters()
    assert second == []
    lines = [line.strip() for line in first.text.splitlines() if " to " in line]
    assert lines[1].endswith("Mon 23 Nov to Sun 29 Nov: Amina, then Bob")
    assert lines[2].endswith("Mon 30 Nov to Sun 6 Dec: Bob, then Amina")


def test_some_days_only_are_set_for_those_days(office: Office) -> None:
    write(office, "rota 24-30 December: Bob, Amina")
    with office.db.read() as tx:
        found = volunteers.shifts(tx, office.sender.id, date(2026, 12, 1), date(2027, 1, 31))
    assert [(one.start, one.end, one.every) for one in found] == [
        (date(2026, 12, 24), date(2026, 12, 31), 0)
    ]


# A pause -----------------------------------------------------------------------------------------


def test_a_pause_longer_than_two_round_ups_loses_nothing(office: Office) -> None:
    office.now = datetime.fromisoformat("2026-11-19T12:00+00:00")
    approved = office.hold("Approved before")
    assert office.decide(approved, "yes", office.bob)
    write(office, "pause")
    office.later(days=1)
    held = office.hold("Came in the pause")
    for _ in range(24):
        office.later(days=1)
        assert run.tick(office.db, office.now) == []
    office.letters()
    write(office, "resume")
    remind.run(office.db, office.desk, next_weekly, office.now)
    assert [line for line in told(office) if line.startswith("post_held")] == ["post_held to bob"]
    assert office.look(held.id).state == "held"
    made = set()
    for _ in range(8):
        run.tick(office.db, office.now)
        office.later(days=1)
        with office.db.read() as tx:
            here = edition_post.c.post_id == approved.id
            made |= set(tx.execute(select(edition_post.c.frequency).where(here)).scalars())
    assert {"weekly", "daily"} <= made
