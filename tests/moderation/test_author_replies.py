"""An author takes a post back; whatever else they write is answered, and no machine for ever."""

from __future__ import annotations

import pytest

from moderation.author import MOST_ANSWERS_A_DAY
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
    assert [mail.letter for mail in desk.letters()] == ["post_cancelled"]


@pytest.mark.parametrize(
    "text", ["", "cancel?", "don't cancel", "Please do not cancel", "Thanks!", "When is it sent?"]
)
def test_what_is_no_plain_cancel_changes_nothing(desk: Office, post: Post, text: str) -> None:
    desk.author(post, text)
    assert desk.look(post.id).state == "held"
    assert [mail.letter for mail in desk.letters()] == ["author_unclear"]


def test_the_letters_as_their_author_sees_them(desk: Office, post: Post) -> None:
    desk.author(post, "When is it sent?")
    desk.author(post, "cancel")
    unclear, cancelled = desk.letters()
    expect("author_unclear", whole(unclear))
    expect("cancelled", whole(cancelled))


def test_a_second_cancel_says_the_same(office: Office) -> None:
    held = office.hold()
    office.letters()
    office.author(held, "cancel")
    office.author(held, "cancel")
    first, second = office.letters()
    assert first.text == second.text


def test_f12_an_approved_post_is_taken_back_too(desk: Office, post: Post) -> None:
    desk.decide(post, "yes", desk.bob)
    desk.author(post, "cancel")
    assert desk.look(post.id).state == "withdrawn"


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
        desk.author(post, "Thank you. Your ticket is number 5.")
    assert len(desk.letters()) == MOST_ANSWERS_A_DAY
