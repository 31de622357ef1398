"""Answers by number to the mail of what waits: each as if it had answered its own mail."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from delivery.letters import Pen
from moderation import duty, queue_answer
from moderation.answer import Answered, Seen
from moderation.queue_answer import confirmed
from storage import confirmations, queues
from storage.records import Flag, Noticed, Post, Proof
from storage.tables import confirmation, queue_mail
from tests.moderation.office import PROVEN, ROUND_UP, UNPROVEN, Office, reply


@pytest.fixture
def posts(desk: Office) -> list[Post]:
    """Three that wait, and Bob has asked what does."""
    made = [
        desk.hold(f"Post {number}", author_address=f"alice{number}@charity.example")
        for number in (1, 2, 3)
    ]
    ask_what_waits(desk)
    return made


def ask_what_waits(desk: Office) -> None:
    with desk.db.write() as tx:
        pen = Pen(tx, desk.desk, desk.sender, desk.now)
        duty.show_waiting(pen, desk.bob, ROUND_UP)
    desk.letters()


def newest(desk: Office) -> int:
    with desk.db.read() as tx:
        return int(tx.execute(select(func.max(queue_mail.c.id))).scalar_one())


def say(
    desk: Office,
    text: str,
    sender: str = "bob@example.org",
    *,
    proof: Proof = PROVEN,
    message_id: str = "",
    **seen: Any,
) -> Answered:
    number = newest(desk)
    with desk.db.write() as tx:
        pen = Pen(tx, desk.desk, desk.sender, desk.now)
        found = queues.by_id(tx, number)
        assert found is not None
        return queue_answer.answer(
            pen,
            reply(sender, text, message_id=message_id),
            proof,
            number,
            desk.bob.id,
            seen=Seen(0, **seen),
            round_up=ROUND_UP,
        )


def states(desk: Office, posts: list[Post]) -> list[str]:
    return [desk.look(post.id).state for post in posts]


def test_each_number_is_a_verdict_of_its_own(desk: Office, posts: list[Post]) -> None:
    say(desk, "1 yes\n2 no, not our area\n3 yes housing")
    assert states(desk, posts) == ["approved", "rejected", "approved"]
    assert desk.look(posts[1].id).reason == "not our area"
    assert desk.look(posts[2].id).topics == (desk.housing,)
    letters = desk.letters()
    (summary,) = [mail for mail in letters if mail.letter == "queue_answered"]
    assert "1 Post 1: approved" in summary.text
    assert "2 Post 2: not approved" in summary.text
    assert [mail.letter for mail in letters].count("post_decided") == 6, "both moderators, each"


def test_all_yes_means_those_that_need_no_look(desk: Office) -> None:
    flagged = desk.hold("Flagged", noticed=Noticed(flags=(Flag("personal_data"),)))
    plain = desk.hold("Plain")
    ask_what_waits(desk)
    say(desk, "all yes")
    assert states(desk, [flagged, plain]) == ["held", "approved"]
    assert "something in it needs a look" in " ".join(desk.letters()[-1].text.split())
    ask_what_waits(desk)
    say(desk, "1 yes")
    assert states(desk, [flagged]) == ["approved"], "by its number it is meant"


def test_what_is_left_out_of_all_waits_on(desk: Office, posts: list[Post]) -> None:
    say(desk, "Yes to all except 2")
    assert states(desk, posts) == ["approved", "held", "approved"]
    assert "2 Post 2: left for later" in desk.letters()[-1].text


def test_a_street_in_a_signature_is_no_number(desk: Office, posts: list[Post]) -> None:
    say(desk, "1 yes\n2 no, not ours\n\nAll the best,\nBob\n12 High Street")
    assert states(desk, posts) == ["approved", "rejected", "held"]
    assert desk.look(posts[1].id).reason == "not ours"
    text = desk.letters()[-1].text
    assert "12" not in text
    assert "understand" not in text


def test_what_is_unclear_changes_only_that_one(desk: Office, posts: list[Post]) -> None:
    say(desk, "1 yes\n2 maybe\n7 yes")
    assert states(desk, posts) == ["approved", "held", "held"]
    text = desk.letters()[-1].text
    assert "2 Post 2: we did not understand" in text
    assert "7: there is no such number" in text
    assert "maybe" in text


def test_a_number_that_was_decided_meanwhile_is_told(desk: Office, posts: list[Post]) -> None:
    desk.decide(posts[0], "no", desk.amina)
    desk.letters()
    say(desk, "all yes")
    assert states(desk, posts) == ["rejected", "approved", "approved"]
    letters = desk.letters()
    assert "verdict_settled_already" in [mail.letter for mail in letters]
    assert "1 Post 1: decided before" in letters[-1].text


def test_undo_by_number(desk: Office, posts: list[Post]) -> None:
    say(desk, "1 yes")
    say(desk, "1 undo")
    assert states(desk, posts)[0] == "held"


def test_a_word_alone_counts_where_the_mail_shows_one_post(desk: Office) -> None:
    post = desk.hold()
    ask_what_waits(desk)
    say(desk, "Yes please")
    assert desk.look(post.id).state == "approved"


@pytest.mark.parametrize("text", ["yes", "no", "", "hmm", "edit"])
def test_a_word_without_a_number_is_asked_back(desk: Office, posts: list[Post], text: str) -> None:
    say(desk, text)
    assert states(desk, posts) == ["held"] * 3
    assert [mail.letter for mail in desk.letters()] == ["queue_unclear"]


@pytest.mark.parametrize(
    ("text", "letter"),
    [("rota", "rota_shown"), ("waiting", "queue_waiting"), ("away 3–17 December", "rota_away")],
)
def test_words_about_duty(desk: Office, posts: list[Post], text: str, letter: str) -> None:
    say(desk, text)
    assert letter in [mail.letter for mail in desk.letters()]
    assert states(desk, posts) == ["held"] * 3


@pytest.mark.parametrize("seen", [{"marked": False}, {"addressed": False}])
@pytest.mark.parametrize("proof", [PROVEN, UNPROVEN])
def test_d3_without_proof_one_yes_confirms_them_all(
    desk: Office, posts: list[Post], proof: Proof, seen: Any
) -> None:
    say(desk, "1 yes\n2 no", proof=proof, **seen)
    assert states(desk, posts) == ["held"] * 3
    (asked,) = desk.letters()
    assert (asked.letter, asked.to) == ("queue_confirm", ("bob@example.org",))
    confirm(desk, "mallory@evil.example", "yes")
    confirm(desk, "bob@example.org", "")
    assert states(desk, posts) == ["held"] * 3
    confirm(desk, "bob@example.org", "yes")
    assert states(desk, posts) == ["approved", "rejected", "held"]


def confirm(desk: Office, sender: str, text: str) -> Answered:
    with desk.db.write() as tx:
        asked = select(func.max(confirmation.c.id)).where(confirmation.c.kind == "duty")
        waiting = confirmations.by_id(tx, tx.execute(asked).scalar_one())
        assert waiting is not None
        pen = Pen(tx, desk.desk, desk.sender, desk.now)
        return confirmed(pen, waiting, reply(sender, text), round_up=ROUND_UP)


@pytest.mark.parametrize("sender", ["mallory@evil.example", "amina@example.org", ""])
def test_d4_somebody_else_with_the_mark_decides_nothing(
    desk: Office, posts: list[Post], sender: str
) -> None:
    assert say(desk, "all yes", sender).outcome == "refused"
    assert states(desk, posts) == ["held"] * 3
    assert desk.letters() == []


def test_d14_too_old_a_mail_decides_nothing(desk: Office, posts: list[Post]) -> None:
    say(desk, "all yes", old=True)
    assert states(desk, posts) == ["held"] * 3
    assert "WAITING" in desk.letters()[0].text


def test_d9_the_same_letter_counts_once(desk: Office, posts: list[Post]) -> None:
    say(desk, "1 yes", message_id="again@example.org")
    desk.decide(desk.look(posts[0].id), "undo", desk.amina)
    say(desk, "1 yes", message_id="again@example.org")
    assert states(desk, posts)[0] == "held"


def test_d14_nobody_approves_by_number_what_they_have_not_seen(
    desk: Office, posts: list[Post]
) -> None:
    desk.later(minutes=1)
    desk.author(posts[0], "correct\n\nBuy pills.")
    desk.letters()
    say(desk, "all yes")
    assert states(desk, posts) == ["held", "approved", "approved"]
    assert "verdict_not_possible" in [mail.letter for mail in desk.letters()]
