"""Ports that are free, ours, or somebody else's."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cli import check_ports as ports
from config import Settings
from tests.servers import free_port
from web.finding import Finding


@contextmanager
def speaking(said: bytes) -> Iterator[int]:
    """The port of a server that says so to whoever comes; it may say nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def look(alive: set[str], **listen: Any) -> list[Finding]:
    free: dict[str, Any] = {
        "smtp_listen": f"127.0.0.1:{free_port()}",
        "web_listen": f"127.0.0.1:{free_port()}",
    }
    return list(ports.check_ports(Settings(**(free | listen)), alive))


def test_where_nobody_listens_all_is_well() -> None:
    assert [one.kind for one in look(set())] == ["ok"]
    assert [one.kind for one in look(set(), lmtp_listen=f"127.0.0.1:{free_port()}")] == ["ok"]


@pytest.mark.parametrize(
    ("setting", "said", "name"),
    [
        ("smtp_listen", b"220 lists.example ESMTP\r\n", "POSTROUND_SMTP_LISTEN"),
        ("lmtp_listen", b"220 lists.example LMTP\r\n", "POSTROUND_LMTP_LISTEN"),
        ("web_listen", b"HTTP/1.1 200 OK\r\n\r\n", "POSTROUND_WEB_LISTEN"),
    ],
)
def test_a_port_is_ours_where_we_are_alive_and_it_answers_as_we_do(
    setting: str, said: bytes, name: str
) -> None:
    with speaking(said) as port:
        listen = {setting: f"127.0.0.1:{port}"}
        assert [one.kind for one in look({"smtp", "web"}, **listen)] == ["ok"]
        (found,) = look(set(), **listen)  # no part of ours has given a sign of life
        assert found.kind == "bad" and found.says.startswith(f"{name}: ")


@pytest.mark.parametrize("said", [b"SSH-2.0-Other\r\n", b""])
def test_another_program_in_our_place_is_named(said: bytes) -> None:
    with speaking(said) as port:
        (found,) = look({"smtp", "web"}, smtp_listen=f"127.0.0.1:{port}")
    assert found.kind == "bad" and "no answer comes from it as from us" in found.says
    assert "postround smtp" in found.todo
