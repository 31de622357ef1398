"""What we sign is good to another program's eyes, and is the same whenever it is signed again."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from config import Settings
from delivery.compose import Draft, compose
from delivery.dkim_sign import Key, Signer, WrongKey, dns_record, relaxed_body
from ingest.proof import prove
from storage.records import MailingList
from tests.signing import Zone, ed25519_key, rsa_key

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
NEWS = MailingList(1, "news", "lists.example", "Town News")
RSA, ED25519 = Key("s2026", rsa_key()), Key("e2026", ed25519_key())
LIST_HEADERS = {
    "List-Unsubscribe": "<https://lists.example/leave/abc>, <mailto:news-leave@lists.example>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def mail(text: str = "Hello\n\n  two  spaces \n.dot\n", subject: str = "Round-up") -> bytes:
    draft = Draft(
        letter="edition",
        to="carol@reader.example",
        subject=subject,
        text=text,
        html=None,
        created_at=NOW,
        message_id="1@lists.example",
        reply_to="news-settings+m@lists.example",
        headers=LIST_HEADERS,
    )
    return compose(NEWS, draft)


def is_good(message: bytes, key: Key) -> bool:
    """Whether dkimpy, for RSA, and the check of what comes in find it good, both with the record
    that we tell people to publish."""
    zone = Zone()
    zone.publish(f"{key.selector}._domainkey.lists.example", dns_record(key))
    envelope = ("news-bounce@lists.example", "lists.example", "192.0.2.1")
    ours = prove(message, *envelope, resolver=zone).dkim == "pass"
    assert key.algorithm != "rsa" or _dkimpy_says_so(message, key) == ours
    return ours


def _dkimpy_says_so(message: bytes, key: Key) -> bool:
    record = dns_record(key).encode()
    try:
        return bool(dkim.DKIM(message).verify(dnsfunc=lambda _, **__: record))
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_another_program_finds_it_good(key: Key) -> None:
    signed = Signer([key]).sign(mail(subject="Fünf neue Nachrichten " * 9), "lists.example", NOW)
    assert is_good(signed, key)
    assert not is_good(signed.replace(b"Hello", b"Hullo"), key)
    assert not is_good(signed.replace(b"carol@", b"mallory@"), key)


def test_two_keys_make_two_signatures() -> None:
    signed = Signer([RSA, ED25519]).sign(mail(), "lists.example", NOW)
    assert signed.count(b"DKIM-Signature: ") == 2
    assert is_good(signed, RSA)
    assert is_good(signed, ED25519)


def test_nobody_adds_a_second_from_or_takes_the_one_click_away() -> None:
    signed = Signer([RSA]).sign(mail(), "lists.example", NOW)
    assert not is_good(b"From: Mallory <mallory@evil.example>\r\n" + signed, RSA)
    for name in (b"List-Unsubscribe-Post", b"List-Unsubscribe", b"Reply-To"):
        assert not is_good(signed.replace(b"\r\n" + name + b":", b"\r\nX-" + name + b":"), RSA)
    (covered,) = re.findall(rb"\s h=([^;]+);", signed)
    names = [name.strip() for name in covered.split(b":")]
    assert names.count(b"from") == 2


def test_signed_again_it_is_the_same_mail() -> None:
    signer = Signer([RSA, ED25519])
    assert signer.sign(mail(), "lists.example", NOW) == signer.sign(mail(), "lists.example", NOW)


def test_no_line_is_long() -> None:
    signed = Signer([RSA, ED25519]).sign(mail(), "lists.example", NOW)
    assert max(map(len, signed.split(b"\r\n"))) <= 300
    assert max(map(len, signed.partition(b"\r\nFrom")[0].split(b"\r\n")[1:])) <= 78


@given(st.lists(st.sampled_from(["a", "  ", "\t", "\r\n", " \r\n", "\r\n\r\n", "=20", "."])))
def test_the_body_is_brought_into_the_form_of_the_standard(parts: list[str]) -> None:
    body = "".join([*parts, "\r\n"]).encode()  # as it is on the wire
    assert relaxed_body(body) == Relaxed.canonicalize_body(body)


def test_a_long_run_of_blanks_is_quick() -> None:
    assert relaxed_body(b" \t" * 500_000 + b"x" + b"\r\n" * 50_000) == b" x\r\n"


def test_settings_name_files_and_selectors_in_pairs(tmp_path: Path) -> None:
    assert Signer.of(Settings()) is None
    path = tmp_path / "dkim.pem"
    path.write_bytes(_pem(rsa_key()))
    found = Signer.of(Settings(dkim_key=(str(path),), dkim_selector=("s2026",)))
    assert found is not None
    assert [key.algorithm for key in found.keys] == ["rsa"]
    with pytest.raises(WrongKey, match="POSTROUND_DKIM_SELECTOR"):
        Signer.of(Settings(dkim_key=(str(path),)))


@pytest.mark.parametrize("content", [b"", b"no key", None])
def test_i8_a_key_that_is_none_is_named_in_a_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "dkim.pem"
    path.write_bytes(_pem(generate_private_key(SECP256R1())) if content is None else content)
    with pytest.raises(WrongKey, match=r"^POSTROUND_DKIM_KEY: .*dkim\.pem"):
        Signer.of(Settings(dkim_key=(str(path),), dkim_selector=("s",)))


def test_the_record_holds_the_public_key() -> None:
    record = dns_record(ED25519)
    assert record.startswith("v=DKIM1; k=ed25519; p=")
    assert len(base64.b64decode(record.rpartition("p=")[2])) == 32


def _pem(key: object) -> bytes:
    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
    return data
