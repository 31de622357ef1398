"""Letters to the list, and replies to our mails about a post: each comes to its desk, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ingest.drafted import Draft, RefusedAttachment
from storage.database import Database
from storage.records import Bounce, Proof
from tests.ingest.desks import ALICE, BOB, CAROL, FORGED, PROVEN, WORDS, Desks, answering, settle


@pytest.fixture
def desks(sqlite_url: str) -> Iterator[Desks]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


ADDRESSES = ("news", "news-join", "news-leave", "news-help", "news-owner")


@pytest.mark.parametrize("to", ADDRESSES)
@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        ({"auto_submitted": True}, "automatic"),
        ({"mail_from": ""}, "automatic"),
        ({"list_ids": ("news.lists.example.org",)}, "automatic"),
        ({"bounce": Bounce("hard", ("x@y.example",), "5.1.1")}, "bounce"),
        ({"senders": 0}, "refused"),
        ({"senders": 2}, "refused"),
        ({"sender": "", "mail_from": "x@y.example"}, "refused"),
        ({"proof": FORGED}, "refused"),
    ],
)
def test_b16_d5_d12_what_must_never_be_answered_is_not(
    desks: Desks, to: str, what: dict[str, Any], outcome: str
) -> None:
    desks.reader()
    letter = {"sender": CAROL} | what
    assert desks.bring(to, text="help", **letter).name == outcome
    assert desks.letters() == []
    assert desks.posts() == []


def test_a_failed_dmarc_without_reject_is_held_and_said_so(desks: Desks) -> None:
    assert desks.bring(proof=Proof(dmarc="fail", dmarc_policy="none")).name == "post"
    (asked,) = desks.letters()
    assert "Be careful" in asked.text


def test_a_post_is_held_under_the_topics_of_its_address_and_subject(desks: Desks) -> None:
    draft = Draft("Rooms", "<p>x</p>", "x", topics=("housing",), whole_title="[housing] Rooms")
    desks.bring("news+housing", draft=draft)
    desks.bring("news+nonsense", draft=draft)
    for post in desks.posts():
        assert (post.title, post.topics) == ("Rooms", (1,))


def test_brackets_that_name_no_topic_stay_in_the_title(desks: Desks) -> None:
    draft = Draft("Rooms", "<p>x</p>", "x", topics=("leeds",), whole_title="[Leeds] Rooms")
    desks.bring(draft=draft)
    assert [(post.title, post.topics) for post in desks.posts()] == [("[Leeds] Rooms", ())]


def test_a_post_without_words_is_refused_and_a_known_author_told(desks: Desks) -> None:
    nothing = Draft("Poster", "", "", empty=True)
    assert desks.bring(draft=nothing, proof=PROVEN).name == "refused"
    assert desks.names() == ["post_refused_empty"]
    assert desks.bring(draft=nothing).name == "refused"
    assert desks.names() == [], "a stranger's address may be forged"


def test_h3_a_post_that_was_only_a_file_we_never_pass_on_is_told_which(desks: Desks) -> None:
    refused = RefusedAttachment("dates.exe", "it is a program")
    desks.bring(draft=Draft("Dates", "", "", refused=(refused,), empty=True), proof=PROVEN)
    (mail,) = desks.letters()
    assert mail.letter == "post_refused_attachment"
    assert "dates.exe" in mail.text


def test_limits_of_the_settings_are_those_of_the_desk(desks: Desks) -> None:
    desks.set(limit_posts_per_sender_hour=8, limit_strangers_per_hour=3)
    for number in range(5):
        desks.bring(sender=f"stranger{number}@example.net")
    assert len(desks.letters()) == 3
    assert len(desks.posts()) == 5


# Verdicts -----------------------------------------------------------------------------------------


def test_a_marked_yes_decides(desks: Desks) -> None:
    post = desks.post()
    to = desks.marked("verdict", post.id, desks.bob.id)
    assert desks.bring(to, BOB, "Yes", proof=PROVEN).name == "verdict"
    assert desks.posts()[0].state == "approved"


@pytest.mark.parametrize(("days", "decides"), [(60, True), (61, False)])
def test_d14_a_mark_decides_for_sixty_days(desks: Desks, days: int, decides: bool) -> None:
    post = desks.post()
    to = desks.marked("verdict", post.id, desks.bob.id, days=days)
    desks.bring(to, BOB, "Yes", proof=PROVEN)
    assert (desks.posts()[0].state == "approved") == decides


def test_e5_a_mark_of_an_old_key_decides_nothing(desks: Desks) -> None:
    post = desks.post()
    to = desks.marked("verdict", post.id, desks.bob.id, secret="the old secret")
    desks.bring(to, BOB, "Yes", proof=PROVEN)
    assert desks.posts()[0].state == "held"
    assert desks.names() == ["verdict_not_possible", "post_held"]


@pytest.mark.parametrize("ids", [(), (1,), (1, 2, 3), (1, 99), (99, 1)])
def test_d9_a_mark_that_names_other_things_decides_nothing(
    desks: Desks, ids: tuple[int, ...]
) -> None:
    desks.post()
    assert desks.bring(desks.marked("verdict", *ids), BOB, "Yes", proof=PROVEN).name == "refused"
    assert desks.posts()[0].state == "held"


@pytest.mark.parametrize("purpose", ["settings", "confirm", "post", "bounce"])
def test_d9_a_mark_for_something_else_is_no_verdict(desks: Desks, purpose: str) -> None:
    post = desks.post()
    mark = desks.marked(purpose, post.id, desks.bob.id).partition("+")[2]
    desks.bring(f"news-verdict+{mark}", BOB, "Yes", proof=PROVEN)
    assert desks.posts()[0].state == "held"
    assert desks.letters() == []


def test_a_reply_to_the_list_itself_is_never_a_post(desks: Desks) -> None:
    """Some phones ignore Reply-To."""
    desks.bring(proof=PROVEN)
    asked, receipt = desks.letters()
    assert desks.bring("news", BOB, "Yes", proof=PROVEN, **answering(asked)).name == "verdict"
    assert desks.names() == ["verdict_confirm"]
    assert desks.bring("news", ALICE, "cancel", **answering(receipt)).name == "refused"
    assert (
        desks.bring("news", ALICE, "cancel", proof=PROVEN, **answering(receipt)).name == "command"
    )
    assert desks.names() == ["post_taken_back", "post_cancelled"]
    assert len(desks.posts()) == 1


def test_a_confirmation_is_known_by_its_mark_and_by_the_mail_it_answers(desks: Desks) -> None:
    for marked in (True, False):
        post = desks.post()
        desks.bring(desks.marked("verdict", post.id, desks.bob.id), BOB, "Yes")
        (asked,) = desks.letters()
        to = asked.reply_to if marked else "news"
        desks.bring(to, BOB, "yes", **({} if marked else answering(asked)))
        assert desks.posts()[-1].state == "approved"
        desks.letters()


def test_d2_d10_a_forged_confirmation_of_a_verdict_is_refused(desks: Desks) -> None:
    post = desks.post()
    desks.bring(desks.marked("verdict", post.id, desks.bob.id), BOB, "Yes")
    (asked,) = desks.letters()
    assert desks.bring(asked.reply_to, BOB, "yes", proof=FORGED).name == "refused"
    assert desks.bring(asked.reply_to, "mallory@evil.example", "yes").name == "refused"
    assert desks.posts()[0].state == "held"


# Authors and the people who run the list ----------------------------------------------------------


def test_an_author_takes_the_post_back_by_the_mark_of_the_receipt(desks: Desks) -> None:
    post = desks.post()
    assert desks.bring(desks.marked("post", post.id), ALICE, "Cancel").name == "command"
    assert desks.posts()[0].state == "withdrawn"


def test_an_authors_mark_of_an_old_key_does_nothing(desks: Desks) -> None:
    post = desks.post()
    to = desks.marked("post", post.id, secret="the old secret")
    assert desks.bring(to, ALICE, "Cancel").name == "refused"
    assert desks.posts()[0].state == "held"


def test_a_question_about_a_rejected_post_reaches_a_person_and_the_answer_its_author(
    desks: Desks,
) -> None:
    post = desks.post()
    to = desks.marked("verdict", post.id, desks.bob.id)
    desks.bring(to, BOB, "No, not our area", proof=PROVEN)
    rejected = desks.letters()[-1]
    assert rejected.letter == "post_rejected"
    desks.bring(rejected.reply_to, ALICE, "Why is that?", subject="Re: Not this time")
    (forwarded,) = desks.letters()
    assert (forwarded.letter, forwarded.to) == ("owner_forwarded", (BOB,))
    assert "Why is that?" in forwarded.text
    assert forwarded.reply_to == ALICE


def test_the_people_who_run_a_list_are_not_flooded_through_us(desks: Desks) -> None:
    desks.set(limit_strangers_per_hour=3)
    outcomes = [desks.bring("news-owner", f"m{n}@evil.example", "x").name for n in range(5)]
    assert outcomes == ["command"] * 3 + ["refused"] * 2
    assert len(desks.letters()) == 3


def test_c19_what_a_stranger_writes_to_them_is_no_header(desks: Desks) -> None:
    sender = "mallory@evil.example,carol@reader.example"
    desks.bring("news-owner", sender, "x", subject="Hi\r\nBcc: carol@reader.example")
    (mail,) = desks.letters()
    assert mail.header("Bcc") == ""
    assert mail.to == (BOB,)
    assert len(mail.addresses("Reply-To")) == 1


@pytest.mark.parametrize("draft", [WORDS, Draft("", "", "", empty=True)])
def test_a_letter_to_the_bounce_address_that_is_no_bounce_is_no_post(
    desks: Desks, draft: Draft
) -> None:
    assert desks.bring(desks.marked("bounce", 7), draft=draft).name == "bounce"
    assert desks.posts() == []


# What a list or a newsletter system passed on ---------------------------------------------------


def test_d5_a_post_from_a_group_address_is_held_without_a_receipt(desks: Desks) -> None:
    assert desks.bring(proof=PROVEN, passed_on=True).name == "post"
    assert desks.names() == ["post_held"]
    assert len(desks.posts()) == 1


def test_d5_a_refusal_is_not_written_to_a_list(desks: Desks) -> None:
    nothing = Draft("Poster", "", "", empty=True)
    assert desks.bring(draft=nothing, proof=PROVEN, passed_on=True).name == "refused"
    assert desks.names() == []


@pytest.mark.parametrize("to", ["news-help", "news-join"])
def test_d5_a_list_that_reads_our_help_address_gets_no_help(desks: Desks, to: str) -> None:
    assert desks.bring(to, passed_on=True).name == "automatic"
    assert desks.names() == []


def test_d5_what_was_passed_on_may_still_leave(desks: Desks) -> None:
    desks.reader()
    desks.bring("news-leave", CAROL, proof=PROVEN, passed_on=True)
    assert desks.names() == ["leaving_done"]
