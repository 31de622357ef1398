"""An approval that is taken back, and given again, while editions are made: nobody gets it twice,
nobody misses it. And what goes to everybody, or only to those who had a first text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

import digest.make
from delivery.letters import Desk, Pen
from delivery.marks import Marks
from digest.run import tick
from moderation.decide import decide
from moderation.tell import Case
from moderation.verdict import Kind, Verdict
from storage import outgoing, posts
from storage.outgoing import LANE_EDITIONS
from storage.records import Post
from tests.digest.town import Town, local

MONDAY, NEXT = local("mon"), local("2026-11-23")
DESK = Desk(Marks("a secret for tests only"), "https://lists.example")


@pytest.fixture
def town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """With twelve readers, who are seen to in four steps."""
    monkeypatch.setattr(digest.make, "BATCH", 3)
    return town


def say(town: Town, post: int, kind: Kind, now: datetime, reason: str = "") -> bool:
    with town.db.write() as tx:
        found = posts.by_id(tx, post)
        assert found is not None
        case = Case(Pen(tx, DESK, town.news, now), found, None, NEXT)
        return decide(case, Verdict(kind, reason))


def look(town: Town, post: int) -> Post:
    with town.db.read() as tx:
        found = posts.by_id(tx, post)
    assert found is not None
    return found


def after_steps(number: int, act: Callable[[], object]) -> Callable[[], bool]:
    """A ``stop`` for a tick that acts once, before the step of that number."""
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        if asked == number:
            act()
        return False

    return stop


def send(town: Town, now: datetime, most: int = 1000) -> None:
    """The sender carries what waits."""
    now += timedelta(minutes=1)
    with town.db.write() as tx:
        rows = outgoing.claim(tx, "s", now, timedelta(minutes=1), most, LANE_EDITIONS)
        outgoing.note_sent(tx, [row.id for row in rows], "s", now)


def had(town: Town, readers: list[int], title: str) -> Counter[int]:
    return Counter({one: sum(title in mail for mail in town.mails(one)) for one in readers})


@pytest.mark.parametrize("step", range(1, 12))
@pytest.mark.parametrize("again", [True, False])
def test_undone_and_approved_again_while_the_round_up_is_made(
    town: Town, step: int, again: bool
) -> None:
    readers = [town.reader(f"r{number}") for number in range(12)]
    post = town.post("Drop-in", MONDAY - timedelta(hours=1))
    town.post("Other", MONDAY - timedelta(hours=1))

    def act() -> None:
        say(town, post, "undo", MONDAY + timedelta(seconds=1))
        if again:
            say(town, post, "yes", MONDAY + timedelta(seconds=2))

    tick(town.db, MONDAY, after_steps(step, act))
    send(town, MONDAY)
    assert had(town, readers, "Drop-in").total() in (0, 12), "no half round-up"
    say(town, post, "yes", MONDAY + timedelta(hours=1))
    tick(town.db, NEXT)
    assert set(had(town, readers, "Drop-in").values()) == {1}
    assert set(had(town, readers, "Other").values()) == {1}


@pytest.mark.parametrize("step", range(2, 8))
def test_taken_back_after_some_have_left_it_goes_to_nobody_else(town: Town, step: int) -> None:
    readers = [town.reader(f"r{number}") for number in range(12)]
    post = town.post("Drop-in", MONDAY - timedelta(hours=1))

    def act() -> None:
        send(town, MONDAY, most=2)
        say(town, post, "undo", MONDAY + timedelta(seconds=1))

    tick(town.db, MONDAY, after_steps(step, act))
    send(town, MONDAY)
    tick(town.db, NEXT)
    got = had(town, readers, "Drop-in").total()
    assert (got, look(town, post).state) in [(2, "withdrawn"), (0, "held")]


def test_straight_away_too_it_comes_again_after_an_undo(town: Town) -> None:
    readers = [town.reader(f"r{number}", "straight away") for number in range(5)]
    post = town.post("Drop-in", MONDAY)
    tick(town.db, MONDAY)
    say(town, post, "undo", MONDAY + timedelta(minutes=1))
    assert had(town, readers, "Drop-in").total() == 0
    say(town, post, "yes", MONDAY + timedelta(minutes=2))
    tick(town.db, MONDAY + timedelta(minutes=8))
    assert set(had(town, readers, "Drop-in").values()) == {1}


def test_what_is_urgent_goes_to_everybody_at_once_and_once(town: Town) -> None:
    weekly = town.reader("weekly")
    jobs = town.reader("jobs", "weekly", "jobs")
    daily = town.reader("daily", "daily")
    paused = town.reader("paused", paused_until=datetime(2027, 1, 1, tzinfo=UTC).date())
    town.post("Flood", MONDAY, "housing", urgent=True)
    tick(town.db, MONDAY + timedelta(minutes=1))
    assert [len(town.mails(one)) for one in (weekly, jobs, daily, paused)] == [1, 1, 1, 0]
    town.days("tue", "2026-11-23")
    assert [len(town.mails(one)) for one in (weekly, jobs, daily)] == [1, 1, 1]


def test_a_correction_goes_to_those_who_had_the_first_text_and_to_nobody_else(town: Town) -> None:
    fast = town.reader("fast", "straight away")
    weekly = town.reader("weekly")
    jobs = town.reader("jobs", "weekly", "jobs")
    monthly = town.reader("monthly", "monthly")
    first = town.post("Drop-in", MONDAY - timedelta(hours=1), "housing")
    tick(town.db, MONDAY)
    send(town, MONDAY)
    assert [len(town.mails(one)) for one in (fast, weekly, jobs, monthly)] == [1, 1, 0, 0]
    new = town.reader("new", joined=MONDAY + timedelta(hours=1))
    assert say(town, first, "correct", MONDAY + timedelta(hours=2), "On Friday.")
    second = first + 1
    town.titles[second] = look(town, second).title
    town.change(weekly, MONDAY + timedelta(hours=3), topics=["jobs"])
    tick(town.db, MONDAY + timedelta(hours=4))
    assert town.mails(fast)[1:] == [["Correction: Drop-in"]]
    assert len(town.mails(weekly)) == 1
    tick(town.db, NEXT)
    assert town.mails(weekly)[1:] == [["Correction: Drop-in"]], "whatever they chose since"
    tick(town.db, local("2026-12-07"))
    assert town.mails(monthly) == [["Drop-in"]], "the right text, in its place"
    assert look(town, first).text == "On Friday."
    assert town.mails(jobs) == []
    assert town.mails(new) == []
    assert len(town.mails(fast)) == 2
