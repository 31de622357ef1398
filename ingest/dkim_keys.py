"""Fetches the public key of a DKIM signer (RFC 6376 §3.6) and checks one signature value with it.

Sizes are bounded before any arithmetic: the key is the stranger's too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ingest.resolver import Resolver

SMALLEST_RSA_BITS = 1024
"""RFC 8301 §3.2."""
LARGEST_RSA_BITS = 8192
LONGEST_RECORD = 16 * 1024
SECONDS_FOR_KEY = 3.0

_SELECTOR = re.compile(
    r"(?=.{1,190}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*"
)
_HAS_KEY = re.compile(r"(?:^|;)\s*p\s*=")


class Unsound(ValueError):
    """Malformed, out of date, or made with what RFC 8301 forbids: no signature that counts."""


class NoKey(ValueError):
    """The signer's domain publishes no usable key under this selector."""


@dataclass(frozen=True, slots=True)
class Key:
    public: RSAPublicKey | Ed25519PublicKey
    strict: bool
    """t=s: an i= below d= is not allowed (RFC 6376 §3.6.1)."""


def read_tags(value: bytes) -> dict[str, bytes]:
    """A tag list (RFC 6376 §3.2) without the white space inside values. Raises Unsound."""
    tags: dict[str, bytes] = {}
    for piece in value.strip().rstrip(b";").split(b";"):
        name, equals, text = piece.partition(b"=")
        key = name.strip().decode("ascii", "replace")
        if not equals or key in tags or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", key):
            raise Unsound(f"no tag list at {key[:20]!r}")
        tags[key] = b"".join(text.split())
    return tags


def fetch(domain: str, selector: bytes, resolver: Resolver) -> Key:
    """The key at SELECTOR._domainkey.DOMAIN. Raises NoKey, Unsound, or Unanswered."""
    name = selector.decode("ascii", "replace")
    if not _SELECTOR.fullmatch(name) or len(name) + len(domain) > 240:
        raise Unsound("s= is no selector")
    answers = resolver.look_up(f"{name}._domainkey.{domain}", "TXT", SECONDS_FOR_KEY)
    records = [text for text in answers if _HAS_KEY.search(text)]
    if len(records) != 1:
        # Several keys have no defined meaning (RFC 6376 §3.6.2.2).
        raise NoKey(f"{len(records)} keys")
    return read_key(records[0])


@lru_cache(maxsize=256)
def read_key(record: str) -> Key:
    """A key record's text as a key. Raises NoKey or Unsound."""
    if len(record) > LONGEST_RECORD:
        raise NoKey("too long")
    try:
        tags = read_tags(record.encode("ascii", "replace"))
    except Unsound as error:
        raise NoKey(str(error)) from error
    if tags.get("v", b"DKIM1") != b"DKIM1" or not _for_mail(tags):
        raise NoKey("not for mail signatures")
    flags = tags.get("t", b"").split(b":")
    return Key(_public(tags), strict=b"s" in flags)


def holds(key: Key, algorithm: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the base64 ``signature`` over ``data`` is the key owner's."""
    try:
        value = base64.b64decode(signature, validate=True)
        if isinstance(key.public, RSAPublicKey) and algorithm == b"rsa-sha256":
            key.public.verify(value, data, PKCS1v15(), SHA256())
        elif isinstance(key.public, Ed25519PublicKey) and algorithm == b"ed25519-sha256":
            # RFC 8463 §3: the hash is signed, not the text.
            key.public.verify(value, hashlib.sha256(data).digest())
        else:
            return False
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _for_mail(tags: dict[str, bytes]) -> bool:
    services = tags.get("s", b"*").split(b":")
    hashes = tags.get("h", b"sha256").split(b":")
    return (b"*" in services or b"email" in services) and b"sha256" in hashes


def _public(tags: dict[str, bytes]) -> RSAPublicKey | Ed25519PublicKey:
    try:
        data = base64.b64decode(tags.get("p", b""), validate=True)
        if tags.get("k", b"rsa") == b"ed25519":
            return Ed25519PublicKey.from_public_bytes(data)
        key = load_der_public_key(data)
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise NoKey("unreadable or withdrawn") from error
    if not isinstance(key, RSAPublicKey) or tags.get("k", b"rsa") != b"rsa":
        raise NoKey("of another kind than it says")
    if not SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS:
        raise Unsound(f"a key of {key.key_size} bits")
    return key
