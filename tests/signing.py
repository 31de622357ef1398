"""Signs test letters with DKIM, and stands in for the DNS that holds the keys. No network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import dkim
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from ingest.canonical import relaxed_field
from ingest.resolver import Unanswered

COVERED = (b"from", b"to", b"subject", b"date", b"message-id")


class Zone:
    """A resolver over a dict {(name, kind): records}. ``silent`` names are never answered."""

    def __init__(self, records: dict[tuple[str, str], list[str]] | None = None) -> None:
        self.records = records or {}
        self.silent: set[str] = set()
        self.all_silent = False
        self.asked: list[tuple[str, str]] = []

    def look_up(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        self.asked.append((name, kind))
        if seconds <= 0 or self.all_silent or name in self.silent:
            raise Unanswered(name)
        return tuple(self.records.get((name.lower().rstrip("."), kind), ()))

    def publish(self, name: str, *texts: str) -> None:
        self.records[name, "TXT"] = list(texts)

    def publish_key(self, domain: str, selector: str = "s1", bits: int = 2048) -> None:
        self.publish(f"{selector}._domainkey.{domain}", key_record(bits))


@cache
def rsa_key(bits: int = 2048) -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ed25519_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def key_record(bits: int = 2048, extra: str = "") -> str:
    der = rsa_key(bits).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; {extra}p={base64.b64encode(der).decode()}"


def ed25519_record() -> str:
    raw = ed25519_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"


def pem(bits: int = 2048) -> bytes:
    key = rsa_key(bits)
    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return data


def signed(
    raw: bytes,
    domain: str,
    *,
    selector: str = "s1",
    bits: int = 2048,
    covered: Sequence[bytes] = COVERED,
    **options: Any,
) -> bytes:
    """``raw`` under a DKIM signature by ``domain``; options are dkimpy's."""
    field: bytes = dkim.sign(
        raw,
        selector.encode(),
        domain.encode(),
        pem(bits),
        include_headers=list(covered),
        **options,
    )
    return field + raw


def signed_by_hand(raw: bytes, tags: str, *, fields: bytes, body: bytes, key: Any = None) -> bytes:
    """A signature with any tags, over canonical ``fields`` and ``body`` that the test worked out.

    ``tags`` is the field's value up to "bh="; the body hash and b= are added. Ed25519 (RFC 8463).
    """
    key = key or ed25519_key()
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    value = f"{tags} bh={digest}; b="
    own = relaxed_field(f"DKIM-Signature: {value}".encode()).removesuffix(b"\r\n")
    data = fields + own
    signature = base64.b64encode(key.sign(hashlib.sha256(data).digest())).decode()
    return f"DKIM-Signature: {value}{signature}\r\n".encode() + raw
