"""A Monday: from an approved post to the round-up in each reader's mailbox."""

from __future__ import annotations

import time
from datetime import timedelta

from tests.journeys.conftest import ROUND_UP
from tests.journeys.letters import post
from tests.mailbox import answer, mails
from tests.servers import Installation
from tests.whole import assert_whole

LIST = "news@lists.example.org"
DUE = f"{ROUND_UP:%Y-%m-%dT%H:%M}"


def publish(town: Installation, number: int, subject: str, words: str) -> None:
    text = f"Words of {subject}.\n"
    assert town.send(post(subject, text, number=number), "alice@charity.example", LIST) == {}
    asked = town.wait_for_mail(letter="post_held", subject=subject)
    town.send(answer(asked, words), asked.to[0], asked.reply_to)
    town.wait_for_mail(letter="post_decided", subject=subject)


def wait_for_words(town: Installation, reader: str, words: str) -> None:
    """Straight-away mails come one by one or, when approved together, as one: each word once."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = mails(town.outgoing, letter="edition", to=reader)
        if sum(mail.text.count(words) for mail in found) == 1:
            return
        time.sleep(0.1)
    raise AssertionError(f"{words!r} did not come once to {reader}")


def test_each_reader_gets_one_mail_of_their_topics(town: Installation) -> None:
    add = ("subscriber", "add", "news")
    town.command(*add, "dilan@house.example", "--topics", "housing", "--format", "plain")
    town.command(*add, "esther@home.example", "--topics", "jobs")
    town.command(*add, "farah@home.example", "--frequency", "straight away")
    publish(town, 1, "Rooms for the winter", "yes topics: housing")
    publish(town, 2, "A vacancy in the office", "yes topics: jobs")
    publish(town, 3, "Town hall closed", "yes")
    preview = town.command("edition", "preview", "news", "--for", "dilan@house.example")
    assert "Rooms for the winter" in preview and "vacancy" not in preview
    town.command("edition", "send", "news", "--at", DUE)
    carol = town.wait_for_mail(letter="edition", to="carol@home.example")
    assert_whole(carol, "edition_html")
    assert "Words of Rooms for the winter" in carol.html
    dilan = town.wait_for_mail(letter="edition", to="dilan@house.example")
    assert_whole(dilan, "edition_plain")
    assert not dilan.html
    esther = town.wait_for_mail(letter="edition", to="esther@home.example")
    assert "A vacancy" in esther.text and "Rooms" not in esther.text
    for subject in ("Rooms for the winter", "A vacancy in the office", "Town hall closed"):
        wait_for_words(town, "farah@home.example", f"Words of {subject}.")
    town.command("edition", "send", "news", "--at", DUE)
    assert len(mails(town.outgoing, letter="edition", to="carol@home.example")) == 1


def test_nothing_new_means_no_mail(town: Installation) -> None:
    said = town.command("edition", "send", "news", "--at", DUE)
    assert "no mail is sent" in said


def test_after_an_early_edition_the_next_one_is_promised(town: Installation) -> None:
    publish(town, 1, "Rooms for the winter", "yes")
    town.command("edition", "send", "news", "--at", DUE)
    publish(town, 2, "A vacancy in the office", "yes")
    first = town.wait_for_mail(letter="post_approved", subject="Rooms")
    second = town.wait_for_mail(letter="post_approved", subject="vacancy")
    later = ROUND_UP + timedelta(days=7)
    assert f"{ROUND_UP:%A} {ROUND_UP.day} {ROUND_UP:%B %Y}" in " ".join(first.text.split())
    assert f"{later:%A} {later.day} {later:%B %Y}" in " ".join(second.text.split())


def test_more_brings_the_item_whole(town: Installation) -> None:
    publish(town, 1, "Rooms for the winter", "yes")
    town.command("edition", "send", "news", "--at", DUE)
    edition = town.wait_for_mail(letter="edition", to="carol@home.example")
    town.send(answer(edition, "more 1"), "carol@home.example", edition.reply_to)
    whole = town.wait_for_mail(letter="item_whole", to="carol@home.example")
    assert_whole(whole, "item_whole")
