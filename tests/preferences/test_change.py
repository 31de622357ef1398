"""Wishes come true: what changes, what is said about it, and what the next edition owes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from preferences import change
from preferences.wish import Wish
from tests.preferences.desk import Preferences, expect, said, whole, wish

JUNE = date(2027, 6, 1)


def test_a_change_is_stored_told_and_remembered(both: Preferences) -> None:
    both.reader()
    assert both.apply(wish(frequency="daily"), answers="1@reader.example") == "settings_changed"
    (mail,) = both.letters()
    expect("settings_changed", whole(mail))
    assert mail.header("In-Reply-To") == "<1@reader.example>"
    assert mail.header("Auto-Submitted") == "auto-replied"
    carol = both.look()
    assert (carol.frequency, carol.changed_at) == ("daily", both.now)
    assert both.trail() == ["changed"]


def test_every_mail_to_a_reader_carries_the_list_headers(desk: Preferences) -> None:
    desk.reader()
    desk.apply(wish(frequency="daily"))
    (mail,) = desk.letters()
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    https, mailto = mail.header("List-Unsubscribe").split(", ")
    assert https.startswith("<https://lists.example.org/leave/")
    assert mailto.startswith("<mailto:news-settings+")
    assert mailto.endswith("?subject=stop&body=stop>")
    for name, value in (
        ("List-Help", "<mailto:news-help@lists.example.org>"),
        ("List-Post", "<mailto:news@lists.example.org>"),
        ("List-Subscribe", "<mailto:news-join@lists.example.org>"),
        ("List-Owner", "<mailto:news-owner@lists.example.org>"),
        ("Precedence", "list"),
    ):
        assert mail.header(name) == value


def test_several_wishes_come_true_together_in_one_letter(desk: Preferences) -> None:
    topics = desk.topics
    desk.reader(topics=(topics["law"],))
    desk.apply(
        wish(frequency="monthly"),
        wish(topics=(topics["housing"], topics["jobs"])),
        wish(topic_frequencies={topics["jobs"]: "daily"}),
        wish(topic_frequencies={topics["housing"]: "straight away"}),
        wish(format="plain"),
    )
    (mail,) = desk.letters()
    assert len(said(mail)) == 5
    carol = desk.look()
    assert carol.topics == (topics["housing"], topics["jobs"])
    assert carol.topic_frequencies == {topics["jobs"]: "daily", topics["housing"]: "straight away"}
    assert (carol.frequency, carol.format) == ("monthly", "plain")


def test_a_later_wish_wins(desk: Preferences) -> None:
    desk.reader()
    desk.apply(wish(frequency="daily"), wish(frequency="monthly"))
    assert desk.look().frequency == "monthly"


def test_a_frequency_for_one_topic_asks_for_the_topic_too(desk: Preferences) -> None:
    housing, jobs = desk.topics["housing"], desk.topics["jobs"]
    desk.reader(topics=(housing,))
    desk.apply(wish(topic_frequencies={jobs: "daily"}))
    assert desk.look().topics == (housing, jobs)
    desk.apply(wish(topics=()))
    desk.apply(wish(topic_frequencies={desk.topics["law"]: "daily"}))
    assert desk.look().topics == (), "whoever gets all topics has it already"
    assert desk.look().topic_frequencies == {jobs: "daily", desk.topics["law"]: "daily"}


def test_what_is_so_already_changes_nothing_and_shows_the_settings(desk: Preferences) -> None:
    desk.reader()
    assert desk.apply(wish(frequency="weekly")) == "settings_shown"
    assert desk.names() == ["settings_shown"]
    assert desk.look().changed_at is None


@pytest.mark.parametrize(
    ("changes", "looks_back"),
    [
        ({"frequency": "daily"}, True),
        ({"topics": (1,)}, True),
        ({"topic_frequencies": {1: "daily"}}, True),
        ({"format": "plain"}, False),
        ({"paused_until": JUNE}, False),
    ],
)
def test_only_a_change_of_what_is_chosen_looks_back(
    desk: Preferences, changes: dict[str, Any], looks_back: bool
) -> None:
    desk.reader()
    desk.apply(wish(**changes))
    assert (desk.look().changed_at is not None) == looks_back


def test_of_a_topic_that_is_gone_nothing_more_is_said(desk: Preferences) -> None:
    jobs = desk.topics["jobs"]
    desk.reader(topic_frequencies={jobs: "daily"})
    desk.apply(wish(without=(jobs,)))
    (mail,) = desk.letters()
    assert "comes with all the others" not in mail.text
    assert desk.look().topic_frequencies == {}


def test_a_pause_for_later_and_another_instead(desk: Preferences) -> None:
    desk.reader()
    may = date(2027, 5, 3)
    desk.apply(wish(paused_from=may, paused_until=JUNE))
    assert (desk.look().paused_from, desk.look().paused_until) == (may, JUNE)
    (mail,) = desk.letters()
    words = " ".join(mail.text.split())
    assert "no round-ups from Monday 3 May 2027 on. They come again from" in words
    assert "Paused from: Monday 3 May 2027" in words
    assert desk.look().settled_until is None, "until then nothing is paused"
    desk.apply(wish(frequency="daily"))
    assert desk.look().paused_from == may
    desk.apply(wish(paused_until=JUNE))
    assert (desk.look().paused_from, desk.look().paused_until) == (None, JUNE)
    desk.apply(wish(paused_from=may, paused_until=JUNE), wish(paused_until=None))
    assert (desk.look().paused_from, desk.look().paused_until) == (None, None)


def test_a_pause_and_its_end(desk: Preferences) -> None:
    desk.reader()
    desk.apply(wish(paused_until=JUNE))
    assert said(desk.letters()[0]) == ["You get no round-ups until Tuesday 1 June 2027."]
    desk.later(days=3)
    desk.apply(wish(paused_until=None))
    assert said(desk.letters()[0]) == ["Your pause is over. Mails come again."]
    carol = desk.look()
    assert (carol.paused_until, carol.settled_until) == (None, desk.now)


def test_resume_without_a_pause_changes_nothing(desk: Preferences) -> None:
    settled = desk.reader(settled_until=desk.now).settled_until
    desk.later(days=1)
    assert desk.apply(wish(paused_until=None)) == "settings_shown"
    assert desk.look().settled_until == settled


def test_a_pause_that_ended_by_itself_is_none_and_what_it_settled_stays(desk: Preferences) -> None:
    desk.reader(paused_until=date(2026, 11, 18))
    assert desk.apply(wish(paused_until=None)) == "settings_shown"
    assert "No mail until" not in desk.letters()[0].text
    desk.apply(wish(frequency="daily", paused_until=None))
    assert said(desk.letters()[0]) == ["You now get one mail a day."]
    assert desk.look().paused_until == date(2026, 11, 18), "from that day on something is owed"


def test_who_was_stopped_for_bounces_and_answers_gets_mails_again(desk: Preferences) -> None:
    desk.reader(state="stopped")
    desk.apply(Wish("settings", {}))
    (mail,) = desk.letters()
    assert said(mail) == ["Mails come to you again."]
    assert (desk.look().state, desk.look().settled_until) == ("active", desk.now)


def test_stop_wins_over_everything_beside_it(both: Preferences) -> None:
    both.reader(consent="Joined at the fair.")
    assert both.apply(wish(frequency="daily"), Wish("stop", {})) == "leaving_done"
    (mail,) = both.letters()
    expect("leaving_done", whole(mail))
    carol = both.look()
    assert (carol.state, carol.frequency) == ("left", "weekly")
    assert carol.consent == "Joined at the fair. Ended by the reader, 2026-11-18 12:00 UTC."
    assert both.trail() == ["left"]


def test_leaving_is_told_once_however_often_it_is_said(desk: Preferences) -> None:
    carol = desk.reader()
    for _ in range(3):
        desk.work(lambda pen: change.leave(pen, carol))
    assert desk.names() == ["leaving_done"]


def test_a_stopped_reader_may_leave(desk: Preferences) -> None:
    desk.reader(state="stopped")
    desk.apply(Wish("stop", {}))
    assert desk.look().state == "left"


def test_help_and_settings_change_nothing(desk: Preferences) -> None:
    desk.reader()
    assert desk.apply(Wish("help", {})) == "help_list"
    assert desk.apply(Wish("settings", {})) == "settings_shown"
    assert desk.apply(Wish("join", {})) == "settings_shown"
    help_, shown, _ = desk.letters()
    assert "news-join@lists.example.org" in help_.text
    assert "topic: Housing" in shown.text
    assert desk.look().changed_at is None


def test_a_wish_beside_more_is_carried_out_too(desk: Preferences) -> None:
    desk.reader()
    assert desk.apply(wish(frequency="daily"), Wish("more", {"numbers": (3,)})) == "item_missing"
    assert desk.names() == ["settings_changed", "item_missing"]
    assert desk.look().frequency == "daily"


def test_a_topic_that_is_gone_is_not_named(desk: Preferences) -> None:
    desk.reader(topics=(99,), topic_frequencies={99: "daily"})
    desk.apply(Wish("settings", {}))
    assert "99" not in desk.letters()[0].text


def test_the_times_are_those_of_the_list(desk: Preferences) -> None:
    """Just before midnight UTC it is the next day in Kolkata already."""
    from dataclasses import replace

    desk.sender = replace(desk.sender, timezone="Asia/Kolkata")
    desk.later(hours=11)
    desk.reader(paused_until=date(2026, 11, 19))
    assert desk.now.date() == date(2026, 11, 18)
    assert desk.apply(wish(paused_until=None)) == "settings_shown"
    desk.now -= timedelta(hours=6)
    assert desk.apply(wish(paused_until=None)) == "settings_changed"
