"""An author takes a post back; whatever else they write is answered, and no machine for ever."""

from __future__ import annotations

import pytest

from moderation.author import MOST_ANSWERS_A_DAY, MOST_PASSED_ON
from storage.records import Post
from tests.moderation.office import PROVEN, Office, expect, whole


@pytest.fixture
def post(desk: Office) -> Post:
    held = desk.hold()
    desk.letters()
    return held


@pytest.mark.parametrize(
    "text",
    [
        "cancel",
        "CANCEL",
        "Cancel.",
        "cancel please",
        "Cancel it, thanks",
        "withdraw",
        "\n\ncancel\nAlice",
    ],
)
def test_cancel_takes_the_post_back(desk: Office, post: Post, text: str) -> None:
    desk.author(post, text)
    assert desk.look(post.id).state == "withdrawn"
    told, cancelled = desk.letters()
    assert (told.letter, told.to) == ("post_taken_back", ("bob@example.org",))
    assert cancelled.letter == "post_cancelled"


@pytest.mark.parametrize(
    "text", ["cancel?", "don't cancel", "Please do not cancel", "When is it sent?", "On 4 May."]
)
def test_what_is_no_plain_cancel_goes_to_whoever_was_asked(
    desk: Office, post: Post, text: str
) -> None:
    desk.author(post, text)
    assert desk.look(post.id).state == "held"
    passed, answered = desk.letters()
    assert (passed.letter, passed.to) == ("post_answered", ("bob@example.org",))
    assert text in passed.text
    assert answered.letter == "author_passed_on"


def test_an_empty_reply_is_asked_back(desk: Office, post: Post) -> None:
    desk.author(post, "")
    assert [mail.letter for mail in desk.letters()] == ["author_unclear"]


@pytest.mark.parametrize(
    "text", ["Thanks!", "Thank you, Bob", "Great, thanks", "Many thanks\n\nAlice", "ok, perfect"]
)
def test_a_word_of_thanks_needs_no_answer(desk: Office, post: Post, text: str) -> None:
    desk.author(post, text)
    assert desk.letters() == []
    assert desk.look(post.id).state == "held"


def test_the_letters_as_their_author_sees_them(desk: Office, post: Post) -> None:
    desk.author(post, "")
    desk.author(post, "When is it sent?")
    desk.author(post, "correct\n\nOpen on Saturday.")
    desk.author(post, "cancel")
    letters = desk.letters()
    expect("author", "\n".join(f"=== {mail.letter}\n{whole(mail)}" for mail in letters))


def test_a_second_cancel_says_the_same(office: Office) -> None:
    held = office.hold()
    office.letters()
    office.author(held, "cancel")
    office.author(held, "cancel")
    _, first, second = office.letters()
    assert first.text == second.text


def test_f12_an_approved_post_is_taken_back_too(desk: Office, post: Post) -> None:
    desk.decide(post, "yes", desk.bob)
    desk.letters()
    desk.author(post, "cancel")
    assert desk.look(post.id).state == "withdrawn"
    told = [mail.to for mail in desk.letters() if mail.letter == "post_taken_back"]
    assert told == [("bob@example.org",), ("amina@example.org",)]


def test_a_moderator_who_answers_afterwards_hears_of_it(desk: Office, post: Post) -> None:
    desk.author(post, "cancel")
    desk.letters()
    desk.answer(post, desk.bob, "yes")
    (mail,) = desk.letters()
    assert "was taken back" in mail.text


def test_without_the_mark_the_author_must_be_proven(desk: Office, post: Post) -> None:
    assert desk.author(post, "cancel", marked=False).outcome == "refused"
    assert desk.look(post.id).state == "held"
    assert desk.letters() == []
    desk.author(post, "cancel", marked=False, proof=PROVEN)
    assert desk.look(post.id).state == "withdrawn"


def test_a_ticket_system_that_answers_everything_tires_before_we_do(
    desk: Office, post: Post
) -> None:
    for _ in range(20):
        desk.author(post, "Your ticket is number 5.")
    assert len(desk.letters()) == 2 * MOST_PASSED_ON
    desk.decide(post, "yes", desk.bob)
    desk.letters()
    for _ in range(20):
        desk.author(post, "Your ticket is number 5.")
    assert len(desk.letters()) == MOST_ANSWERS_A_DAY
