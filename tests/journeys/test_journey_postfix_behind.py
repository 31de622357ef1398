"""Debian's Postfix as the mail server that sends for us, with PIPELINING as it offers it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.catching import CatchingServer
from tests.journeys.conftest import plant
from tests.lint import faults
from tests.mailbox import Mail, wait_for_mail
from tests.postfix import running_postfix
from tests.servers import Installation
from tests.signing import rsa_key

pytestmark = pytest.mark.postfix


def test_signed_mails_pass_through_postfix_as_they_left(
    new_installation: Callable[..., Installation],
    database_url: str,
    catching_server: CatchingServer,
    tmp_path: Path,
) -> None:
    """What Postfix refuses for one reader is refused for that one; the others have their mail."""
    key = tmp_path / "dkim.pem"
    key.write_bytes(rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    onward = {
        "relayhost": f"[127.0.0.1]:{catching_server.port}",
        "smtpd_recipient_restrictions": "check_recipient_access inline:{gone@home.example=REJECT}",
    }
    plant(database_url)
    with running_postfix(**onward) as postfix:
        installation = new_installation(
            database_url,
            POSTROUND_OUTGOING=f"smtp://127.0.0.1:{postfix.port}",
            POSTROUND_DKIM_KEY=str(key),
            POSTROUND_DKIM_SELECTOR="s1",
        )
        installation.start("sender")
        for name in ("gone", "dave", "erin"):
            installation.command("subscriber", "add", "news", f"{name}@home.example")
        mails = [
            wait_for_mail(catching_server, to=f"{name}@home.example") for name in ("dave", "erin")
        ]
    for mail in mails:
        assert faults(_as_it_left(mail), to_reader=True) == []
        assert _bare(mail.raw).startswith(b"DKIM-Signature: v=1; a=rsa-sha256;")
    assert "554 5.7.1" in installation.command("outgoing", "list", "--state", "refused")


def _as_it_left(mail: Mail) -> Mail:
    return Mail(_bare(mail.raw), mail.mail_from, mail.recipients)


def _bare(raw: bytes) -> bytes:
    """Without the Received field that Postfix put in front."""
    assert raw.startswith(b"Received: ")
    return raw[raw.index(b"DKIM-Signature: ") :]
