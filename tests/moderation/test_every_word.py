"""Each word of a moderator takes effect: trust, edits, questions, waits, passing on, urgency."""

from __future__ import annotations

from typing import Any

import pytest

from moderation import question
from storage import askings, history, noticed, volunteers
from storage.records import Attachment, Flag, Noticed, Post
from tests.mailbox import Mail
from tests.moderation.office import PROVEN, UNPROVEN, Office, expect, whole
from tests.moderation.test_decide import at_once, held, in_an_edition, shown
from tests.needs import times

ALICE = "alice@charity.example"


@pytest.fixture
def post(desk: Office) -> Post:
    return held(desk)


def to(mails: list[Mail], who: str) -> list[Mail]:
    return [mail for mail in mails if mail.to == (who,)]


# yes always -----------------------------------------------------------------------------------


def test_yes_always_trusts_the_author_from_then_on(office: Office) -> None:
    first = held(office)
    office.answer(first, office.bob, "yes always")
    assert "go straight in" in office.letters()[0].text
    second = office.hold("Another")
    assert second.state == "approved"
    let_in, receipt = office.letters()
    assert (let_in.letter, let_in.to) == ("post_let_in", ("bob@example.org",))
    assert (receipt.letter, receipt.to) == ("post_approved", (ALICE,))
    expect("let_in", whole(let_in))


def test_the_notice_of_a_trusted_post_can_be_answered_with_undo(office: Office) -> None:
    office.answer(held(office), office.bob, "yes always")
    second = office.hold("Another")
    office.letters()
    office.answer(second, office.bob, "undo")
    assert office.look(second.id).state == "held"
    assert to(office.letters(), "bob@example.org")[0].letter == "verdict_undone"


def test_d17_trust_is_in_the_address_and_needs_its_seal_each_time(office: Office) -> None:
    office.answer(held(office), office.bob, "yes always")
    assert office.hold("Unproven", proof=UNPROVEN).state == "held"
    office.proof = "mark"
    assert office.hold("Unproven", proof=UNPROVEN).state == "held", "whatever the setting says"
    assert office.hold("Other", author_address="alice@home.example").state == "held"


@pytest.mark.parametrize("kind", ["personal_data", "new_host", "lying_link"])
def test_trust_never_covers_a_flagged_post(office: Office, kind: str) -> None:
    office.answer(held(office), office.bob, "yes always")
    office.letters()
    flagged = office.hold("Flagged", noticed=Noticed(flags=(Flag(kind),)))
    assert flagged.state == "held"
    assert office.letters()[0].letter == "post_held"
    with office.db.read() as tx:
        assert noticed.needs_a_person(tx, flagged.id)


def test_a_late_answer_to_a_trusted_post_hears_why(desk: Office) -> None:
    desk.answer(held(desk), desk.bob, "yes always")
    second = desk.hold("Another")
    desk.letters()
    desk.answer(second, desk.amina, "no")
    (mail,) = desk.letters()
    assert "because you trust its author" in " ".join(mail.text.split())


def test_trust_in_an_author_without_a_seal_is_told_to_be_of_no_use_yet(desk: Office) -> None:
    unproven = held(desk, proof=UNPROVEN)
    desk.answer(unproven, desk.bob, "yes always")
    assert "This mail had no seal" in " ".join(desk.letters()[0].text.split())


def test_d17_one_yes_makes_a_new_address_known(office: Office) -> None:
    first = held(office, proof=UNPROVEN, author_address="new@charity.example")
    assert first.proof == "none"
    office.answer(first, office.bob, "yes")
    letters = office.letters()
    assert to(letters, "new@charity.example")[0].letter == "post_approved", "though unproven"
    second = office.hold("Second", proof=UNPROVEN, author_address="new@charity.example")
    assert second.proof == "known"
    assert [mail.letter for mail in office.letters()] == ["post_held", "post_received"]


# edit -------------------------------------------------------------------------------------------


