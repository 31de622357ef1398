"""From a moderator's letter to what it changes: mark, own address, proof; nothing less decides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moderation.answer import CONFIRM_WITHIN, MOST_ANSWERS_A_DAY
from storage import volunteers
from storage.records import Post, Proof
from tests.moderation.office import PROVEN, UNPROVEN, Office, expect, whole
from tests.storage.rows import NOON

SPF_ONLY = Proof(spf="pass")
OTHERS_SEAL = Proof(dkim="pass", dkim_domain="evil.example", aligned=False)


@pytest.fixture
def post(desk: Office) -> Post:
    held = desk.hold()
    desk.letters()
    return held


def test_mark_address_and_proof_decide(office: Office) -> None:
    held = office.hold()
    assert office.answer(held, office.bob, "Yes").outcome == "verdict"
    assert office.look(held.id).state == "approved"


@pytest.mark.parametrize("proof", [UNPROVEN, SPF_ONLY, OTHERS_SEAL, Proof(dkim="temperror")])
@pytest.mark.parametrize("text", ["yes", "no, not ours", "spam"])
def test_d3_d11_i5_without_an_aligned_pass_it_is_asked_back_first(
    desk: Office, post: Post, proof: Proof, text: str
) -> None:
    desk.answer(post, desk.bob, text, proof=proof)
    (mail,) = desk.letters()
    assert (mail.letter, mail.to) == ("verdict_confirm", ("bob@example.org",))
    assert desk.look(post.id).state == "held"
    desk.confirm("bob@example.org", "yes")
    assert desk.look(post.id).state != "held"


def test_what_is_asked_back(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    expect("confirm", whole(desk.letters()[0]))


@pytest.mark.parametrize("text", ["yes", "Yes!", "confirm", "Confirm.", "I confirm", "ok, thanks"])
def test_a_plain_yes_confirms_with_its_reason(desk: Office, post: Post, text: str) -> None:
    desk.answer(post, desk.bob, "No, not our area", proof=UNPROVEN)
    desk.letters()
    desk.confirm("bob@example.org", text)
    now = desk.look(post.id)
    assert (now.state, now.reason) == ("rejected", "not our area")


@pytest.mark.parametrize(
    "text", ["", "  \n", "what?", "confirm what?", "yes, but not now", "hello"]
)
def test_an_empty_or_unclear_reply_confirms_nothing(desk: Office, post: Post, text: str) -> None:
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    desk.letters()
    desk.confirm("bob@example.org", text)
    assert [mail.letter for mail in desk.letters()] == ["verdict_unclear"]
    assert desk.look(post.id).state == "held"


def test_a_no_ends_the_question_for_good(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    desk.confirm("bob@example.org", "no")
    desk.confirm("bob@example.org", "yes")
    assert desk.look(post.id).state == "held"


def test_d9_a_confirmation_that_comes_twice_counts_once(office: Office) -> None:
    held = office.hold()
    office.answer(held, office.bob, "yes", proof=UNPROVEN)
    office.letters()
    office.confirm("bob@example.org", "yes")
    assert [mail.letter for mail in office.letters()].count("post_approved") == 1
    office.decide(office.look(held.id), "undo", office.amina)
    office.letters()
    office.confirm("bob@example.org", "yes")
    assert office.look(held.id).state == "held", "an old yes decides nothing anew"


@pytest.mark.parametrize(
    "sender", ["mallory@evil.example", "bob@example.org.evil.example", "bob@sub.example.org", ""]
)
def test_d3_d4_a_confirmation_by_somebody_else_confirms_nothing(
    desk: Office, post: Post, sender: str
) -> None:
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    assert desk.confirm(sender, "yes").outcome == "refused"
    assert desk.look(post.id).state == "held"


@pytest.mark.parametrize(
    ("late", "state"), [(timedelta(), "approved"), (timedelta(seconds=1), "held")]
)
def test_d14_a_confirmation_is_good_for_seven_days(
    desk: Office, post: Post, late: timedelta, state: str
) -> None:
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    desk.letters()
    desk.now += CONFIRM_WITHIN + late
    desk.confirm("bob@example.org", "yes")
    assert desk.look(post.id).state == state
    if late:
        assert [mail.letter for mail in desk.letters()] == ["verdict_not_possible", "post_held"]


def test_d14_who_was_removed_meanwhile_confirms_nothing(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    remove_bob(desk)
    desk.confirm("bob@example.org", "yes")
    assert desk.look(post.id).state == "held"


def test_a_flood_of_unproven_answers_asks_once(desk: Office, post: Post) -> None:
    for _ in range(20):
        desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    assert len(desk.letters()) == 1
    desk.later(minutes=11)
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    assert len(desk.letters()) == 1


def test_where_the_mark_is_proof_enough_it_decides(desk: Office, post: Post) -> None:
    desk.proof = "mark"
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    assert desk.look(post.id).state == "approved"


@pytest.mark.parametrize("proof", ["aligned", "mark"])
def test_without_its_mark_it_is_asked_back_however_well_proven(
    desk: Office, post: Post, proof: str
) -> None:
    desk.proof = proof
    desk.answer(post, desk.bob, "yes", marked=False)
    assert [mail.letter for mail in desk.letters()] == ["verdict_confirm"]
    assert desk.look(post.id).state == "held"


@pytest.mark.parametrize("proof", ["aligned", "mark"])
@pytest.mark.parametrize(
    "sender",
    [
        "mallory@evil.example",
        "alice@charity.example",
        "amina@example.org",
        "bob@example.org.evil.example",
        "bob@examp1e.org",
        "b\u043eb@example.org",
    ],
)
def test_d2_d3_d4_the_right_mark_from_another_address_decides_nothing(
    desk: Office, post: Post, sender: str, proof: str
) -> None:
    desk.proof = proof
    assert desk.answer(post, desk.bob, "yes", sender).outcome == "refused"
    assert desk.look(post.id).state == "held"
    assert [(mail.letter, mail.to) for mail in desk.letters()] == [
        ("verdict_not_yours", ("bob@example.org",))
    ]


def test_d4_the_moderator_is_told_once(desk: Office, post: Post) -> None:
    for _ in range(3):
        desk.answer(post, desk.bob, "yes", "mallory@evil.example")
    assert len(desk.letters()) == 1


@pytest.mark.parametrize("senders", [0, 2, 3])
def test_d12_more_than_one_sender_is_nobody(desk: Office, post: Post, senders: int) -> None:
    desk.answer(post, desk.bob, "yes", senders=senders)
    assert desk.look(post.id).state == "held"


@pytest.mark.parametrize("sender", ["Bob@Example.ORG", "BOB@EXAMPLE.ORG"])
def test_case_makes_nobody_somebody_else(desk: Office, post: Post, sender: str) -> None:
    desk.answer(post, desk.bob, "yes", sender)
    assert desk.look(post.id).state == "approved"


def test_d9_a_mark_is_for_one_post_and_one_list(desk: Office, post: Post) -> None:
    other = desk.hold("Another post")
    desk.answer(post, desk.bob, "yes")
    assert desk.look(other.id).state == "held"


def remove_bob(desk: Office) -> None:
    with desk.db.write() as tx:
        volunteers.remove(tx, desk.sender.id, "moderator", "bob@example.org", NOON)


def test_d14_a_removed_moderator_is_answered_kindly_and_decides_nothing(
    desk: Office, post: Post
) -> None:
    remove_bob(desk)
    assert desk.answer(post, desk.bob, "yes").outcome == "verdict"
    (mail,) = desk.letters()
    expect("not_possible_removed", whole(mail))
    assert desk.look(post.id).state == "held"


def test_d14_an_old_mark_is_answered_kindly_and_decides_nothing(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "yes", old=True)
    mail, fresh = desk.letters()
    expect("not_possible_old", whole(mail))
    assert (fresh.letter, fresh.to) == ("post_held", ("bob@example.org",))
    assert desk.look(post.id).state == "held"
    desk.decide(post, "yes", desk.amina)
    desk.letters()
    desk.answer(post, desk.bob, "yes", old=True)
    assert [mail.letter for mail in desk.letters()] == ["verdict_not_possible"]


def test_what_is_not_understood_is_quoted_back_with_the_words_that_work(
    desk: Office, post: Post
) -> None:
    desk.answer(post, desk.bob, "Hi,\nI would approve if it were shorter\nBob")
    (mail,) = desk.letters()
    expect("unclear", whole(mail))
    assert mail.header("Auto-Submitted") == "auto-replied"


def test_an_empty_reply(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "")
    assert "was empty" in desk.letters()[0].text


def test_help(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "help")
    assert [mail.letter for mail in desk.letters()] == ["verdict_help"]


def test_a_machine_that_answers_every_answer_tires_before_we_do(desk: Office, post: Post) -> None:
    """D5: an out-of-office that does not say that it is one."""
    for _ in range(50):
        desk.answer(post, desk.bob, "Thank you, your ticket number is 5.")
    assert len(desk.letters()) == MOST_ANSWERS_A_DAY
    desk.later(days=1, seconds=1)
    desk.answer(post, desk.bob, "Hmm")
    assert len(desk.letters()) == 1


def test_d18_where_it_is_not_allowed_nobody_decides_about_their_own_post(desk: Office) -> None:
    own = desk.hold(author_address="Bob@example.org")
    desk.answer(own, desk.bob, "yes")
    assert desk.look(own.id).state == "approved", "allowed by default"
    desk.own_posts = False
    own = desk.hold(author_address="Bob@example.org")
    desk.letters()
    desk.answer(own, desk.bob, "yes")
    assert desk.look(own.id).state == "held"
    assert [mail.letter for mail in desk.letters()] == ["verdict_not_own"]
    desk.answer(own, desk.amina, "yes")
    assert desk.look(own.id).state == "approved"


def test_a_verdict_on_a_settled_post_needs_no_confirmation_to_be_told_so(
    desk: Office, post: Post
) -> None:
    desk.answer(post, desk.amina, "no")
    desk.letters()
    desk.answer(post, desk.bob, "yes", proof=UNPROVEN)
    assert [mail.letter for mail in desk.letters()] == ["verdict_settled_already"]


def test_an_unproven_undo_is_asked_back_too(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "yes")
    desk.letters()
    desk.answer(post, desk.bob, "undo", proof=UNPROVEN)
    assert desk.look(post.id).state == "approved"
    desk.confirm("bob@example.org", "yes")
    assert desk.look(post.id).state == "held"


def test_the_proof_is_that_of_the_letter_and_not_of_the_post(desk: Office) -> None:
    held = desk.hold(proof=PROVEN)
    desk.answer(held, desk.bob, "yes", proof=UNPROVEN)
    assert desk.look(held.id).state == "held"
