"""Starting and stopping: tried out with a small stand-in for the service."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.servers import Installation, free_port

GOOD = """
import os, signal, socketserver, sys
print("started as", *sys.argv[1:], os.environ["DATABASE_URL"])
host, port = os.environ["POSTROUND_SMTP_LISTEN"].split(":")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
socketserver.TCPServer.allow_reuse_address = True
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
    _stand_in(installation, monkeypatch, GOOD)
    process = installation.start("smtp")
    installation.stop()
    assert process.returncode == 0
    assert "started as smtp sqlite:///x.db" in capsys.readouterr().out


def test_a_port_whose_last_connection_has_just_ended_is_free(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", installation.smtp_port)) as before:
        client = socket.create_connection(before.getsockname())
        before.accept()[0].close()
        assert client.recv(1) == b""
        client.close()
    _stand_in(installation, monkeypatch, GOOD)
    installation.start("smtp")
    installation.stop()


def test_ports_are_not_given_twice() -> None:
    ports = [free_port() for _ in range(100)]
    assert len(set(ports)) == 100
    assert all(10_000 <= port < 32_000 for port in ports)


def test_one_that_does_not_stop_is_named_and_gone(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in(installation, monkeypatch, DEAF)
    process = installation.start("smtp")
    with pytest.raises(AssertionError, match="SIGTERM: smtp"):
        installation.stop()
    assert process.returncode == -9


def test_one_that_ends_at_once_is_not_waited_for(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _stand_in(installation, monkeypatch, BROKEN)
    with pytest.raises(AssertionError, match="postround smtp does not answer"):
        installation.start("smtp")
    installation.stop()
    assert "no such setting" in capsys.readouterr().out


def test_a_command_gives_what_it_prints_or_its_error(installation: Installation) -> None:
    installation.command("migrate")
    assert installation.command("waiting") == "Posts: none\nLetters: none\nOutgoing: none\n"
    assert installation.command("topic", "list", "news", code=1) == (
        "postround: There is no list news.\n"
    )
    assert "Usage: python -m cli.main topic list" in installation.command("topic", "list", code=2)
    assert (installation.folder / "x.db").stat().st_mode & 0o777 == 0o600


def test_a_warm_start_is_a_process_of_its_own(installation: Installation) -> None:
    process = installation.start("smtp")
    other = installation.start("web")
    assert os.getpid() != process.pid != other.pid
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    other.kill()
    assert other.wait(5) == -9
    installation.stop()
    assert process.wait() == 0
    assert not Path(f"/proc/{process.pid}").exists()


def _stand_in(installation: Installation, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    installation.warm = False
    monkeypatch.setattr(
        servers, "_postround", lambda *words: [sys.executable, "-c", program, *words]
    )
