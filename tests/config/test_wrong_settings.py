"""I8: a wrong setting ends the start with one sentence that names it, and the code 2."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import main
from config.reading import dot_env
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


WRONG_TOO = [
    ("DATABASE_URL", "postgresql://postround@127.0.0.1:port/postround"),
    ("POSTROUND_OUTGOING", "smtp://mail.example.org?starttls=maybe"),
    ("POSTROUND_OUTGOING", "smtp://mail.example.org?tls=required"),
    ("POSTROUND_PUBLIC_URL", "https://"),
    ("POSTROUND_PUBLIC_URL", "https://lists.example.org:web"),
    ("POSTROUND_HOSTNAME", "mail server"),
    ("POSTROUND_DNS_SERVER", "ns.example.org"),
    ("POSTROUND_AUTHSERV_ID", "one of two"),
    ("POSTROUND_ARC_SEALERS", "!!"),
    ("POSTROUND_SECRET_PREVIOUS", "too-short"),
    ("POSTROUND_DKIM_SELECTOR", "no/selector"),
    ("POSTROUND_JOURNAL", "/dev/null/journal"),
]


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


@pytest.mark.parametrize(("name", "value"), WRONG_TOO)
def test_i8_a_value_that_looks_right_at_first(name: str, value: str, started: Start) -> None:
    code, said = started(**{"POSTROUND_SECRET": "x" * 16, name: value})
    assert code == 2 and "Traceback" not in said
    assert said.startswith("postround: ") and name in said
    assert said.endswith(".\n") and said.count("\n") == 1


def test_i8_a_port_alone_is_named_as_a_port(started: Start) -> None:
    code, said = started(PORT="http")
    assert code == 2 and said == "postround: PORT must be a number from 0 to 65535.\n"


@pytest.mark.parametrize(
    "name", ["POSTROUND_SMTP_LISTEN", "POSTROUND_WEB_LISTEN", "POSTROUND_METRICS_LISTEN"]
)
def test_i8_an_address_that_is_taken(name: str, started: Start) -> None:
    """One sentence names the setting, and the process ends at once."""
    with socket.create_server(("127.0.0.1", 0)) as there:
        taken = f"127.0.0.1:{there.getsockname()[1]}"
        begun = time.monotonic()
        code, said = started(**{"POSTROUND_WEB_LISTEN": f"127.0.0.1:{free_port()}", name: taken})
    last = said.splitlines()[-1]
    assert code == 1 and name in last and f"something else listens at {taken}" in last
    assert time.monotonic() - begun < 6


def test_i8_a_key_without_its_selector_ends_the_start_at_once(
    tmp_path: Path, started: Start
) -> None:
    (tmp_path / "dkim.pem").write_text("no key")
    begun = time.monotonic()
    code, said = started(POSTROUND_DKIM_KEY="dkim.pem")
    assert code == 2 and "POSTROUND_DKIM_SELECTOR" in said and said.count("\n") == 1
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("line", ["POSTROUND_LOG json", "just words"])
def test_i8_a_line_of_env_that_sets_nothing(line: str, tmp_path: Path, started: Start) -> None:
    (tmp_path / ".env").write_text(f"# ours\n\n{line}\n")
    code, said = started()
    assert code == 2 and said == "postround: Line 3 of .env must be NAME=value.\n"


def test_i8_a_file_env_that_is_no_text(tmp_path: Path, started: Start) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    code, said = started()
    assert code == 2 and said == "postround: The file .env cannot be read: it is no UTF-8 text.\n"


def test_a_line_of_env_may_end_in_a_comment_and_stand_in_quotes(tmp_path: Path) -> None:
    lines = ("A=1 # why", 'B="b # b"', "export C='c'", "D=d#d", "E=it's", "F=", "\ufeffG=g")
    (tmp_path / ".env").write_text("\n".join(lines[-1:] + lines[:-1]))
    there = {"A": "1", "B": "b # b", "C": "c", "D": "d#d", "E": "it's", "F": "", "G": "g"}
    assert dot_env(tmp_path / ".env") == there


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


def test_i8_a_name_that_is_cut_short(tmp_path: Path, started: Start) -> None:
    (tmp_path / ".env").write_text("POSTROUND_TLS_CERT=/etc/ssl/certificate.pem\n")
    code, said = started()
    assert code == 2 and "did you mean POSTROUND_TLS_CERTIFICATE" in said
