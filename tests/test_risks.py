"""The table of attacks and faults names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "risks.md").read_text(encoding="utf-8")


def test_every_test_in_the_table_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE)
    assert len(named) > 80
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"


def test_no_row_is_left_out() -> None:
    rows = set(re.findall(r"^\| ([A-I]\d+) \|", TABLE, re.MULTILINE))
    wanted = {f"A{n}" for n in range(1, 16)} | {f"I{n}" for n in range(1, 10)}
    wanted |= {f"F{n}" for n in range(1, 15)} | {f"G{n}" for n in range(1, 13)}
    wanted |= {f"D{n}" for n in range(1, 22)}
    wanted |= {f"E{n}" for n in range(1, 19)} | {f"H{n}" for n in range(1, 7)}
    assert rows == wanted | {f"{part}{n}" for part in "BC" for n in range(1, 21)}