def test_an_edit_approves_and_shows_both_texts_to_all(office: Office) -> None:
    poster = Attachment("poster.pdf", "application/pdf", b"%PDF-1.4")
    post = held(
        office, attached=[poster], html='<p>Open on <a href="https://x.example/">Friday</a>.</p>'
    )
    office.answer(post, office.bob, "Edit\ntitle: New hours\n\nWe open on Friday at ten.")
    now = office.look(post.id)
    assert (now.state, now.title, now.text) == (
        "approved",
        "New hours",
        "We open on Friday at ten.",
    )
    assert '<a href="https://x.example/">Friday</a> at ten.' in now.html
    assert (now.version, now.author_address) == (post.version + 1, post.author_address)
    expect("edit", shown(office.letters()))


def test_an_undone_edit_brings_the_authors_words_back(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "Edit\n\nSomething else.")
    office.letters()
    office.later(minutes=1)
    office.answer(post, office.amina, "undo")
    now = office.look(post.id)
    assert (now.state, now.text, now.html, now.title) == ("held", post.text, post.html, post.title)
    assert now.version > post.version + 1, "pieces of the edit are not used again"
    assert "as the author wrote it" in " ".join(office.letters()[0].text.split())


def test_what_is_typed_in_an_edit_is_never_html(desk: Office) -> None:
    post = held(desk)
    desk.answer(post, desk.bob, 'Edit\n\n<script>alert(1)</script> https://x.example/"onclick=')
    assert "<script" not in desk.look(post.id).html
    assert 'onclick="' not in desk.look(post.id).html


def test_days_and_topics_come_with_a_yes(desk: Office) -> None:
    post = held(desk)
    desk.answer(post, desk.bob, "Yes\ndate: 4 December\ncloses: 2 December 2026\ntopics: housing")
    now = desk.look(post.id)
    assert (str(now.event_date), str(now.closing_date)) == ("2026-12-04", "2026-12-02")
    assert now.topics == (desk.housing,)


def test_a_day_that_cannot_be_read_is_asked_back(desk: Office) -> None:
    post = held(desk)
    desk.answer(post, desk.bob, "yes, date: next full moon")
    assert desk.look(post.id).state == "held"
    (mail,) = desk.letters()
    assert (mail.letter, "date: next full moon" in mail.text) == ("verdict_unclear", True)


# ask ---------------------------------------------------------------------------------------------


def test_who_asks_too_often_hears_that_nothing_was_sent(desk: Office, post: Post) -> None:
    for number in range(question.MOST_A_DAY):
        desk.answer(post, desk.bob, f"ask: {number}, is it free?")
    desk.letters()
    desk.answer(post, desk.bob, "ask: is it truly free?")
    (mail,) = desk.letters()
    assert (mail.letter, mail.to) == ("verdict_not_asked", ("bob@example.org",))
    assert "had 10 questions" in mail.text
    desk.later(days=1, minutes=1)
    desk.answer(post, desk.bob, "ask: is it free today?")
    assert {mail.letter for mail in desk.letters()} == {"post_question", "verdict_asked"}


def test_a_question_about_a_post_that_is_decided_is_not_sent(desk: Office, post: Post) -> None:
    desk.answer(post, desk.amina, "no")
    desk.letters()
    desk.answer(post, desk.bob, "ask: is it free?")
    assert not to(desk.letters(), ALICE)


def test_a_question_goes_to_the_author_and_the_answer_into_the_thread(office: Office) -> None:
    post = office.hold()
    asked = office.letters()[0]
    office.answer(post, office.bob, "Ask: On which day is it?")
    question, noted = office.letters()
    assert (question.letter, question.to, noted.letter) == (
        "post_question", (ALICE,), "verdict_asked",
    )  # fmt: skip
    assert "On which day is it?" in question.text
    office.author(post, "It is on 4 December.")
    answered, thanks = office.letters()
    assert (answered.letter, answered.to) == ("post_answered", ("bob@example.org",))
    assert "It is on 4 December." in answered.text
    assert answered.header("In-Reply-To") == asked.header("Message-ID")
    assert thanks.letter == "author_passed_on"
    assert office.look(post.id).state == "held"


