"""G6: nobody who stands between us and the mail server gets the password, or the mails where TLS
is asked for."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from storage.records import Sent, TryLater
from tests.catching import CatchingServer, catching
from tests.delivery.test_transport import send
from tests.needs import need

CAROL = "carol@reader.example"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's, with a certificate that nobody has vouched for: as of somebody in between."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-keyout", "key.pem", "-out", "certificate.pem",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        ],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(Path(folder) / "certificate.pem", Path(folder) / "key.pem")
    return made


@pytest.fixture
def server(context: ssl.SSLContext) -> Iterator[CatchingServer]:
    heard: list[Any] = []

    def take_password(*words: Any) -> AuthResult:
        heard.append(words)
        return AuthResult(success=True)

    options = {"tls_context": context, "authenticator": take_password, "auth_require_tls": False}
    with catching(**options) as started:
        started.heard = heard  # type: ignore[attr-defined]
        yield started


@pytest.mark.parametrize("start", ["smtp://bob:secret@", "smtp://", "smtps://bob:secret@"])
def test_g6_a_certificate_that_nobody_vouches_for_gets_no_password_and_no_mail(
    server: CatchingServer, start: str
) -> None:
    (result,) = send(f"{start}127.0.0.1:{server.port}?starttls=required", CAROL)
    assert isinstance(result, TryLater)
    assert result.connection
    assert server.mails == []
    assert server.heard == []  # type: ignore[attr-defined]


def test_tls_where_it_happens_to_be_offered_asks_for_no_certificate(
    server: CatchingServer,
) -> None:
    """Debian's Postfix signs its own. Encrypted to somebody is better than read by all."""
    assert send(f"smtp://127.0.0.1:{server.port}", CAROL) == [Sent("OK")]
    assert len(server.mails) == 1


def test_answers_that_come_in_several_tls_records_at_once_are_all_read(
    server: CatchingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server answers each command of a pipelined envelope by a record of its own."""
    ours = ssl.create_default_context()
    ours.check_hostname, ours.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr("aiosmtplib.SMTP._build_tls_context", lambda _: ours)
    assert server.pipelining
    result = send(f"smtp://bob:secret@127.0.0.1:{server.port}", CAROL, CAROL, CAROL)
    assert result == [Sent("OK")] * 3


def test_with_a_certificate_that_is_vouched_for_the_login_goes_through(
    server: CatchingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = ssl.create_default_context()
    ours.check_hostname, ours.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr("aiosmtplib.SMTP._build_tls_context", lambda _: ours)
    result = send(f"smtp://bob:secret@127.0.0.1:{server.port}", CAROL)
    assert result == [Sent("OK")]
    assert len(server.heard) == 1  # type: ignore[attr-defined]
