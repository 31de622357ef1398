"""Joining, coming back, and wishes without proof: nothing happens before the address says yes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from preferences import helping, joining
from preferences.asking import CONFIRM_WITHIN, MOST_A_DAY
from preferences.wish import Wish
from storage import subscribers
from tests.preferences.desk import CAROL, FIRST, Preferences, expect, said, whole, wish


def test_joining_is_asked_confirmed_and_welcomed(both: Preferences) -> None:
    housing = both.topics["housing"]
    both.ask_to_join(frequency="weekly", topics=(housing,), name="Carol")
    (asked,) = both.letters()
    expect("joining_confirm", whole(asked))
    with both.db.read() as tx:
        assert subscribers.by_address(tx, both.sender.id, CAROL) is None
    assert both.confirm() == "joining_done"
    (welcome,) = both.letters()
    expect("joining_done", whole(welcome))
    carol = both.look()
    assert (carol.state, carol.topics, carol.name) == ("active", (housing,), "Carol")
    assert (carol.joined_at, carol.settled_until) == (both.now, both.now)
    assert carol.consent == (
        "Confirmed by reply from the address itself, 2026-11-18 12:00 UTC. "
        'Asked 2026-11-18 12:00 UTC: "Do you want to join News?"'
    )
    assert both.trail() == ["joined"]


def test_e8_the_question_holds_nothing_that_the_asker_wrote(desk: Preferences) -> None:
    desk.ask_to_join(name="BUY NOW http://evil.example")
    (asked,) = desk.letters()
    assert b"BUY NOW" not in asked.raw
    assert asked.header("Auto-Submitted") == "auto-replied"


def test_a_confirmation_counts_once(desk: Preferences) -> None:
    desk.ask_to_join()
    assert [desk.confirm(), desk.confirm(), desk.confirm()] == [
        "joining_done",
        "settled",
        "settled",
    ]
    assert desk.names() == ["joining_confirm", "joining_done"]


def test_an_old_yes_brings_nobody_back(desk: Preferences) -> None:
    desk.ask_to_join()
    desk.confirm()
    desk.apply(Wish("stop", {}))
    desk.confirm()
    assert desk.look().state == "left"


@pytest.mark.parametrize(("late", "joined"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_a_yes_is_good_for_thirty_days(desk: Preferences, late: timedelta, joined: bool) -> None:
    desk.ask_to_join()
    desk.now += CONFIRM_WITHIN + late
    assert desk.confirm() == ("joining_done" if joined else "")


def test_e8_an_address_is_asked_once_a_day(both: Preferences) -> None:
    assert [both.ask_to_join(address) for address in (CAROL, "Carol@READER.example", CAROL)] == [
        "joining_confirm",
        "",
        "",
    ]
    both.later(days=1)
    assert both.ask_to_join() == ""
    both.later(seconds=1)
    assert both.ask_to_join() == "joining_confirm"


def test_e8_a_source_may_ask_for_so_many_an_hour(both: Preferences) -> None:
    def ask(number: int, source: str = "web 192.0.2.1") -> bool:
        return bool(both.ask_to_join(f"person{number}@example.org", source))

    assert [ask(number) for number in range(7)] == [True] * 5 + [False] * 2
    assert ask(7, "web 192.0.2.2")
    assert all(ask(number, "") for number in range(8, 16)), "a front server is no source"
    both.later(hours=1, seconds=1)
    assert ask(20)


def test_the_limit_for_a_source_may_be_raised(desk: Preferences) -> None:
    asked = [desk.ask_to_join(f"p{n}@example.org", "web 192.0.2.1", 1000) for n in range(30)]
    assert asked == ["joining_confirm"] * 30


def test_e9_whoever_is_a_reader_already_is_told_so_and_nobody_else(desk: Preferences) -> None:
    desk.reader()
    assert desk.ask_to_join() == "joining_already"
    assert desk.ask_to_join() == ""
    (mail,) = desk.letters()
    assert mail.to == (CAROL,)


def test_e12_one_person_joins_once_however_the_address_is_written(desk: Preferences) -> None:
    desk.ask_to_join("Carol@Bücher.Example")
    desk.confirm()
    desk.later(days=2)
    assert desk.ask_to_join("carol@xn--bcher-kva.example") == "joining_already"
    assert desk.look("CAROL@bücher.example").address == "Carol@Bücher.Example"


def test_who_left_and_joins_again_starts_anew_with_what_was_set(both: Preferences) -> None:
    law = both.topics["law"]
    both.reader(topics=(law,), format="plain", paused_until=date(2027, 6, 1))
    both.apply(wish(frequency="daily"))
    both.apply(Wish("stop", {}))
    both.later(days=10)
    both.ask_to_join()
    both.confirm()
    carol = both.look()
    assert (carol.state, carol.topics, carol.format) == ("active", (law,), "plain")
    assert carol.frequency == "daily"
    assert carol.paused_until is None
    assert (carol.joined_at, carol.settled_until) == (both.now, both.now)
    assert carol.changed_at is None


def test_join_in_reply_to_the_goodbye_needs_no_second_question(desk: Preferences) -> None:
    carol = desk.reader()
    desk.apply(Wish("stop", {}))
    desk.letters()
    desk.work(lambda pen: joining.rejoin(pen, carol, first=FIRST))
    assert desk.names() == ["joining_done"]
    assert desk.look().state == "active"


@pytest.mark.parametrize(("frequency", "told"), [("weekly", True), ("daily", False)])
def test_the_first_mail_is_named_where_it_is_known(
    desk: Preferences, frequency: str, told: bool
) -> None:
    desk.ask_to_join(frequency=frequency)
    desk.confirm()
    assert ("Monday 23 November 2026, 10am" in desk.letters()[-1].text) == told


# Wishes without a mark -------------------------------------------------------------------------


def test_d19_wishes_without_proof_wait_for_a_yes(both: Preferences) -> None:
    both.reader()
    jobs = both.topics["jobs"]
    wishes = (
        wish(frequency="daily"),
        wish(topic_frequencies={jobs: "monthly"}),
        wish(topic_frequencies={both.topics["law"]: "straight away"}),
        wish(paused_until=date(2027, 6, 1)),
        wish(topics=(jobs, both.topics["law"])),
    )
    assert both.ask_wishes(*wishes) == "wish_confirm"
    (asked,) = both.letters()
    expect("wish_confirm", whole(asked))
    assert both.look().frequency == "weekly"
    assert both.confirm() == "settings_changed"
    (done,) = both.letters()
    assert said(done) == said(asked)
    carol = both.look()
    assert carol.topic_frequencies == {jobs: "monthly", both.topics["law"]: "straight away"}
    assert (carol.frequency, carol.paused_until) == ("daily", date(2027, 6, 1))


def test_d19_leaving_without_proof_waits_for_a_yes(both: Preferences) -> None:
    both.reader()
    assert both.ask_wishes(Wish("stop", {})) == "leaving_confirm"
    (asked,) = both.letters()
    expect("leaving_confirm", whole(asked))
    assert both.look().state == "active"
    assert both.confirm() == "leaving_done"
    assert both.look().state == "left"


def test_what_changes_nothing_is_shown_at_once_to_the_readers_own_address(
    desk: Preferences,
) -> None:
    desk.reader()
    for asked, letter in (
        (Wish("settings", {}), "settings_shown"),
        (Wish("help", {}), "help_list"),
        (wish(frequency="weekly"), "settings_shown"),
    ):
        assert desk.ask_wishes(asked) == letter
    assert {mail.to for mail in desk.letters()} == {(CAROL,)}


@pytest.mark.parametrize("kind", ["wish", "leave"])
def test_nobodys_mailbox_is_flooded_by_forged_wishes(desk: Preferences, kind: str) -> None:
    desk.reader()
    asked = Wish("stop", {}) if kind == "leave" else wish(frequency="daily")
    letters = [desk.ask_wishes(asked) for _ in range(20)]
    assert len([name for name in letters if name]) == MOST_A_DAY[kind]
    assert len(desk.letters()) == MOST_A_DAY[kind]


def test_a_stopped_reader_is_not_woken_by_a_forged_wish(desk: Preferences) -> None:
    desk.reader(state="stopped")
    desk.ask_wishes(Wish("settings", {}))
    assert desk.look().state == "stopped"


def test_who_left_meanwhile_is_not_brought_back_by_a_confirmed_wish(desk: Preferences) -> None:
    desk.reader()
    desk.ask_wishes(wish(frequency="daily"))
    desk.apply(Wish("stop", {}))
    assert desk.confirm() == "settled"
    assert desk.look().state == "left"


def test_a_confirmation_is_for_its_own_list(desk: Preferences) -> None:
    from dataclasses import replace

    desk.ask_to_join()
    desk.sender = replace(desk.sender, id=99)
    assert desk.confirm() == ""


def test_a_stranger_who_asks_for_help_gets_it_once_a_day(desk: Preferences) -> None:
    def ask() -> str:
        answer = helping.answer_stranger
        return desk.work(lambda pen: answer(pen, "dilan@house.example", "", 5, "1@house.example"))

    assert [ask(), ask()] == ["help_list", ""]
    (mail,) = desk.letters()
    expect("help_list_for_a_stranger", whole(mail))
    assert mail.header("List-Unsubscribe") == ""
