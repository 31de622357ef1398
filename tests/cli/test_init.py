"""`init` asks five questions, or none, and writes a file for its owner only."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from config import read_settings
from tests.needs import find_program
from tests.servers import CHECKOUT, Installation

ANSWERS = (
    "mail.example.org\nhttps://lists.example.org\nsmtp://127.0.0.1:25\n0.0.0.0:25\n"
    "bob@council.example\n"
)
OPTIONS = (
    ("--hostname", "mail.example.org"),
    ("--public-url", "https://lists.example.org"),
    ("--outgoing", "smtp://127.0.0.1:25"),
    ("--smtp-listen", "0.0.0.0:25"),
    ("--operator", "bob@council.example"),
)


def test_asked_or_told_it_is_the_same(tmp_path: Path) -> None:
    written = []
    for name, given, words in (("asked", ANSWERS, ()), ("told", "", OPTIONS)):
        folder = tmp_path / name
        folder.mkdir()
        here = Installation.at(folder, "", {})
        here.command("init", *(word for pair in words for word in pair), given=given)
        file = folder / ".env"
        assert file.stat().st_mode & 0o777 == 0o600
        written.append(file.read_text())
        settings = read_settings({}, folder)
        assert settings.operator == ("bob@council.example",)
        assert settings.public_url == "https://lists.example.org"
        assert "already" in here.command("init", *sum(OPTIONS, ()), code=1)
    assert written[0] == written[1]


def test_with_postgresql_there_is_a_secret_of_its_own(tmp_path: Path) -> None:
    here = Installation.at(tmp_path, "", {})
    here.command("init", *sum(OPTIONS, ()), "--database", "postgresql://postround@/postround")
    assert len(read_settings({}, tmp_path).secret) == 64


def test_a_wrong_answer_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    here = Installation.at(tmp_path, "", {})
    said = here.command("init", *sum(OPTIONS, ()), "--outgoing", "post office", code=2)
    assert said.startswith("postround: POSTROUND_OUTGOING")
    assert not (tmp_path / ".env").exists()


PASSWORD = "p@ss: word/%#1"


@pytest.mark.parametrize("words", [("--password-file", "-"), ("--password-file", "kept"), ()])
def test_i9_a_password_is_asked_for_or_read_from_a_file(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    here = Installation.at(tmp_path, "", {})
    (tmp_path / "kept").write_text(f"{PASSWORD}\n")
    options = (*sum(OPTIONS, ()), "--outgoing", "smtp://us%40er@mail.example.org:587")
    said = here.command("init", *options, *words, given=f"{PASSWORD}\n")
    assert PASSWORD not in said
    parts = urlsplit(read_settings({}, tmp_path).outgoing)
    assert unquote(parts.password or "") == PASSWORD
    assert (parts.username, parts.hostname, parts.port) == ("us%40er", "mail.example.org", 587)


def test_i9_the_databases_password_comes_from_the_environment(tmp_path: Path) -> None:
    here = Installation.at(tmp_path, "postgresql://user:hidden@db.example/postround", {})
    here.command("init", *sum(OPTIONS, ()))
    assert "user:hidden@db.example" in read_settings({}, tmp_path).database_url


@pytest.mark.parametrize(
    "words",
    [
        ("--outgoing", "smtp://user:hidden@mail.example.org:587"),
        ("--database", "postgresql://user:hidden@db.example/postround"),
    ],
)
def test_i9_a_password_on_the_command_line_is_refused(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    here = Installation.at(tmp_path, "", {})
    said = here.command("init", *sum(OPTIONS, ()), *words, code=2)
    assert "can read a password" in said and "hidden" not in said
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_shell_completes_our_commands(shell: str, tmp_path: Path) -> None:
    here = Installation.at(tmp_path, "sqlite:///x.db", {})
    script = here.command("completion", shell)
    assert "_POSTROUND_COMPLETE" in script
    if not find_program(shell):
        return  # zsh is on few servers
    checked = subprocess.run(
        [shell, "-n"], input=script, text=True, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    program = shutil.which("postround", path=str(CHECKOUT / ".venv" / "bin"))
    if shell == "bash" and program:
        words = {"COMP_WORDS": "postround doc", "COMP_CWORD": "1"}
        asked = os.environ | words | {"_POSTROUND_COMPLETE": "bash_complete"}
        found = subprocess.run(
            [program], env=asked, capture_output=True, text=True, cwd=tmp_path, check=False
        )
        assert "plain,doctor" in found.stdout
