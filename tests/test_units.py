"""The units, the container file and the commands of the set-up page name what is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from cli.main import COMMANDS
from cli.processes import PARTS
from tests.needs import find_program

CHECKOUT = Path(__file__).parent.parent
UNITS = sorted((CHECKOUT / "examples" / "systemd").glob("*.service"))
MUST = (
    "User=postround",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "StateDirectory=postround",
    "UMask=0077",
)
MOST_EXPOSED = 25
"""Tenths, by systemd's own reckoning; a unit without any of this has 96."""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_may_do_little_and_starts_what_there_is(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    assert [line for line in MUST if not re.search(f"^{line}", text, re.MULTILINE)] == []
    (started,) = re.findall(r"^ExecStart=.*/\.venv/bin/postround ([\w%]+)", text, re.MULTILINE)
    assert started in {*COMMANDS, "%i"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_itself_finds_little_to_blame(unit: Path) -> None:
    program = find_program("systemd-analyze")
    if not program:
        return  # CI's Debian has it
    looked = subprocess.run(
        [program, "security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.returncode == 0, looked.stdout[-600:] + looked.stderr


def test_one_unit_for_each_part_takes_the_names_of_the_parts() -> None:
    text = (CHECKOUT / "examples" / "systemd" / "postround@.service").read_text(encoding="utf-8")
    assert f"postround@{{{','.join(PARTS)}}}" in text


def test_the_container_runs_as_somebody_else_than_root() -> None:
    text = (CHECKOUT / "examples" / "container" / "Containerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER postround$", last, re.MULTILINE)
    assert "/.venv/bin/postround" in last and "/health" in last


def test_the_set_up_page_calls_commands_that_there_are() -> None:
    text = (CHECKOUT / "docs" / "set-up.md").read_text(encoding="utf-8")
    called = set(re.findall(r"(?m)^postround ([a-z]+)", text))
    assert len(called) > 6 and called <= set(COMMANDS)


def test_the_recorded_run_is_of_this_page() -> None:
    """Every command of the page was run, and the round-up came."""
    page = (CHECKOUT / "docs" / "set-up.md").read_text(encoding="utf-8")
    recorded = (CHECKOUT / "docs" / "set-up-recorded.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", page)
    missing = [line for block in blocks for line in block.splitlines() if line not in recorded]
    assert missing == []
    assert "Postround-Letter: edition" in recorded or "List-Id" in recorded
    assert "NOTHING CAME" not in recorded
