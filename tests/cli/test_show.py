"""Tables for people: whole where another program reads them, fitted where a person does."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cli.show import rows

CHECKOUT = Path(__file__).parent.parent.parent
LONG = " ".join(["A title that no line of a hundred characters has room for"] * 3)
BOTH = [{"id": 1, "title": LONG}, {"id": 2, "title": "Short"}]


def test_a_table_that_another_program_reads_is_not_cut(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows(BOTH, as_json=False)
    assert LONG in capsys.readouterr().out


def test_a_table_on_a_terminal_fits_its_width() -> None:
    shown = _on_terminal(BOTH)
    assert max(map(len, shown)) <= 60
    assert "…" in shown[1]


def test_one_thing_that_is_too_wide_is_shown_line_by_line() -> None:
    assert _on_terminal(BOTH[:1]) == ["id     1", f"title  {LONG}"]


def test_strangers_words_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    rows([{"title": "\x1b[31mred\nline"}], as_json=False)
    assert capsys.readouterr().out == "title\n [31mred line\n"


def _on_terminal(found: list[dict[str, object]]) -> list[str]:
    """The lines that a terminal of 60 columns shows, without bold."""
    ours, theirs = pty.openpty()
    code = f"from cli.show import rows; rows({found!r}, as_json=False)"
    run = [sys.executable, "-c", code]
    env = os.environ | {"COLUMNS": "60"}
    subprocess.run(run, stdin=theirs, stdout=theirs, env=env, cwd=CHECKOUT, check=True)
    os.close(theirs)
    with os.fdopen(ours, "rb") as terminal:
        text = terminal.read1().decode()
    return text.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
