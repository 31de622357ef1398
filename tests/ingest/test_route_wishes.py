"""Readers' letters: with a mark everything is done, without one the address itself is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.to_preferences import MOST_ANSWERS_A_DAY, MOST_LETTERS_A_DAY
from storage.database import Database
from tests.ingest.desks import CAROL, FORGED, PROVEN, Desks, answering, settle
from tests.storage.rows import new_topic


@pytest.fixture
def desks(sqlite_url: str) -> Iterator[Desks]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


def settings(desks: Desks, **more: int | str) -> str:
    carol = desks.look()
    assert carol is not None
    return desks.marked("settings", carol.id, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("sender", [CAROL, "other@reader.example", ""])
@pytest.mark.parametrize("proof", [PROVEN, FORGED])
def test_e3_a_mark_is_enough_from_whatever_address(
    desks: Desks, sender: str, proof: object
) -> None:
    desks.reader()
    envelope = sender or "x@y.example"
    desks.bring(settings(desks), sender, "stop", proof=proof, senders=3, mail_from=envelope)  # type: ignore[arg-type]
    assert desks.look().state == "left"  # type: ignore[union-attr]
    (goodbye,) = desks.letters()
    assert goodbye.to == (CAROL,)


@pytest.mark.parametrize(
    ("text", "subject"),
    [("", "stop"), ("stop", ""), ("stop", "Re: News"), ("", "Unsubscribe"), ("unsubscribe", "x")],
)
def test_e3_an_unsubscribe_mail_as_programs_write_it(desks: Desks, text: str, subject: str) -> None:
    desks.reader()
    desks.bring(settings(desks), CAROL, text, subject=subject)
    assert desks.look().state == "left"  # type: ignore[union-attr]


def test_the_subject_does_not_count_in_an_answer(desks: Desks) -> None:
    """Its subject is ours: "Re: How to stop the damp"."""
    desks.reader()
    desks.bring(settings(desks), CAROL, "", subject="stop", answers=("1@lists.example.org",))
    assert desks.look().state == "active"  # type: ignore[union-attr]
    assert desks.names() == ["wish_unclear"]


def test_wishes_by_reply(desks: Desks) -> None:
    desks.reader()
    desks.bring(settings(desks), CAROL, "daily\ntopics housing\npause 3 weeks")
    (mail,) = desks.letters()
    assert mail.letter == "settings_changed"
    carol = desks.look()
    assert carol is not None
    assert (carol.frequency, carol.topics) == ("daily", (1,))
    assert carol.paused_until is not None


def test_join_in_reply_to_the_goodbye_brings_back(desks: Desks) -> None:
    desks.reader()
    to = settings(desks)
    desks.bring(to, CAROL, "stop")
    assert desks.bring(to, CAROL, "stop").name == "command"
    assert desks.names() == ["leaving_done"]
    desks.bring(to, CAROL, "Join")
    assert desks.names() == ["joining_done"]
    assert desks.look().state == "active"  # type: ignore[union-attr]


def test_who_left_and_writes_something_else_hears_nothing_more(desks: Desks) -> None:
    desks.reader(state="left")
    desks.bring(settings(desks), CAROL, "daily")
    assert desks.letters() == []


@pytest.mark.parametrize("old", [{"days": 366}, {"secret": "the old secret"}])
def test_e5_an_old_mark_leaves_and_shows_but_changes_nothing(
    desks: Desks, old: dict[str, int | str]
) -> None:
    desks.now = desks.now.replace(year=2028)
    desks.reader()
    desks.bring(settings(desks, **old), CAROL, "daily")
    assert desks.names() == ["settings_shown"]
    assert desks.look().frequency == "weekly"  # type: ignore[union-attr]
    desks.bring(settings(desks, **old), CAROL, "stop")
    assert desks.look().state == "left"  # type: ignore[union-attr]


def test_a_machine_that_answers_every_answer_tires_before_we_do(desks: Desks) -> None:
    desks.reader()
    for _ in range(MOST_ANSWERS_A_DAY * 2):
        desks.bring(settings(desks), CAROL, "Thank you for your mail, we will be back.")
    assert len(desks.letters()) == MOST_ANSWERS_A_DAY
    desks.bring(settings(desks), CAROL, "stop")
    assert desks.look().state == "left", "a person's word still counts"  # type: ignore[union-attr]


def test_whoever_has_a_passed_on_mail_cannot_flood_its_reader(desks: Desks) -> None:
    desks.reader()
    for number in range(MOST_LETTERS_A_DAY + 20):
        desks.bring(settings(desks), "mallory@evil.example", ("daily", "weekly")[number % 2])
    assert len(desks.letters()) == MOST_LETTERS_A_DAY
    desks.bring(settings(desks), CAROL, "stop")
    assert desks.look().state == "left", "leaving always works"  # type: ignore[union-attr]


def test_a_stopped_reader_who_replies_gets_mails_again(desks: Desks) -> None:
    desks.reader(state="stopped")
    desks.bring(settings(desks), CAROL, "join")
    assert desks.look().state == "active"  # type: ignore[union-attr]


def test_d19_leave_acts_at_once_when_proven_and_asks_otherwise(desks: Desks) -> None:
    desks.reader()
    desks.bring("news-leave", CAROL)
    (asked,) = desks.letters()
    assert asked.letter == "leaving_confirm"
    assert desks.look().state == "active"  # type: ignore[union-attr]
    desks.bring("news-unsubscribe", CAROL, proof=PROVEN)
    assert desks.look().state == "left"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "subject"),
    [("housing", ""), ("leave housing", ""), ("", "Housing"), ("", "leave housing"),
     ("Please stop housing", "x")],
)  # fmt: skip
def test_the_address_to_leave_stops_one_topic_where_one_is_named(
    desks: Desks, text: str, subject: str
) -> None:
    with desks.db.write() as tx:
        jobs = new_topic(tx, desks.sender, "jobs")
    desks.reader()
    desks.bring("news-leave", CAROL, text, subject=subject, proof=PROVEN)
    carol = desks.look()
    assert carol is not None
    assert (carol.state, carol.topics) == ("active", (jobs,))
    assert desks.names() == ["settings_changed"]


@pytest.mark.parametrize("text", ["", "stop", "leave", "please let me out", "housing is bad"])
def test_the_address_to_leave_takes_all_the_rest_as_leaving(desks: Desks, text: str) -> None:
    desks.reader()
    desks.bring("news-leave", CAROL, text, proof=PROVEN)
    assert desks.look().state == "left"  # type: ignore[union-attr]


def test_leave_by_somebody_who_is_no_reader_is_silent(desks: Desks) -> None:
    assert desks.bring("news-leave", "mallory@evil.example", proof=PROVEN).name == "command"
    assert desks.letters() == []


def test_join_is_asked_back_and_confirmed_by_a_plain_yes(desks: Desks) -> None:
    desks.bring("news-join", CAROL, "Hello, what is this?")
    (asked,) = desks.letters()
    assert asked.letter == "joining_confirm"
    for text in ("", "no", "yes?", "I am away, yes"):
        desks.bring(asked.reply_to, CAROL, text)
        assert desks.look() is None
    desks.bring(asked.reply_to, CAROL, "Yes please", proof=FORGED)
    assert desks.look() is not None
    assert desks.names() == ["joining_done"]


@pytest.mark.parametrize("word", ["subscribe", "Join", "sign me up please"])
@pytest.mark.parametrize("where", ["text", "subject"])
def test_subscribe_to_the_help_address_joins(desks: Desks, word: str, where: str) -> None:
    desks.bring("news-help", CAROL, **{"text": "", where: word})  # type: ignore[arg-type]
    assert desks.names() == ["joining_confirm"]


def test_e8_joining_by_mail_counts_by_source(desks: Desks) -> None:
    for number in range(8):
        desks.bring("news-join", f"p{number}@example.net", source="mail 192.0.2.9")
    assert len(desks.letters()) == 5
    desks.set(limit_joins_per_source_hour=100)
    for number in range(10, 20):
        desks.bring("news-join", f"p{number}@example.net", source="mail 192.0.2.9")
    assert len(desks.letters()) == 10


def test_help_for_a_stranger_and_for_a_reader(desks: Desks) -> None:
    desks.bring("news-help", "dilan@house.example", "help")
    desks.bring("news-help", "dilan@house.example", "help")
    (stranger,) = desks.letters()
    assert "settings" not in stranger.header("Reply-To")
    desks.reader()
    desks.bring("news-request", CAROL, "What is this?")
    (reader,) = desks.letters()
    assert (stranger.letter, reader.letter) == ("help_list", "help_list")
    assert "/settings/" in reader.text


def test_a_wish_to_the_help_address_is_asked_back(desks: Desks) -> None:
    desks.reader()
    desks.bring("news-help", CAROL, "weekly\ndaily", proof=PROVEN)
    (asked,) = desks.letters()
    assert asked.letter == "wish_confirm"
    desks.bring(asked.reply_to, CAROL, "yes")
    assert desks.look().frequency == "daily"  # type: ignore[union-attr]


def test_a_readers_reply_to_the_list_itself(desks: Desks) -> None:
    desks.reader()
    desks.bring(settings(desks), CAROL, "settings")
    (ours,) = desks.letters()
    for text, letter in (
        ("hmm", "wish_unclear"),
        ("help", "help_list"),
        ("settings", "settings_shown"),
        ("daily", "wish_confirm"),
        ("stop", "leaving_confirm"),
    ):
        desks.bring("news", CAROL, text, **answering(ours))
        (mail,) = desks.letters()
        assert (mail.letter, mail.to) == (letter, (CAROL,))
    assert desks.posts() == []
    desks.bring("news", CAROL, "stop", proof=PROVEN, **answering(ours))
    assert desks.look().state == "left"  # type: ignore[union-attr]


def test_e11_a_friend_who_answers_a_mail_that_was_passed_on_changes_nothing(desks: Desks) -> None:
    desks.reader()
    desks.bring(settings(desks), CAROL, "settings")
    (ours,) = desks.letters()
    desks.bring("news", "friend@house.example", "stop", proof=PROVEN, **answering(ours))
    (asked,) = desks.letters()
    assert (asked.letter, asked.to) == ("leaving_confirm", (CAROL,))
    assert desks.look().state == "active"  # type: ignore[union-attr]


def test_a_mark_of_a_reader_who_is_gone(desks: Desks) -> None:
    assert desks.bring(desks.marked("settings", 99), CAROL, "stop").name == "refused"
    assert desks.bring(desks.marked("confirm", 99), CAROL, "yes").name == "refused"
    assert desks.letters() == []
