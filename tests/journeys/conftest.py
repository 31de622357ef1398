"""A small list with its people, running, for the journeys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage import lists, subscribers, volunteers
from storage.database import Database
from storage.records import MailingList, Subscriber
from tests.servers import Installation

_NOW = datetime.now(ZoneInfo("Europe/London"))
ROUND_UP = (_NOW + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
"""When the list's weekly round-up leaves: not while the tests run, whatever day it is."""


@pytest.fixture
def town(new_installation: Callable[..., Installation], database_url: str) -> Installation:
    """Bob and Amina moderate, Bob is on duty; Carol reads. The service is running."""
    plant(database_url)
    installation = new_installation(database_url)
    installation.start("run")
    return installation


def plant(database_url: str) -> None:
    """The list and its people. Not by commands, which would take seconds for each test."""
    database, now = Database(database_url), datetime.now(UTC)
    with database.write() as tx:
        due = f"{ROUND_UP:%a %H:%M}".lower()
        name = ("news", "lists.example.org", "Partnership News")
        daily = f"{_NOW + timedelta(hours=12):%H:%M}"
        news = MailingList(0, *name, daily=daily, weekly=due, undo_minutes=0)
        planted = lists.add(tx, news, now)
        assert planted is not None
        lists.add_topic(tx, planted.id, "housing", "Housing")
        lists.add_topic(tx, planted.id, "jobs", "Jobs and training")
        volunteers.add(tx, planted.id, "moderator", "bob@council.example", "Bob", now)
        volunteers.add(tx, planted.id, "moderator", "amina@charity.example", "Amina", now)
        order = [person.id for person in volunteers.every(tx, planted.id, "moderator")]
        volunteers.set_shift(tx, planted.id, date(2026, 1, 1), date(2100, 1, 1), order)
        carol = Subscriber(0, planted.id, "carol@home.example", "Carol", "active", "weekly")
        subscribers.add(tx, carol)
    database.close()
