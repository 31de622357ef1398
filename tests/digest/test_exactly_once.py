"""Every reader exactly once, however often a clock dies and however many of them tick at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

import digest.claimed
import digest.make
import digest.prepare
import digest.run
from digest.claimed import Run
from digest.make import make
from digest.run import send_now, tick
from storage import editions
from storage.database import Database
from storage.tables import edition, outgoing
from tests.digest.town import Town, local
from tests.needs import times

MONDAY = local("2026-11-23")
WEEK = timedelta(days=7)
READERS = 23


class Killed(BaseException):
    """As if the machine had stopped: nothing catches it."""


class DyingDatabase(Database):
    """Dies in its write number ``dies_at``, just before or just after the commit."""

    def __init__(self, url: str, dies_at: int, *, before: bool) -> None:
        super().__init__(url)
        self.left = dies_at
        self.before = before

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.left -= 1
        with super().write() as tx:
            yield tx
            if self.left == 0 and self.before:
                raise Killed
        if self.left == 0:
            raise Killed


@pytest.fixture
def crowd(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Twenty-three readers, walked in steps of five."""
    monkeypatch.setattr(digest.make, "BATCH", 5)
    monkeypatch.setattr(digest.prepare, "POSTS_AT_ONCE", 2)
    town.days("2026-11-15", "2026-11-16")
    for number in range(READERS):
        town.reader(f"carol{number}", "daily" if number % 3 else "weekly")
    return town


def mails_of(town: Town, period: str) -> Counter[int]:
    """How many mails each reader has for the Monday of that period."""
    of_monday = select(edition.c.id).where(edition.c.period == period)
    here = outgoing.c.edition_id.in_(of_monday)
    with town.db.read() as tx:
        return Counter(tx.execute(select(outgoing.c.subscriber_id).where(here)).scalars())


def unfinished(town: Town) -> int:
    with town.db.read() as tx:
        here = edition.c.state == "making"
        return int(tx.execute(select(func.count()).where(here)).scalar_one())


def new_posts(town: Town, monday: datetime) -> None:
    for number in range(3):
        town.post(f"{monday.date()} {number}", monday - timedelta(hours=number + 1))


@pytest.mark.parametrize("before", [True, False], ids=["before-commit", "after-commit"])
def test_f3_killed_at_any_step_everybody_gets_one(crowd: Town, before: bool) -> None:
    monday, deaths = MONDAY, 0
    for dies_at in range(1, 100):
        new_posts(crowd, monday)
        dying = DyingDatabase(crowd.db.url, dies_at, before=before)
        try:
            tick(dying, monday)
            break
        except Killed:
            deaths += 1
        finally:
            dying.close()
        crowd.tick(monday + timedelta(seconds=30))  # the dead one's lease still runs
        crowd.tick(monday + timedelta(minutes=5))
        got = mails_of(crowd, monday.date().isoformat())
        assert got == Counter(range(1, READERS + 1)), f"killed in write {dies_at}"
        assert unfinished(crowd) == 0
        monday += WEEK
    assert deaths >= 8


def test_f4_two_clocks_at_once_make_one_edition(crowd: Town) -> None:
    for number in range(times(2, 50)):
        monday = MONDAY + number * WEEK
        new_posts(crowd, monday)
        clocks = [Database(crowd.db.url) for _ in range(2)]
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda at: tick(clocks[at % 2], monday), range(4)))  # noqa: B023
        for clock in clocks:
            clock.close()
        assert sum(map(len, made)) == 1
        assert mails_of(crowd, monday.date().isoformat()) == Counter(range(1, READERS + 1))


def test_f4_clocks_that_take_a_run_from_each_other_give_nobody_two(
    crowd: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest.run, "LEASE", timedelta())
    monkeypatch.setattr(digest.claimed, "LEASE", timedelta())
    for number in range(times(2, 50)):
        monday = MONDAY + number * WEEK
        new_posts(crowd, monday)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: tick(crowd.db, monday), range(4)))  # noqa: B023
        crowd.tick(monday + timedelta(seconds=1))
        assert mails_of(crowd, monday.date().isoformat()) == Counter(range(1, READERS + 1))
        assert unfinished(crowd) == 0


def test_the_clock_and_an_operator_at_once_make_one_edition(crowd: Town) -> None:
    new_posts(crowd, MONDAY)
    early = MONDAY - timedelta(hours=2)
    with ThreadPoolExecutor(3) as pool:
        waiting = [
            pool.submit(send_now, crowd.db, crowd.news, "weekly", MONDAY, early) for _ in range(3)
        ]
        made = [done.result() for done in waiting]
    assert sum(one is not None for one in made) == 1


