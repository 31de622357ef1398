"""Readers who change their minds at random: each post once, and none of those that they want is
missed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from storage.records import FREQUENCIES
from tests.digest.town import Town, local
from tests.needs import times

START = local("mon", "12:00")
WEEKS = 5
READERS = 8


@pytest.mark.parametrize("seed", range(times(1, 40)))
def test_each_post_comes_once_however_often_the_frequency_changes(week: Town, seed: int) -> None:
    """Of topics only more are wished, never fewer: so whatever is approved is wanted in the end."""
    chance = random.Random(seed)
    readers = [week.reader(f"carol{n}", chance.choice(FREQUENCIES)) for n in range(READERS)]
    approved = _weeks(week, chance, readers)
    approved.append(
        _until_everything_has_left(week, START + WEEKS * timedelta(days=7) + timedelta(days=1))
    )
    for reader in readers:
        got = Counter(title for mail in week.mails(reader) for title in mail)
        assert got == Counter(approved), f"seed {seed}, reader {reader}"


def _weeks(town: Town, chance: random.Random, readers: list[int]) -> list[str]:
    """Posts, changes of frequency and ticks as they come; the titles of the posts."""
    now, end = START, START + WEEKS * timedelta(days=7)
    titles: list[str] = []
    while now < end:
        now += timedelta(minutes=chance.randrange(1, 1200))
        what = chance.random()
        if what < 0.4:
            titles.append(f"post {len(titles)}")
            topics = chance.sample(["housing", "jobs", "law"], chance.randrange(3))
            town.post(titles[-1], now, *topics)
        elif what < 0.7:
            _change(town, chance, chance.choice(readers), now)
        town.tick(now)
    return titles


def _change(town: Town, chance: random.Random, reader: int, now: datetime) -> None:
    own = {chance.choice(["housing", "jobs"]): chance.choice(FREQUENCIES)}
    town.change(
        reader,
        now,
        frequency=chance.choice(FREQUENCIES),
        own=own if chance.random() < 0.3 else {},
    )


def _until_everything_has_left(town: Town, now: datetime) -> str:
    """One more post, which brings what is owed to those who get posts straight away; and days."""
    town.post("the last", now)
    for day in range(40):
        town.tick(now.replace(hour=12, minute=0) + timedelta(days=day))
    return "the last"
