"""Yesterday's copy is put back: nothing is sent twice, and nobody who left comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import plant
from tests.journeys.letters import post
from tests.journeys.test_journey_monday import DUE, publish
from tests.mailbox import answer, mails
from tests.servers import Installation

LIST = "news@lists.example.org"
SECONDS_FOR_MORE = 3.0
"""Longer than the clock and the sender rest: whatever would be sent again is sent by then."""


def sent(town: Installation) -> list[tuple[str, str]]:
    found = mails(town.outgoing)
    return sorted((mail.message["Message-ID"], mail.to[0]) for mail in found)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def a_day_after_the_copy(town: Installation) -> None:
    """A round-up leaves, one reader leaves, one is forgotten, and a post comes in."""
    town.command("edition", "send", "news", "--at", DUE)
    for reader in ("carol", "dilan", "esther"):
        town.wait_for_mail(letter="edition", to=f"{reader}@home.example")
    dilan = town.wait_for_mail(letter="edition", to="dilan@home.example")
    town.send(answer(dilan, "stop"), "dilan@home.example", dilan.reply_to)
    town.wait_for_mail(letter="leaving_done", to="dilan@home.example")
    town.command("subscriber", "forget", "news", "esther@home.example", "--yes")
    town.send(post("Lost", number=7), "alice@charity.example", LIST)
    town.wait_for_mail(letter="post_held", subject="Lost")


@pytest.fixture
def running(new_installation: Callable[..., Installation], database_url: str) -> Installation:
    """A copy was made while the service ran, which still runs."""
    plant(database_url)
    town = new_installation(database_url)
    town.start("run")
    for reader in ("dilan", "esther"):
        town.command("subscriber", "add", "news", f"{reader}@home.example")
    publish(town, 1, "Rooms for the winter", "yes")
    said = town.command("backup", "copy.tar.gz")
    assert "It holds the secret" in said
    assert (town.folder / "copy.tar.gz").stat().st_mode & 0o777 == 0o600
    return town


@pytest.fixture
def copied(running: Installation) -> Installation:
    """After the copy another day went by; then the service was stopped."""
    a_day_after_the_copy(running)
    running.stop()
    return running


def test_a13_with_the_journal_it_is_as_if_nothing_had_been(copied: Installation) -> None:
    before = sent(copied)
    lost = copied.wait_for_mail(letter="post_held", subject="Lost")
    assert "say --replace" in copied.command("restore", "copy.tar.gz", code=1)
    said = copied.command("restore", "copy.tar.gz", "--replace")
    assert "Round-ups that were made: " in said and "made: 0" not in said
    copied.start("run")
    time.sleep(SECONDS_FOR_MORE)
    copied.command("edition", "send", "news", "--at", DUE)
    time.sleep(1)
    assert sent(copied) == before
    assert '"left"' in copied.command("subscriber", "show", "news", "dilan@home.example", "--json")
    assert "no reader" in copied.command(
        "subscriber", "show", "news", "esther@home.example", code=1
    )
    # An old mail about a lost post decides nothing about one that came later.
    copied.send(post("Newer", number=8), "alice@charity.example", LIST)
    copied.wait_for_mail(letter="post_held", subject="Newer")
    copied.send(answer(lost, "yes"), lost.to[0], lost.reply_to)
    time.sleep(2)
    assert '"held"' in copied.command("post", "list", "--json")
    assert not mails(copied.outgoing, letter="post_decided", subject="Newer")


def test_a13_without_the_journal_nothing_leaves_until_the_operator_says_so(
    copied: Installation,
) -> None:
    before = sent(copied)
    for file in copied.folder.glob("*.journal"):
        file.unlink()
    said = copied.command("restore", "copy.tar.gz", "--replace")
    assert "sending is on hold" in said
    copied.start("run")
    copied.send(post("Newer", number=8), "alice@charity.example", LIST)
    wait_until(lambda: "Newer" in copied.command("waiting"))
    time.sleep(SECONDS_FOR_MORE)
    assert sent(copied) == before
    assert "no journal says" in copied.command("hold", "show")
    copied.command("hold", "end", "--perhaps-sent", "drop")
    copied.wait_for_mail(letter="post_held", subject="Newer")
    assert [one for one in sent(copied) if one not in before]


def test_a_running_service_or_a_damaged_copy_is_noticed_before_anything_is_touched(
    running: Installation,
) -> None:
    said = running.command("restore", "copy.tar.gz", "--replace", code=1)
    assert said == "postround: The database is in use: stop the service first.\n"
    running.stop()
    file = Path(running.folder, "copy.tar.gz")
    assert "Whole:" in running.command("restore", "copy.tar.gz", "--check")
    whole = file.read_bytes()
    for damaged in (whole[:-2000], whole[:500] + b"\0" * 50 + whole[550:], b"", b"no copy"):
        file.write_bytes(damaged)
        said = running.command("restore", "copy.tar.gz", "--replace", code=1)
        assert said.startswith("postround: ") and "Traceback" not in said
    assert "Rooms for the winter" in running.command("post", "list")
