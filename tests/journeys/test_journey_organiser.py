"""Running a list by mail, and nothing but mail: an organiser writes to news-owner@."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import plant
from tests.journeys.letters import note, post
from tests.mailbox import Mail, answer, mails
from tests.servers import Installation

LIST = "news@lists.example.org"
OWNER = "news-owner@lists.example.org"
OLA, OTHER = "ola@council.example", "otto@council.example"
DANA = "dana@charity.example"


@pytest.fixture
def run_by(new_installation: Callable[..., Installation], sqlite_url: str) -> Installation:
    """Ola and Otto run the list. What is said in SQL is tested on both databases elsewhere."""
    plant(sqlite_url)
    town = new_installation(sqlite_url)
    town.command("organiser", "add", "news", OLA, "--name", "Ola")
    town.command("organiser", "add", "news", OTHER, "--name", "Otto")
    town.start("run")
    return town


def write(town: Installation, text: str, sender: str = OLA, subject: str = "The list") -> None:
    assert town.send(note(sender, OWNER, subject, text), sender, OWNER) == {}


def done(town: Installation, text: str, letter: str, number: int = 1, to: str = OLA) -> Mail:
    """Ola asks for a change and confirms it, as nothing proves her address here."""
    write(town, text)
    question = town.wait_for_mail(letter="organiser_confirm", to=OLA, number=number)
    assert text in question.text
    assert town.send(answer(question, "Yes", OLA), OLA, question.reply_to) == {}
    return town.wait_for_mail(letter=letter, to=to)


def test_a_moderator_is_added_and_all_hear_of_it(run_by: Installation) -> None:
    told = done(run_by, f"add moderator Dana {DANA}", "organiser_done")
    assert told.subject == "New moderator: Dana"
    other = run_by.wait_for_mail(letter="organiser_done", to=OTHER)
    assert other.text.startswith("Ola has changed this:")
    welcome = run_by.wait_for_mail(letter="moderator_welcome", to=DANA)
    assert run_by.send(answer(welcome, "rota", DANA), DANA, welcome.reply_to) == {}
    assert run_by.wait_for_mail(letter="rota_shown", to=DANA)


def test_who_is_removed_hands_over_what_waits(run_by: Installation) -> None:
    run_by.send(post(), "alice@charity.example", LIST)
    run_by.wait_for_mail(letter="post_held", to="bob@council.example")
    done(run_by, "remove moderator bob@council.example", "organiser_done")
    assert run_by.wait_for_mail(letter="moderator_removed", to="bob@council.example")
    assert run_by.wait_for_mail(letter="post_held", to="amina@charity.example")


def test_the_rota_is_set_in_plain_words(run_by: Installation) -> None:
    told = done(run_by, "Rota from 23 November 2026: Amina, Bob", "organiser_rota_set")
    assert ": Amina, then Bob" in told.text and ": Bob, then Amina" in told.text
    write(run_by, "rota", OTHER)
    assert run_by.wait_for_mail(letter="organiser_rota", to=OTHER)


def test_a_name_that_nobody_has_changes_nothing(run_by: Installation) -> None:
    told = done(run_by, "rota from 23 November 2026: Amina, Santa", "organiser_not_possible")
    assert "Santa" in told.text and "Nothing has changed." in told.text


def test_while_the_list_pauses_posts_are_kept_and_then_asked_about(run_by: Installation) -> None:
    assert done(run_by, "pause", "organiser_done").subject == "Partnership News has a break"
    run_by.send(post(), "alice@charity.example", LIST)
    run_by.send(post("A second one", number=2), "alice@charity.example", LIST)
    write(run_by, "waiting")
    assert "Only a moderator" in run_by.wait_for_mail(letter="organiser_waiting", to=OLA).text
    assert not mails(run_by.outgoing, letter="post_held")
    write(run_by, "resume")
    question = run_by.wait_for_mail(letter="organiser_confirm", to=OLA, number=2)
    run_by.send(answer(question, "yes", OLA), OLA, question.reply_to)
    run_by.wait_for_mail(letter="organiser_done", to=OLA, number=2)
    assert run_by.wait_for_mail(letter="post_held", to="bob@council.example", number=2)


def test_mallory_cannot_run_the_list_in_her_name(run_by: Installation) -> None:
    write(run_by, f"add moderator Mallory {OLA.replace('ola', 'mallory')}")
    question = run_by.wait_for_mail(letter="organiser_confirm", to=OLA)
    mallory = "mallory@evil.example"
    run_by.send(answer(question, "yes", mallory), mallory, question.reply_to)
    write(run_by, "moderators")
    people = run_by.wait_for_mail(letter="organiser_people", to=OLA)
    assert "Mallory" not in people.text


def test_other_letters_are_passed_on_as_ever(run_by: Installation) -> None:
    write(run_by, "Dear all, shall we meet on Monday?", subject="Meeting")
    passed = run_by.wait_for_mail(letter="owner_forwarded", to=OTHER)
    assert passed.reply_to == OLA
    write(run_by, "Pause", "carol@home.example", "Pause")
    passed = run_by.wait_for_mail(letter="owner_forwarded", to=OLA, subject="Pause")
    assert passed.reply_to == "carol@home.example"
    assert not mails(run_by.outgoing, letter="organiser_confirm")


def test_what_is_not_understood_is_asked_back_with_the_words(run_by: Installation) -> None:
    write(run_by, "add moderator Dana")
    unclear = run_by.wait_for_mail(letter="organiser_unclear", to=OLA)
    assert "add moderator Dana dana@charity.example" in unclear.text
