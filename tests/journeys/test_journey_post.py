"""A post: from the partner's mail program to the moderator on duty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys.letters import note, post
from tests.servers import Installation
from tests.whole import assert_whole

LIST = "news@lists.example.org"


def test_the_moderator_on_duty_is_asked_and_nobody_else(town: Installation) -> None:
    assert town.send(post(), "alice@charity.example", LIST) == {}
    held = town.wait_for_mail(letter="post_held")
    assert held.to == ("bob@council.example",)
    assert_whole(held, "post_held")
    waiting = json.loads(town.command("waiting", "news", "--json"))
    assert [one["title"] for one in waiting["posts"]] == ["Food bank hours over Christmas"]
    assert waiting["posts"][0]["on_duty"] == "bob@council.example"
    assert waiting["letters"] == waiting["outgoing"] == []


def test_an_author_whom_the_list_knows_gets_a_receipt(town: Installation) -> None:
    message = post(sender="Carol <carol@home.example>")
    assert town.send(message, "carol@home.example", LIST) == {}
    assert_whole(town.wait_for_mail(letter="post_received"), "post_received")


def test_topics_come_from_the_address_and_from_the_subject(town: Installation) -> None:
    town.send(post("Rooms", number=1), "alice@charity.example", "news+housing@lists.example.org")
    town.send(post("[jobs] A vacancy", number=2), "alice@charity.example", LIST)
    for subject, topic in (("Rooms", "Housing"), ("A vacancy", "Jobs and training")):
        held = town.wait_for_mail(letter="post_held", subject=subject)
        assert f"In: {topic}" in held.text
        assert held.subject == f"Please decide: {subject}"


def test_a_message_that_is_sent_twice_becomes_one_post(town: Installation) -> None:
    for _ in range(2):
        assert town.send(post(), "alice@charity.example", LIST) == {}
    town.send(post("Another", number=2), "alice@charity.example", LIST)
    town.wait_for_mail(letter="post_held", subject="Another")
    assert len(json.loads(town.command("waiting", "--json"))["posts"]) == 2


@pytest.mark.parametrize(
    "address",
    [
        "all@lists.example.org",
        "news@elsewhere.example",
        "news-foo@lists.example.org",
        "news-verdict+0911c13y43umob3yw33vsab6fsj@lists.example.org",
    ],
)
def test_what_is_not_ours_is_refused_at_the_door(town: Installation, address: str) -> None:
    refused = town.send(post(), "alice@charity.example", address)
    assert refused[address].startswith("550 5.1.1")


def test_machines_are_never_answered(town: Installation) -> None:
    away = note("bob@council.example", LIST, "Automatic reply: hello", "I am away.\n")
    away = away.replace(b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:")
    town.send(away, "bob@council.example", LIST)
    town.send(post(), "", LIST)
    town.send(post("Something else", number=2), "alice@charity.example", LIST)
    town.wait_for_mail(letter="post_held", subject="Something else")
    assert len(json.loads(town.command("waiting", "--json"))["posts"]) == 1


EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "mails").glob("*.eml"))


def test_every_example_can_be_read_by_the_moderator(town: Installation) -> None:
    for file in EXAMPLES:
        assert town.send(file.read_bytes(), "alice@charity.example", LIST) == {}
    for number in range(1, len(EXAMPLES) + 1):
        held = town.wait_for_mail(letter="post_held", number=number)
        assert held.text.strip()
        for rubbish in ("â€", "mso-", "MsoNormal", "track.example", "utm_", "tell the sender"):
            assert rubbish not in held.text
