"""The other words of moderators and authors, over real SMTP: nobody needs more than a reply."""

from __future__ import annotations

from tests.journeys.test_journey_verdict import held, reply
from tests.mailbox import answer
from tests.servers import Installation
from tests.whole import assert_whole

ALICE = "alice@charity.example"


def test_an_edit_goes_out_as_the_authors_and_everybody_sees_what_changed(
    town: Installation,
) -> None:
    reply(town, held(town), "Edit\ntitle: Food bank\n\nOpen on 23 December, 10am to noon.\n\nBob")
    assert_whole(town.wait_for_mail(letter="post_edited", to=ALICE), "post_edited")
    told = town.wait_for_mail(letter="post_decided", to="amina@charity.example")
    assert "Open on 23 December, 10am to noon.\n" in told.text
    reply(town, told, "undo")
    undone = town.wait_for_mail(letter="verdict_undone", to="bob@council.example")
    assert "as the author wrote it" in " ".join(undone.text.split())


def test_a_question_and_its_answer_stay_in_one_thread(town: Installation) -> None:
    asked = held(town)
    reply(town, asked, "Ask: Is it open on 26 December?")
    question = town.wait_for_mail(letter="post_question", to=ALICE)
    assert_whole(question, "post_question")
    assert town.send(answer(question, "No, it is not."), ALICE, question.reply_to) == {}
    answered = town.wait_for_mail(letter="post_answered", to="bob@council.example")
    assert_whole(answered, "post_answered")
    assert answered.header("In-Reply-To") == asked.header("Message-ID")
    assert "Food bank" in town.command("waiting", "news")
    reply(town, answered, "yes")
    assert town.wait_for_mail(letter="post_approved", to=ALICE)


def test_a_corrected_text_comes_to_the_moderator_who_was_asked(town: Installation) -> None:
    first = held(town)
    reply(town, first, "Ask: Is the date right?")
    question = town.wait_for_mail(letter="post_question", to=ALICE)
    text = "correct\n\nThe food bank at Oak House is open on 24 December."
    assert town.send(answer(question, text), ALICE, question.reply_to) == {}
    again = town.wait_for_mail(letter="post_held", number=2)
    assert "is open on 24 December" in " ".join(again.text.split())
    reply(town, first, "yes")
    late = town.wait_for_mail(letter="verdict_not_possible", to="bob@council.example")
    assert "has sent a new text" in " ".join(late.text.split())
    reply(town, again, "yes")
    assert town.wait_for_mail(letter="post_approved", to=ALICE)


def test_several_posts_are_answered_by_their_numbers(town: Installation) -> None:
    first = held(town)
    held(town, 2)
    reply(town, first, "waiting")
    queue = town.wait_for_mail(letter="queue_waiting", to="bob@council.example")
    reply(town, queue, "1 yes\n2 no, we had this one already")
    summary = town.wait_for_mail(letter="queue_answered", to="bob@council.example")
    assert_whole(summary, "queue_answered")
    assert town.wait_for_mail(letter="post_approved", to=ALICE)
    rejected = town.wait_for_mail(letter="post_rejected", to=ALICE)
    assert "we had this one already" in rejected.text
