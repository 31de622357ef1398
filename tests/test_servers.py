"""Starting and stopping: tried out with a small stand-in for the service."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import servers
from tests.servers import Installation

GOOD = """
import os, signal, socketserver, sys
print("started as", *sys.argv[1:], os.environ["DATABASE_URL"])
host, port = os.environ["POSTROUND_SMTP_LISTEN"].split(":")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
socketserver.TCPServer((host, int(port)), socketserver.BaseRequestHandler).serve_forever()
"""
DEAF = GOOD.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
BROKEN = "import sys; sys.exit('no such setting')"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation.at(tmp_path, "sqlite:///x.db", {})


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "SECONDS_TO_STOP", 1)


def test_it_is_ready_when_its_port_answers_and_its_log_is_shown(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _stand_in(monkeypatch, GOOD)
    process = installation.start("smtp")
    installation.stop()
    assert process.returncode == 0
    assert "started as smtp sqlite:///x.db" in capsys.readouterr().out


def test_one_that_does_not_stop_is_named_and_gone(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in(monkeypatch, DEAF)
    process = installation.start("smtp")
    with pytest.raises(AssertionError, match="SIGTERM: smtp"):
        installation.stop()
    assert process.returncode == -9


def test_one_that_ends_at_once_is_not_waited_for(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _stand_in(monkeypatch, BROKEN)
    with pytest.raises(AssertionError, match="postround smtp does not answer"):
        installation.start("smtp")
    installation.stop()
    assert "no such setting" in capsys.readouterr().out


def test_a_command_gives_what_it_prints_or_its_error(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in(monkeypatch, "import sys; print(sys.argv[1:])")
    assert installation.command("topic", "list") == "['topic', 'list']\n"
    _stand_in(monkeypatch, BROKEN)
    assert installation.command("topic", "list", code=1) == "no such setting\n"
    with pytest.raises(AssertionError, match="postround topic list ended with 1"):
        installation.command("topic", "list")


def _stand_in(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(
        servers, "_postround", lambda *words: [sys.executable, "-c", program, *words]
    )
