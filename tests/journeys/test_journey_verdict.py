"""A verdict: one word in reply, and everybody concerned hears."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.letters import post
from tests.mailbox import Mail, answer
from tests.servers import Installation
from tests.whole import assert_whole

LIST = "news@lists.example.org"


def held(town: Installation, number: int = 1) -> Mail:
    town.send(post(number=number), "alice@charity.example", LIST)
    return town.wait_for_mail(letter="post_held", number=number)


def reply(town: Installation, mail: Mail, text: str, sender: str = "") -> None:
    sender = sender or mail.to[0]
    assert town.send(answer(mail, text, sender), sender, mail.reply_to) == {}


def test_a_yes_publishes_and_all_are_told(town: Installation) -> None:
    reply(town, held(town), "Yes please")
    assert_whole(town.wait_for_mail(letter="post_approved"), "post_approved")
    told = town.wait_for_mail(letter="post_decided", to="amina@charity.example")
    assert_whole(told, "post_decided")
    assert town.wait_for_mail(letter="post_decided", to="bob@council.example")


def test_a_no_brings_the_reason_to_the_author(town: Installation) -> None:
    reply(town, held(town), "No, this is not for our readers.\nPlease send events.")
    rejected = town.wait_for_mail(letter="post_rejected", to="alice@charity.example")
    assert_whole(rejected, "post_rejected")


def test_an_undo_takes_the_post_back_until_it_has_left(town: Installation) -> None:
    reply(town, held(town), "yes")
    decided = town.wait_for_mail(letter="post_decided", to="amina@charity.example")
    reply(town, decided, "undo")
    undone = town.wait_for_mail(letter="verdict_undone", to="bob@council.example")
    assert_whole(undone, "verdict_undone")
    assert "Food bank" in town.command("waiting", "news")
    reply(town, undone, "no")
    assert town.wait_for_mail(letter="post_rejected")


def test_who_comes_second_is_told_who_was_first(town: Installation) -> None:
    asked = held(town)
    reply(town, asked, "yes")
    town.wait_for_mail(letter="post_decided", to="bob@council.example")
    reply(town, asked, "no, not our area")
    late = town.wait_for_mail(letter="verdict_settled_already", to="bob@council.example")
    assert_whole(late, "verdict_settled_already")


def test_what_is_unclear_changes_nothing_and_is_asked_back(town: Installation) -> None:
    asked = held(town)
    for number, text in enumerate(("Yes, I will read it when I am back", "approve?", ""), 1):
        reply(town, asked, text)
        town.wait_for_mail(letter="verdict_unclear", number=number)
    assert_whole(town.wait_for_mail(letter="verdict_unclear"), "verdict_unclear")
    reply(town, asked, "help")
    assert_whole(town.wait_for_mail(letter="verdict_help"), "verdict_help")
    assert "Food bank" in town.command("waiting", "news")


def test_somebody_else_with_the_mark_decides_nothing(town: Installation) -> None:
    reply(town, held(town), "yes", sender="mallory@evil.example")
    told = town.wait_for_mail(letter="verdict_not_yours", to="bob@council.example")
    assert_whole(told, "verdict_not_yours")
    assert "Food bank" in town.command("waiting", "news")


def test_without_proof_one_confirming_reply_is_asked(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    town = new_installation(sqlite_url, POSTROUND_PROOF="aligned")
    town.command("list", "add", LIST, "--name", "Partnership News")
    town.command("moderator", "add", "news", "bob@council.example", "--name", "Bob")
    town.start("run")
    reply(town, held(town), "yes")
    confirm = town.wait_for_mail(letter="verdict_confirm", to="bob@council.example")
    assert_whole(confirm, "verdict_confirm")
    assert "Food bank" in town.command("waiting", "news")
    reply(town, confirm, "")
    reply(town, confirm, "confirm")
    assert town.wait_for_mail(letter="post_approved")


def test_a_phone_that_ignores_reply_to_makes_no_post(town: Installation) -> None:
    asked = held(town)
    message = answer(asked, "yes", "bob@council.example")
    message = message.replace(asked.reply_to.encode(), LIST.encode())
    assert town.send(message, "bob@council.example", LIST) == {}
    confirm = town.wait_for_mail(letter="verdict_confirm", to="bob@council.example")
    message = answer(confirm, "yes", "bob@council.example")
    message = message.replace(confirm.reply_to.encode(), LIST.encode())
    assert town.send(message, "bob@council.example", LIST) == {}
    assert town.wait_for_mail(letter="post_approved")