def test_an_unproven_stranger_hears_a_question_too(desk: Office) -> None:
    post = held(desk, proof=UNPROVEN, author_address="stranger@new.example")
    desk.answer(post, desk.bob, "Ask: Who are you?")
    question, noted = desk.letters()
    assert question.to == ("stranger@new.example",)
    assert "perhaps nobody answers" in " ".join(noted.text.split())


def test_an_answer_from_another_address_is_shown_as_such(desk: Office, post: Post) -> None:
    desk.author(post, "It is on 5 December.", "helen@charity.example")
    assert "helen@charity.example" in desk.letters()[0].text


# wait, pass, and about duty -------------------------------------------------------------------


def test_wait_puts_it_off_until_that_morning(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "wait 2 days")
    (mail,) = office.letters()
    assert "Friday 20 November 2026" in mail.text
    with office.db.read() as tx:
        state = askings.of_post(tx, post.id)
    assert state is not None
    assert state.put_off_until is not None
    assert (state.put_off_until.isoformat(), state.put_off_by) == (
        "2026-11-20T09:00:00+00:00", office.bob.id,
    )  # fmt: skip
    assert office.look(post.id).state == "held"


def test_pass_asks_the_next_on_the_rota(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "pass")
    asked, told = office.letters()
    assert (asked.letter, asked.to) == ("post_held", ("amina@example.org",))
    assert (told.letter, told.to) == ("post_passed", ("bob@example.org",))
    office.answer(post, office.amina, "yes")
    assert office.look(post.id).state == "approved"


@pytest.mark.parametrize("word", ["ask: what?", "wait", "pass", "urgent"])
def test_what_is_decided_already_is_not_passed_on(desk: Office, post: Post, word: str) -> None:
    desk.decide(post, "yes", desk.amina)
    desk.letters()
    desk.answer(post, desk.bob, word)
    assert [mail.letter for mail in desk.letters()] == ["verdict_settled_already"]


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("rota", "rota_shown"),
        ("waiting", "queue_waiting"),
        ("away 3–17 December", "rota_away"),
        ("swap with Amina", "rota_swap_sent"),
    ],
)
def test_words_about_duty_are_answered(office: Office, said: str, letter: str) -> None:
    post = held(office)
    office.answer(post, office.bob, said)
    assert letter in [mail.letter for mail in to(office.letters(), "bob@example.org")]
    assert office.look(post.id).state == "held"


@pytest.mark.parametrize("said", ["away 3–17 December", "swap with Amina", "pass", "wait 2 days"])
def test_d3_nobody_is_away_without_proof(desk: Office, post: Post, said: str) -> None:
    desk.answer(post, desk.bob, said, proof=UNPROVEN)
    assert [mail.letter for mail in desk.letters()] == ["verdict_confirm"]
    with desk.db.read() as tx:
        state = askings.of_post(tx, post.id)
        assert volunteers.absences(tx, desk.sender.id, desk.now.date(), desk.now.date()) == []
    assert state is not None
    assert state.put_off_until is None


# urgent ----------------------------------------------------------------------------------------


def test_urgent_needs_a_second_moderator(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "urgent")
    letters = office.letters()
    assert [mail.letter for mail in to(letters, "bob@example.org")] == ["verdict_urgent"]
    (asked,) = to(letters, "amina@example.org")
    assert asked.letter == "verdict_urgent_asked"
    assert office.look(post.id).state == "held"
    office.answer(post, office.bob, "yes", urgent=True)
    assert office.look(post.id).state == "held", "nobody is their own second"
    office.letters()
    office.answer(post, office.amina, "yes", urgent=True)
    now = office.look(post.id)
    assert (now.state, now.urgent, now.straight_away_at) == ("approved", True, office.now)
    assert {mail.letter for mail in office.letters()} == {"post_urgent", "post_approved"}


def test_a_yes_to_the_first_mail_is_no_yes_to_urgent(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "urgent")
    office.answer(post, office.amina, "yes")
    assert (office.look(post.id).state, office.look(post.id).urgent) == ("approved", False)


def test_two_who_say_urgent_agree(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "urgent")
    desk.answer(post, desk.bob, "urgent")
    assert desk.look(post.id).state == "held"
    desk.answer(post, desk.amina, "urgent")
    assert desk.look(post.id).urgent


