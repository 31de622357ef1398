"""What authors write back, and a text typed anew as the HTML of a post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.author_words import is_alike, read_author
from moderation.rewrite import as_html

POST = "The food bank at Oak House is open on 23 and 30 December, 10am to noon. Bring a bag."


@pytest.mark.parametrize(
    ("reply", "kind", "text"),
    [
        ("correct\n\nOpen on Friday.", "correct", "Open on Friday."),
        ("Correction: Open on Friday.", "correct", "Open on Friday."),
        ("Hi,\n\nCorrected text\nOne.\n\nTwo.", "correct", "One.\n\nTwo."),
        ("CORRECT\ntitle: New hours", "correct", ""),
        (POST.replace("23", "24"), "correct", POST.replace("23", "24")),
        ("Sorry!\n\n" + POST, "correct", "Sorry!\n\n" + POST),
        ("correct", "unclear", "correct"),
        ("That is correct.", "unclear", "That is correct."),
        ("Is that correct?", "unclear", "Is that correct?"),
        ("The date is wrong, it is the 24th.", "unclear", "The date is wrong, it is the 24th."),
        ("", "unclear", ""),
        ("Please cancel it", "cancel", ""),
        ("cancle", "cancel", ""),
        ("please cancel my post", "cancel", ""),
        ("Cancel this please, it is off", "cancel", ""),
        ("cancel it - wrong date", "cancel", ""),
        ("Please cancel because the date is wrong", "cancel", ""),
        ("I'd like to withdraw this", "cancel", ""),
        ("Please don't publish it", "cancel", ""),
        ("Don’t send it out.", "cancel", ""),
        ("Sorry, please delete my post", "cancel", ""),
        ("Sorry, could you please take it down? The date is wrong.", "cancel", ""),
        ("Please ignore my last email", "cancel", ""),
        ("Can you cancel it?", "cancel", ""),
        ("We have to cancel it, the hall is shut", "cancel", ""),
        ("Cancel it?", "unclear", "Cancel it?"),
        ("cancel it, but only the second part", "unclear", "cancel it, but only the second part"),
        ("Cancel it. Or shall I write again?", "unclear", "Cancel it. Or shall I write again?"),
        ("remove the phone number", "unclear", "remove the phone number"),
        ("Remove this: the phone number", "unclear", "Remove this: the phone number"),
        ("Cancel my subscription", "unclear", "Cancel my subscription"),
        ("The event is cancelled", "unclear", "The event is cancelled"),
        ("Don't publish my phone number", "unclear", "Don't publish my phone number"),
        ("We have to cancel the event", "unclear", "We have to cancel the event"),
        ("cancel the order of bags", "unclear", "cancel the order of bags"),
        ("Thank you very much!\n\nKind regards,\nAlice", "polite", ""),
        ("Thanks. Can you add a picture?", "unclear", "Thanks. Can you add a picture?"),
        ("Thanks, make it 24", "unclear", "Thanks, make it 24"),
    ],
)
def test_what_an_author_says(reply: str, kind: str, text: str) -> None:
    said = read_author(reply, POST, ("Alice",))
    assert (said.kind, said.text) == (kind, text)


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("fr", "Merci d'annuler mon annonce"),
        ("fr", "Pouvez-vous retirer mon annonce, la date est fausse"),
        ("cy", "Canslo fy neges"),
    ],
)
def test_other_languages_take_a_post_back(language: str, reply: str) -> None:
    assert read_author(reply, POST, (), language).kind == "cancel"


def test_a_title_may_come_with_it() -> None:
    assert read_author("correct\ntitle: New hours\n\nOpen.", POST).fields == {"title": "New hours"}


def test_a_text_is_alike_when_most_of_its_words_are_the_same() -> None:
    assert is_alike(POST + " And a cup.", POST)
    assert not is_alike("The food bank is at Oak House.", POST)
    assert not is_alike(POST * 3, POST)
    assert not is_alike("yes", "yes"), "too short to say"


@given(st.text(max_size=300))
def test_nothing_that_is_typed_makes_it_raise(reply: str) -> None:
    read_author(reply, POST, ("Alice",))


@pytest.mark.parametrize("bait", ["correct ", "thanks ", "cancel\n", "title: ", "> ", "\n", "a "])
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    read_author(bait * (100_000 // len(bait)), POST * 1000)


# A text typed anew ----------------------------------------------------------------------------

BEFORE = (
    '<p>Book <a href="https://x.example/?a=1&amp;b=2">a place</a> or <a href="mailto:a@b.example">'
    'write</a>.</p><p><img src="cid:picture-1" alt="Oak House"></p>'
)


def test_words_that_were_a_link_are_one_again_and_pictures_stay() -> None:
    html = as_html("You can book a place now.\n\nOr write to us.", BEFORE)
    assert '<a href="https://x.example/?a=1&amp;b=2">a place</a>' in html
    assert '<a href="mailto:a@b.example">write</a>' in html
    assert html.endswith('<img src="cid:picture-1" alt="Oak House">')
    assert "<img" not in as_html("Now.", BEFORE, pictures=False)


def test_a_link_that_is_no_longer_named_is_gone() -> None:
    assert "x.example" not in as_html("Come as you are.", BEFORE)


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_typed_text_becomes_a_tag(text: str, words: str) -> None:
    before = as_html(f"[{words}]", "").replace("[", '<a href="https://x.example/">')
    html = as_html(text + "<script>alert(1)</script>", before)
    assert "<script" not in html


def test_a_bait_of_many_links_ends() -> None:
    before = "".join(f'<a href="https://x.example/{n}">word {n}</a>' for n in range(5000))
    as_html("word 1 " * 10_000, before)
