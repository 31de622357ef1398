"""A small list with its people, running, for the journeys."""

from __future__ import annotations

import pytest

from tests.servers import Installation

LIST = "news@lists.example.org"


@pytest.fixture
def town(installation: Installation) -> Installation:
    """Bob and Amina moderate, Bob is on duty; Carol reads. The service is running."""
    command = installation.command
    command("list", "add", LIST, "--name", "Partnership News", "--undo-minutes", "0")
    command("topic", "add", "news", "housing", "--name", "Housing")
    command("topic", "add", "news", "jobs", "--name", "Jobs and training")
    command("moderator", "add", "news", "bob@council.example", "--name", "Bob")
    command("moderator", "add", "news", "amina@charity.example", "--name", "Amina")
    command(
        "rota", "set", "news", "--from", "2026-01-01", "--days", "366",
        "bob@council.example", "amina@charity.example",
    )  # fmt: skip
    command("rota", "set", "news", "--from", "2027-01-02", "--days", "366", "bob@council.example")
    command("subscriber", "add", "news", "carol@home.example", "--name", "Carol")
    installation.start("run")
    return installation