def test_who_does_not_agree_leaves_the_post_waiting(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "urgent")
    desk.letters()
    desk.answer(post, desk.amina, "no, Monday will do", urgent=True)
    mails = desk.letters()
    assert {mail.letter for mail in mails} == {"verdict_not_urgent"}
    assert "Monday will do" in mails[0].text
    assert desk.look(post.id).state == "held"
    desk.answer(post, desk.amina, "yes", urgent=True)
    assert desk.look(post.id).state == "held", "the question is over"


def test_a_single_moderator_is_told_that_there_is_no_second(desk: Office, post: Post) -> None:
    with desk.db.write() as tx:
        volunteers.remove(tx, desk.sender.id, "moderator", "amina@example.org", desk.now)
    desk.answer(post, desk.bob, "urgent")
    (mail,) = desk.letters()
    assert "no other one" in " ".join(mail.text.split())


# Corrections --------------------------------------------------------------------------------------


def test_a_corrected_text_takes_the_place_of_a_held_one(office: Office) -> None:
    post = office.hold(text="The food bank is open on Friday from ten to noon.")
    first = office.letters()[0]
    corrected = "The food bank is open on Saturday from ten to noon."
    office.author(post, corrected, attached=[Attachment("new.pdf", "application/pdf", b"%PDF")])
    asked, receipt = office.letters()
    assert (asked.letter, asked.to) == ("post_held", ("bob@example.org",))
    assert asked.text.startswith("The author has sent a new text.")
    assert corrected in " ".join(asked.text.split())
    assert "new.pdf" in asked.text
    assert asked.header("In-Reply-To") == first.header("Message-ID")
    assert receipt.letter == "author_replaced"
    now = office.look(post.id)
    assert (now.text, now.state, now.version, now.proof) == (corrected, "held", 2, "known")


def test_nobody_approves_a_text_that_they_have_not_seen(office: Office) -> None:
    """The author changes it while the moderator writes the yes."""
    post = held(office)
    office.author(post, "correct\n\nBuy pills at https://evil.example/")
    office.letters()
    office.answer(post, office.bob, "yes", version=1)
    assert office.look(post.id).state == "held"
    told, asked = office.letters()
    assert (told.letter, asked.letter) == ("verdict_not_possible", "post_held")
    assert "has sent a new text" in " ".join(told.text.split())
    office.answer(post, office.bob, "yes", version=2)
    assert office.look(post.id).state == "approved"


def test_a_confirming_yes_approves_no_newer_text(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "yes", proof=UNPROVEN)
    office.author(post, "correct\n\nBuy pills.")
    office.confirm("bob@example.org", "yes")
    assert office.look(post.id).state == "held"


def test_somebody_else_with_the_authors_mark_replaces_nothing(desk: Office, post: Post) -> None:
    desk.author(post, "correct\n\nBuy pills.", "mallory@evil.example")
    assert desk.look(post.id).text == post.text


def test_a_correction_waits_for_a_moderator_and_then_mends_the_first(office: Office) -> None:
    post = held(office)
    office.decide(post, "yes", office.bob)
    in_an_edition(office, post)
    office.letters()
    office.author(post, "correct\n\nOpen on Saturday.", proof=PROVEN)
    asked, receipt = office.letters()
    assert asked.text.startswith("This puts right a post that went out.")
    assert (receipt.letter, "2 readers" in receipt.text) == ("author_correction", True)
    assert office.look(post.id).text == post.text, "not before somebody says yes"
    new = office.look(post.id + 1)
    assert (new.state, new.corrects, new.title) == ("held", post.id, "Correction: Food bank hours")
    office.answer(new, office.bob, "yes")
    assert office.look(post.id).text == "Open on Saturday."
    letters = office.letters()
    assert "2 readers who have the first text" in " ".join(letters[0].text.split())
    assert letters[-1].letter == "post_correction_approved"


def test_an_undone_correction_leaves_the_first_as_it_was(office: Office) -> None:
    post = held(office)
    office.decide(post, "yes", office.bob)
    office.author(post, "correct\n\nOpen on Saturday.")
    office.letters()
    new = office.look(post.id + 1)
    office.answer(new, office.bob, "yes")
    office.later(minutes=1)
    office.answer(new, office.amina, "undo")
    assert (office.look(post.id).text, office.look(new.id).state) == (post.text, "held")


