"""I9, H6: no secret lies in the source, in what we show, or where others can read it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import plant
from tests.journeys.letters import post
from tests.servers import CHECKOUT, Installation

PATTERNS = (
    r"-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64}",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    r"\bxox[abp]-[A-Za-z0-9-]{20}",
)
SECRET = "not to be seen by anybody"
PREVIOUS = "nor-the-one-before-it"


def test_i9_no_secret_lies_in_the_source() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        return  # unpacked from an archive
    found = []
    for name in listed.stdout.splitlines():
        file = CHECKOUT / name
        assert file.name != ".env" and not file.name.endswith(".secret")
        text = file.read_bytes().decode("latin-1") if file.is_file() else ""
        found += [name for pattern in PATTERNS if re.search(pattern, text)]
    # Keys that were made for the tests and sign nothing else.
    assert [name for name in found if not name.startswith("tests/")] == []


def test_i9_what_we_write_can_be_read_by_nobody_else(
    new_installation: Callable[..., Installation], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/own/postround.db"
    (tmp_path / "own").mkdir()
    here = new_installation(url, POSTROUND_SECRET="")
    here.command("migrate")
    plant(url)
    (tmp_path / "own" / "postround.db").chmod(0o600)  # the test itself made it
    here.start("run")
    here.send(post(), "alice@charity.example", "news@lists.example.org")
    here.wait_for_mail(letter="post_held")
    here.command("backup", "own/copy.tar.gz")
    here.stop()
    files = [*(tmp_path / "own").iterdir(), *(tmp_path / "outgoing").rglob("*")]
    assert {"postround.db", "postround.db.secret", "postround.db.journal", "copy.tar.gz"} <= {
        file.name for file in files
    }
    assert [str(file) for file in files if file.stat().st_mode & 0o077] == []


def test_i9_the_settings_are_shown_without_secrets(tmp_path: Path) -> None:
    settings = {
        "POSTROUND_SECRET": SECRET,
        "POSTROUND_SECRET_PREVIOUS": PREVIOUS,
        "POSTROUND_OUTGOING": "smtp://user:hidden-password@mail.example.org:587",
    }
    here = Installation.at(
        tmp_path, "postgresql://user:hidden-password@db.example/postround", settings
    )
    shown = here.command("config") + here.command("config", "--json")
    said = here.command("doctor", "--offline", code=1) + here.command("waiting", code=1)
    for text in (shown, said):
        assert SECRET not in text and PREVIOUS not in text and "hidden-password" not in text
    assert "mail.example.org" in shown
