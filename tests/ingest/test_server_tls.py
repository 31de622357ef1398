"""STARTTLS: what was said in the clear counts for nothing afterwards."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.dialogue import (
    DATA,
    HELLO,
    LETTER,
    MAIL,
    RCPT,
    Dialogue,
    RunningDoor,
    honest_letter_is_taken,
    running_door,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and its own certificate for lists.example.org."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lists.example.org")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    signed = builder.sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def door(certificate: Path) -> Iterator[RunningDoor]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with running_door(tls=context) as door:
        yield door


def _encrypt(dialogue: Dialogue) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    dialogue.socket = context.wrap_socket(dialogue.socket)


def test_a_letter_comes_in_encrypted(door: RunningDoor) -> None:
    door.kept.clear()
    with Dialogue(door.port) as dialogue:
        assert "250-STARTTLS" in dialogue.say(HELLO)
        assert dialogue.say(b"STARTTLS").startswith("220 2.0.0")
        _encrypt(dialogue)
        assert "STARTTLS" not in dialogue.say(HELLO)
        assert dialogue.deliver(LETTER + b"a" * 300_000 + b"\r\n").startswith("250")
        assert dialogue.say(b"QUIT").startswith("221")
    assert len(door.kept[0].raw) == len(LETTER) + 300_002


def test_b8_what_was_sent_behind_starttls_is_thrown_away(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.send(b"STARTTLS\r\nMAIL FROM:<mallory@evil.example>\r\n")
        assert dialogue.reply().startswith("220")
        _encrypt(dialogue)
        assert dialogue.say(b"RSET").startswith("250 2.0.0")
        assert dialogue.say(RCPT).startswith("503")


def test_b8_a_long_text_behind_starttls_does_not_stop_the_handshake(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.send(b"STARTTLS\r\n" + b"NOOP\r\n" * 30_000)
        assert dialogue.reply().startswith("220")
        with pytest.raises(OSError):
            _encrypt(dialogue)  # the rest of that text comes where the handshake should
    honest_letter_is_taken(door.port)


def test_b8_what_was_said_before_does_not_count_afterwards(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.begin()
        dialogue.say(b"STARTTLS")
        _encrypt(dialogue)
        assert dialogue.say(DATA).startswith("503 5.5.1")
        assert dialogue.say(MAIL).startswith("503 5.5.1")  # not even the hello


def test_a_second_starttls_is_refused(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(b"STARTTLS")
        _encrypt(dialogue)
        assert dialogue.say(b"STARTTLS").startswith("503 5.5.1")
        dialogue.say(HELLO)
        assert dialogue.say(b"STARTTLS").startswith("503 5.5.1")
        assert dialogue.deliver().startswith("250")


@pytest.mark.parametrize("garbage", [b"NOOP\r\n", b"\x16\x03\x01\x00\x05hello", b""])
def test_a_handshake_that_fails_ends_the_call_and_nothing_else(
    door: RunningDoor, garbage: bytes
) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(b"STARTTLS")
        dialogue.send(garbage)
        if not garbage:
            dialogue.no_more()
        assert dialogue.is_closed()
    honest_letter_is_taken(door.port)
    door.wait_until(door.has_nobody)


def test_a_handshake_that_never_comes_is_hung_up_on(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.connection.LOOK_SECONDS", 0.05)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with running_door(tls=context, idle_seconds=0.3) as door, Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(b"STARTTLS")
        assert dialogue.is_closed()
        door.wait_until(door.has_nobody)


def test_strict_line_ends_count_inside_tls_too(door: RunningDoor) -> None:
    door.kept.clear()
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(b"STARTTLS")
        _encrypt(dialogue)
        dialogue.begin()
        dialogue.say(DATA)
        smuggled = MAIL + RCPT + DATA + LETTER
        assert dialogue.say(LETTER + b"\n.\n" + smuggled + b".\r\n").startswith("250")
        assert dialogue.say(b"NOOP\n" + b"\r\n").startswith("500")
    assert len(door.kept) == 1