def test_a_moderator_corrects_what_went_out(office: Office) -> None:
    post = held(office)
    office.decide(post, "yes", office.bob)
    in_an_edition(office, post)
    office.decide(office.look(post.id), "undo", office.bob)
    assert "Reply CORRECT" in office.letters()[-2].text
    office.answer(post, office.bob, "correct\n\nOpen on Saturday.")
    new = office.look(post.id + 1)
    assert (new.state, new.corrects, new.text) == ("approved", post.id, "Open on Saturday.")


@pytest.mark.parametrize("kind", ["no", "spam"])
def test_what_was_refused_is_not_corrected(desk: Office, post: Post, kind: Any) -> None:
    desk.decide(post, kind, desk.bob)
    desk.letters()
    desk.author(post, "correct\n\nOpen on Saturday.")
    assert [mail.letter for mail in desk.letters()] == ["author_too_late"]


def test_a_flood_of_corrections_tires(desk: Office, post: Post) -> None:
    desk.decide(post, "yes", desk.bob)
    desk.letters()
    for number in range(20):
        desk.author(post, f"correct\n\nOpen on {number} December.")
    asked = [mail for mail in desk.letters() if mail.letter == "post_held"]
    assert len(asked) == 5


# Once ---------------------------------------------------------------------------------------------


def test_d9_a_letter_that_comes_twice_counts_once(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "yes", message_id="again@example.org")
    office.decide(office.look(post.id), "undo", office.amina)
    office.letters()
    office.answer(post, office.bob, "yes", message_id="again@example.org")
    assert office.look(post.id).state == "held"
    assert office.letters() == []


def test_d9_a_yes_that_names_another_mark_is_asked_back(desk: Office, post: Post) -> None:
    desk.answer(post, desk.bob, "yes", addressed=False)
    assert [mail.letter for mail in desk.letters()] == ["verdict_confirm"]
    assert desk.look(post.id).state == "held"


def test_all_mails_about_one_post_stand_in_one_thread(office: Office) -> None:
    post = office.hold()
    asked = office.letters()[0]
    office.answer(post, office.bob, "wait")
    office.answer(post, office.bob, "ask: when?")
    office.author(post, "On Friday.")
    office.answer(post, office.bob, "yes")
    office.answer(post, office.bob, "undo")
    office.author(post, "cancel")
    mails = to(office.letters(), "bob@example.org")
    assert len(mails) == 6
    assert {mail.header("In-Reply-To") for mail in mails} == {asked.header("Message-ID")}


def test_the_history_tells_it_all(office: Office) -> None:
    post = held(office)
    office.answer(post, office.bob, "ask: when?")
    office.author(post, "On Friday.")
    office.answer(post, office.bob, "Edit\n\nOn Friday at ten.")
    office.later(minutes=1)
    office.answer(post, office.amina, "undo")
    office.author(post, "cancel")
    with office.db.read() as tx:
        steps = [(step.who, step.what) for step in history.of_post(tx, post.id)]
    assert [step for step in steps if step[0] != "postround"] == [
        (ALICE, "posted"),
        ("bob@example.org", "asked the author"),
        (ALICE, "wrote"),
        ("bob@example.org", "edited"),
        ("bob@example.org", "approved"),
        ("amina@example.org", "undone"),
        (ALICE, "cancelled"),
    ]


def test_a_new_text_and_a_yes_at_the_same_moment(office: Office) -> None:
    """Whoever is first, nobody has approved the text that they did not see."""
    for _ in range(times(3, 50)):
        post = held(office)
        at_once(
            lambda post=post: bool(office.author(post, "correct\n\nBuy pills.")),  # type: ignore[misc]
            lambda post=post: bool(office.answer(post, office.bob, "yes", version=1)),  # type: ignore[misc]
        )
        now = office.look(post.id)
        assert (now.state, now.text) in [("held", "Buy pills."), ("approved", post.text)]
        office.letters()