def test_a_run_that_is_stopped_is_gone_on_with_at_once(crowd: Town) -> None:
    new_posts(crowd, MONDAY)
    assert tick(crowd.db, MONDAY, lambda: len(mails_of(crowd, "2026-11-23")) > 0) == []
    assert 0 < len(mails_of(crowd, "2026-11-23")) < READERS
    crowd.tick(MONDAY + timedelta(seconds=5))
    assert mails_of(crowd, "2026-11-23") == Counter(range(1, READERS + 1))


def test_a_clock_that_was_overtaken_writes_nothing_more(crowd: Town) -> None:
    new_posts(crowd, MONDAY)
    dying = DyingDatabase(crowd.db.url, 1, before=False)
    with pytest.raises(Killed):
        tick(dying, MONDAY)
    dying.close()
    with crowd.db.read() as tx:
        group = editions.group(tx, editions.abandoned(tx, MONDAY + WEEK, timedelta())[0])
    run = Run(crowd.db, crowd.news, tuple(group), "not the claim", MONDAY)
    assert make(run) is None
    assert mails_of(crowd, "2026-11-23") == Counter()


def test_f7_who_changes_before_the_run_has_come_to_them_misses_nothing(crowd: Town) -> None:
    last = crowd.reader("zoe", "weekly")
    crowd.post("On Wednesday", local("wed", "12:00"))
    crowd.days("wed", "sun")
    new_posts(crowd, MONDAY)
    tick(crowd.db, MONDAY, lambda: len(mails_of(crowd, "2026-11-23")) > 0)
    crowd.change(last, MONDAY + timedelta(seconds=1), frequency="daily")
    crowd.tick(MONDAY + timedelta(seconds=2))
    crowd.days("2026-11-24", "2026-11-25")
    got = [title for mail in crowd.mails(last) for title in mail]
    assert sorted(got) == [*(f"2026-11-23 {number}" for number in range(3)), "On Wednesday"]


def test_f7_wishes_changed_during_the_run_give_nobody_two(crowd: Town) -> None:
    """Everybody swaps weekly and daily at each step of a run that stops and goes on."""
    new_posts(crowd, MONDAY)
    for step in range(8):
        now = MONDAY + timedelta(seconds=step)
        before = len(mails_of(crowd, "2026-11-23"))
        tick(crowd.db, now, lambda: len(mails_of(crowd, "2026-11-23")) > before)  # noqa: B023
        for reader in range(1, READERS + 1):
            often = "daily" if (reader + step) % 2 else "weekly"
            crowd.change(reader, now, frequency=often)
    crowd.days("2026-11-24", "2026-12-01")
    for reader in range(1, READERS + 1):
        titles = [title for mail in crowd.mails(reader) for title in mail]
        assert sorted(titles) == [f"2026-11-23 {number}" for number in range(3)]


def test_f7_who_changes_while_a_run_is_made_is_owed_nothing_twice(crowd: Town) -> None:
    """The run comes to them after their change, so that it pays what it owes; the next one,
    which was made after the change as well, must know that."""
    last = crowd.reader("zoe", "weekly")
    crowd.post("On Tuesday", local("tue", "12:00"))
    crowd.days("wed", "thu")
    crowd.post("On Thursday", local("thu", "12:00"))
    friday = local("fri")
    tick(crowd.db, friday, lambda: len(mails_of(crowd, friday.date().isoformat())) > 0)
    crowd.change(last, friday + timedelta(seconds=1), frequency="daily")
    crowd.tick(friday + timedelta(seconds=2))
    crowd.post("On Friday", local("fri", "12:00"))
    crowd.days("sat", "2026-12-01")
    got = [title for mail in crowd.mails(last) for title in mail]
    assert sorted(got) == ["On Friday", "On Thursday", "On Tuesday"]


def test_f7_what_was_owed_and_paid_is_not_paid_again_by_a_slower_round_up(week: Town) -> None:
    """From weekly to daily, which brings what came since Monday; then to monthly, whose edition
    took the same posts, while those daily ones that took them are not the one that paid."""
    zoe = week.reader("zoe")
    week.post("On Tuesday", local("tue", "12:00"))
    week.days("tue", "thu")
    week.change(zoe, local("thu", "12:00"), frequency="daily")
    week.days("fri", "sat")
    week.change(zoe, local("sat", "12:00"), frequency="monthly")
    week.post("On Sunday", local("sun", "12:00"))
    week.days("sun", "2026-12-08")
    assert week.mails(zoe) == [["On Tuesday"], ["On Sunday"]]


def test_f5_a_clock_set_back_does_not_leave_a_run_lying(crowd: Town) -> None:
    new_posts(crowd, MONDAY)
    dying = DyingDatabase(crowd.db.url, 5, before=False)
    with pytest.raises(Killed):
        tick(dying, MONDAY)
    dying.close()
    crowd.tick(MONDAY - timedelta(hours=1))
    assert mails_of(crowd, "2026-11-23") == Counter(range(1, READERS + 1))
