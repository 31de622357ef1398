"""A post of which the mail of what waits shows only the beginning is sent whole by "show 2"."""

from __future__ import annotations

import pytest

from delivery.letters import Pen
from moderation import queue, queue_answer
from moderation.answer import Answered, Seen
from storage.records import Proof
from tests.moderation.office import PROVEN, ROUND_UP, UNPROVEN, Office, reply


@pytest.fixture
def queue_id(desk: Office) -> int:
    """A mail to Bob that shows two posts, of which the second is long."""
    desk.hold("First"), desk.hold("Second", text="word " * 500)
    with desk.db.write() as tx:
        pen = Pen(tx, desk.desk, desk.sender, desk.now)
        queue.write(pen, desk.bob, "asked", ROUND_UP)
    assert " …" in desk.letters()[-1].text
    return 1


def say(desk: Office, number: int, text: str, proof: Proof = PROVEN) -> Answered:
    with desk.db.write() as tx:
        pen = Pen(tx, desk.desk, desk.sender, desk.now)
        reading = reply(desk.bob.address, text)
        by = desk.bob.id
        return queue_answer.answer(pen, reading, proof, number, by, seen=Seen(0), round_up=ROUND_UP)


@pytest.mark.parametrize("said", ["2 show", "show 2", "Please show 2", "more 2"])
def test_a_post_is_sent_whole(desk: Office, queue_id: int, said: str) -> None:
    say(desk, queue_id, said)
    (mail,) = desk.letters()
    assert (mail.letter, mail.to) == ("post_held", ("bob@example.org",))
    assert mail.text.count("word") >= 500


def test_showing_needs_no_proof_but_has_an_end(desk: Office, queue_id: int) -> None:
    for _ in range(30):
        say(desk, queue_id, "2 show", UNPROVEN)
    assert 1 <= len(desk.letters()) <= 10


def test_beside_a_verdict_both_are_done(desk: Office, queue_id: int) -> None:
    say(desk, queue_id, "1 yes\n2 show\n7 show")
    mails = desk.letters()
    assert "post_held" in [mail.letter for mail in mails]
    told = next(mail for mail in mails if mail.letter == "queue_answered").text
    assert "1 First: approved" in told and "2 Second: you get it in a mail" in told
    assert "7: there is no such number" in told


def test_what_is_decided_is_not_asked_again(desk: Office, queue_id: int) -> None:
    say(desk, queue_id, "2 no, not our area")
    desk.letters()
    say(desk, queue_id, "show 2")
    (mail,) = desk.letters()
    assert "2 Second: decided before" in mail.text
