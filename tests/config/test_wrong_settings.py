"""I8: a wrong setting ends the start with one sentence that names it, and the code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import main
from tests.servers import free_port

Start = Callable[..., tuple[object, str]]

WRONG = {
    "DATABASE_URL": "mysql://here/postround",
    "POSTROUND_SMTP_LISTEN": "25",
    "POSTROUND_WEB_LISTEN": "127.0.0.1:99999",
    "PORT": "http",
    "POSTROUND_LMTP_LISTEN": "lmtp",
    "POSTROUND_OUTGOING": "mail.example.org",
    "POSTROUND_PUBLIC_URL": "lists.example.org",
    "POSTROUND_SECRET": "too short",
    "POSTROUND_TRUSTED_RELAYS": "mail.example.org",
    "POSTROUND_PROOF": "none",
    "POSTROUND_TLS_CERTIFICATE": "/nowhere/certificate.pem",
    "POSTROUND_TLS_KEY": "/nowhere/key.pem",
    "POSTROUND_SPAM_SCANNER": "http://127.0.0.1:11333",
    "POSTROUND_MAX_MESSAGE_BYTES": "25 MiB",
    "POSTROUND_LIMIT_CONNECTIONS": "0",
    "POSTROUND_SEND_RATE": "-1",
    "POSTROUND_LOG": "loud",
    "POSTROUND_OWN_POSTS": "perhaps",
    "POSTROUND_OPERATOR": "bob",
    "POSTROUND_METRICS_LISTEN": "0.0.0.0:9187",
    "POSTROUND_KEEP_LETTERS_DAYS": "a month",
    "POSTROUND_DKIM_KEY": "/nowhere/dkim.pem",
    "POSTROUND_DKIM_SELECTOR": "alone",
}


@pytest.fixture
def started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Start:
    """Starts the service in a folder of its own; (exit code, what it said)."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("POSTROUND_") or name in {"DATABASE_URL", "PORT"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("POSTROUND_SMTP_LISTEN", f"127.0.0.1:{free_port()}")
    monkeypatch.setattr(sys, "argv", ["postround", "run"])

    def start(**settings: str) -> tuple[object, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err

    return start


@pytest.mark.parametrize("name", WRONG)
def test_i8_one_sentence_names_the_wrong_setting(name: str, started: Start) -> None:
    code, said = started(**{name: WRONG[name]})
    assert code == 2
    assert said.startswith("postround: ") and name in said
    assert said.endswith(".\n") and said.count("\n") == 1
    assert "Traceback" not in said


def test_i8_a_certificate_that_is_none(tmp_path: Path, started: Start) -> None:
    file = tmp_path / "text.pem"
    file.write_text("no certificate")
    code, said = started(
        POSTROUND_TLS_CERTIFICATE=str(file),
        POSTROUND_TLS_KEY=str(file),
    )
    assert code == 2 and "POSTROUND_TLS_CERTIFICATE" in said and said.count("\n") == 1


def test_i8_a_folder_that_cannot_be_used(started: Start) -> None:
    code, said = started(POSTROUND_OUTGOING="maildir:/dev/null/outgoing")
    assert code == 2 and "POSTROUND_OUTGOING" in said and said.count("\n") == 1


def test_i8_postgresql_without_a_secret(started: Start) -> None:
    code, said = started(DATABASE_URL="postgresql://nowhere/postround")
    assert code == 2 and "POSTROUND_SECRET is missing" in said


def test_i8_a_database_out_of_reach(started: Start) -> None:
    where = f"postgresql://postround@127.0.0.1:{free_port()}/postround"
    code, said = started(DATABASE_URL=where, POSTROUND_SECRET="x" * 16)
    assert code == 1 and said.startswith("postround: The database cannot be opened")
    assert said.count("\n") == 1


def test_i8_a_name_with_a_typing_mistake(tmp_path: Path, started: Start) -> None:
    (tmp_path / ".env").write_text("POSTROUND_OUTGONG=smtp://127.0.0.1:25\n")
    code, said = started()
    assert code == 2 and "did you mean POSTROUND_OUTGOING" in said
