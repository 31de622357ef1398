"""A round-up is shown to those who run the list, who change it by reply, and then it leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.letters import post
from tests.mailbox import Mail, answer, mails
from tests.servers import Installation
from tests.whole import assert_whole

LIST = "news@lists.example.org"


def publish(town: Installation, number: int, subject: str) -> None:
    town.send(post(subject, f"Words of {subject}.\n", number=number), "alice@charity.example", LIST)
    asked = town.wait_for_mail(letter="post_held", subject=subject)
    town.send(answer(asked, "yes"), asked.to[0], asked.reply_to)
    town.wait_for_mail(letter="post_decided", subject=subject)


def reply(town: Installation, mail: Mail, text: str) -> None:
    assert town.send(answer(mail, text), mail.to[0], mail.reply_to) == {}


def test_a_proof_is_shown_changed_held_and_let_go(town: Installation) -> None:
    today = datetime.now(ZoneInfo("Europe/London"))
    leaves = f"{today + timedelta(days=1):%a} 23:59"
    town.command("list", "edit", "news", "--weekly", leaves)
    for number, subject in enumerate(("Rooms for the winter", "Town hall closed", "A walk"), 1):
        publish(town, number, subject)
    town.command("list", "edit", "news", "--proof", f"{today:%a} 00:00")
    shown = town.wait_for_mail(letter="proof", to="bob@council.example")
    assert_whole(shown, "proof")
    reply(town, shown, "drop 2\n3 top\nintro: Wrap up warm.\n\nBob")
    told = town.wait_for_mail(letter="proof_changed", to="amina@charity.example")
    assert_whole(told, "proof_changed")
    reply(town, told, "the second one is wrong")
    assert_whole(town.wait_for_mail(letter="proof_unclear"), "proof_unclear")
    assert not mails(town.outgoing, letter="edition", to="carol@home.example")
    town.command("edition", "send", "news", "--at", f"{today + timedelta(days=1):%Y-%m-%d}T23:59")
    carol = town.wait_for_mail(letter="edition", to="carol@home.example")
    assert "Wrap up warm." in carol.text and "Town hall closed" not in carol.text
    assert carol.text.index("A walk") < carol.text.index("Rooms for the winter")
    reply(town, shown, "hold")
    assert_whole(town.wait_for_mail(letter="proof_too_late"), "proof_too_late")
