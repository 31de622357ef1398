"""Signs of life, the operator's weekly mail, numbers for a watcher, and the state at a glance."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.metrics import text
from cli.weekly_mail import write_weekly
from config import Settings, WrongSetting, read_settings
from delivery.letters import Desk
from storage import pulses
from storage.database import Database
from storage.tables import outgoing
from tests.journeys.conftest import plant
from tests.servers import Installation, free_port
from tests.storage.rows import new_list, new_mail, new_moderator, new_reader

MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
SETTINGS = Settings(secret="a secret for tests only", operator=("bob@council.example",))


def weekly(database: Database, now: datetime, settings: Settings = SETTINGS) -> bool:
    with database.write() as tx:
        return write_weekly(tx, Desk.of(settings), settings, now)


def test_the_operator_hears_once_a_week(database: Database, tmp_path: Path) -> None:
    with database.write() as tx:
        news = new_list(tx, now=MONDAY)
        new_reader(tx, news)
        new_moderator(tx, news, "bob")
    copied = json.dumps({"at": MONDAY.isoformat(), "what": "copy", "id": "1"})
    (tmp_path / "journal").write_text(copied + "\n")
    settings = replace(SETTINGS, journal=str(tmp_path / "journal"))
    assert not weekly(database, MONDAY - timedelta(minutes=10))
    assert not weekly(database, MONDAY, Settings(secret="a secret for tests only"))
    assert weekly(database, MONDAY, settings)
    assert not weekly(database, MONDAY + timedelta(days=6))
    assert weekly(database, MONDAY + timedelta(days=8))
    with database.read() as tx:
        mails = tx.execute(select(outgoing.c.recipient, outgoing.c.message)).all()
    assert [mail.recipient for mail in mails] == ["bob@council.example"] * 2
    first, second = (message_from_bytes(mail.message, policy=policy.default) for mail in mails)
    assert first["Subject"] == "All is well this week"
    words = first.get_content()
    assert "Readers: 1" in words and "10am" in words and "postround doctor" in words
    assert second["Subject"].endswith("things need doing")
    assert "No journal is kept" in second.get_content()


def test_numbers_for_a_watcher_name_nobody(database: Database) -> None:
    with database.write() as tx:
        new_reader(tx, new_list(tx))
        new_mail(tx)
    found = text(database, {"kept": 7}, MONDAY)
    assert 'postround_readers{state="active"} 1\n' in found
    assert 'postround_outgoing{state="waiting"} 1\n' in found
    assert "postround_kept_total 7\n" in found
    assert "# TYPE postround_kept_total counter" in found
    assert "@" not in found and "carol" not in found
    names = [line.split("{")[0].split(" ")[0] for line in found.splitlines() if line[0] != "#"]
    assert all(f"# HELP {name} " in found for name in names)


@pytest.mark.parametrize("listen", ["0.0.0.0:9187", "192.0.2.1:9187", "9187"])
def test_the_numbers_are_for_this_machine_only(listen: str) -> None:
    with pytest.raises(WrongSetting, match="POSTROUND_METRICS_LISTEN"):
        read_settings({"POSTROUND_METRICS_LISTEN": listen, "POSTROUND_SECRET": "x" * 16})


def test_a_running_service_gives_signs_of_life(
    new_installation: Callable[..., Installation], database_url: str
) -> None:
    plant(database_url)
    port = free_port()
    here = new_installation(database_url, POSTROUND_METRICS_LISTEN=f"127.0.0.1:{port}")
    here.start("run")
    deadline = time.monotonic() + 20
    while True:
        found = json.loads(here.command("status", "--json"))
        if found["parts"] or time.monotonic() > deadline:
            break
    assert {one["part"] for one in found["parts"]} == {"smtp", "web", "clock", "sender"}
    assert all(one["alive"] for one in found["parts"])
    assert "Running    clock, sender, smtp, web" in here.command("status")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert b"postround_up 1" in answer.read()
    here.stop()
    database = Database(database_url)
    with database.read() as tx:
        assert pulses.every(tx) == []  # stopped on purpose: missed by nobody
    database.close()
