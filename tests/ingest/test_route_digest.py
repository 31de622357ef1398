"""Letters about round-ups: answers to a proof, and round-ups that come to the test mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select

from storage import plans, reports
from storage.database import Database
from storage.tables import edition, outgoing
from tests.ingest.desks import ALICE, BOB, PROVEN, UNPROVEN, Desks, settle
from tests.storage.rows import new_mail


@pytest.fixture
def desks(sqlite_url: str) -> Iterator[Desks]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


@pytest.fixture
def address(desks: Desks) -> str:
    """Where Bob answers the proof of next Monday's round-up."""
    with desks.db.write() as tx:
        plan = plans.begin(tx, desks.sender.id, "weekly", "2099-01-05")
        plans.note_asked(tx, plan.id, [7], desks.now)
    return desks.marked("proof", plan.id, desks.bob.id)


PROOF = "proof.1@lists.example.org"


def sent_to(tx: Connection, desks: Desks) -> None:
    """The proof as it went to Bob."""
    about: dict[str, Any] = {"list_id": desks.sender.id, "volunteer_id": desks.bob.id}
    new_mail(tx, BOB, letter="proof", state="sent", message_id=PROOF, **about)


def is_held(desks: Desks) -> bool:
    with desks.db.read() as tx:
        return bool(plans.held(tx))


def test_an_answer_with_its_mark_is_done(desks: Desks, address: str) -> None:
    assert desks.bring(address, BOB, "hold", proof=PROVEN).name == "verdict"
    assert is_held(desks)


def test_d2_an_unproven_answer_is_asked_back_and_a_yes_confirms_it(
    desks: Desks, address: str
) -> None:
    desks.bring(address, BOB, "hold", proof=UNPROVEN)
    assert not is_held(desks)
    (question,) = desks.letters()
    assert question.to == (BOB,)
    desks.bring(question.reply_to, BOB, "yes", proof=UNPROVEN)
    assert is_held(desks)


@pytest.mark.parametrize("said", ["no", "", "perhaps"])
def test_d2_what_is_no_yes_confirms_nothing(desks: Desks, address: str, said: str) -> None:
    desks.bring(address, BOB, "hold", proof=UNPROVEN)
    (question,) = desks.letters()
    desks.bring(question.reply_to, BOB, said, proof=UNPROVEN)
    assert not is_held(desks)


def test_d4_another_sender_or_a_forged_mark_does_nothing(desks: Desks, address: str) -> None:
    assert not desks.bring(address, ALICE, "hold", proof=PROVEN).reason.startswith("hold")
    forged = address[:-1] + ("b" if address.endswith("a") else "a")
    assert desks.bring(forged, BOB, "hold", proof=PROVEN).name == "refused"
    assert not is_held(desks)


def test_a_round_up_that_comes_back_is_noted(desks: Desks) -> None:
    with desks.db.write() as tx:
        values = {
            "list_id": desks.sender.id,
            "frequency": "weekly",
            "period": "2026-11-16",
            "start": desks.now,
            "end": desks.now,
            "state": "finished",
            "made_at": desks.now,
        }
        number = tx.execute(edition.insert().values(values).returning(edition.c.id)).scalar_one()
        mail = {
            "list_id": desks.sender.id,
            "letter": "edition",
            "message_id": "m1@lists.example.org",
            "created_at": desks.now,
            "next_at": desks.now,
            "edition_id": number,
        }
        tx.execute(outgoing.insert().values(mail))
    other = desks.bring("news-canary", "x@y.example", message_id="other@y.example")
    assert other.reason == "not a round-up of ours"
    came = desks.bring(
        "news-canary", "news@lists.example.org", message_id="m1@lists.example.org", mail_from=""
    )
    assert came.name == "automatic"
    with desks.db.read() as tx:
        assert reports.canary_at(tx, number) == desks.now
        assert len(tx.execute(select(outgoing.c.id)).all()) == 1  # nobody is answered


@pytest.mark.parametrize(("sender", "asked_back"), [(BOB, [BOB]), (ALICE, [])])
def test_d2_an_answer_without_its_mark_is_asked_back(
    desks: Desks, address: str, sender: str, asked_back: list[str]
) -> None:
    """By a mail program that ignores Reply-To, to the list itself."""
    assert address
    with desks.db.write() as tx:
        sent_to(tx, desks)
    outcome = desks.bring("news", sender, "hold", proof=PROVEN, answers=(PROOF,))
    assert outcome.name in ("verdict", "refused")
    assert not is_held(desks)
    assert [to for one in desks.letters() for to in one.to] == asked_back


def test_an_answer_without_its_mark_to_a_proof_that_is_gone(desks: Desks) -> None:
    with desks.db.write() as tx:
        sent_to(tx, desks)
    outcome = desks.bring("news", BOB, "hold", proof=PROVEN, answers=(PROOF,))
    assert (outcome.name, outcome.reason) == ("refused", "What it answers is gone.")
