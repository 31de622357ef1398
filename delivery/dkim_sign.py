"""Signs what leaves with DKIM (RFC 6376, RFC 8463), where a key is set. Checking is not done here.

dkimpy, which checks, signs RSA in Python: seven milliseconds for each mail, where OpenSSL takes
less than one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from config import Settings
from delivery.assemble import Plain
from storage.addresses import a_labels

_COVERED = """
from to subject date message-id reply-to in-reply-to references mime-version content-type
content-transfer-encoding auto-submitted precedence list-unsubscribe list-unsubscribe-post list-id
list-help list-post list-subscribe list-owner list-archive postround-letter
"""
# RFC 8058 §4: a one-click link counts only where a signature covers both of its fields.
SIGNED = tuple(_COVERED.split())
"""What is covered where it is there, in this order."""
NOT_ADDED = ("from", "to", "subject", "date")
"""Named once more than it is there, so that nobody adds a second one (RFC 6376 §8.15)."""
SHORTEST_RSA = 1024
_FOLD = 68


class WrongKey(ValueError):
    """The text is one sentence for the person who starts us."""


@dataclass(frozen=True, slots=True)
class Key:
    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    def signature(self, data: bytes) -> bytes:
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, PKCS1v15(), hashes.SHA256())
        # RFC 8463 §3: the hash is what is signed.
        return self.private.sign(hashlib.sha256(data).digest())


class Relaxed(NamedTuple):
    """What a signature covers, in the relaxed form of RFC 6376 §3.4."""

    names: str
    """The value of h=, folded."""
    fields: bytes
    body_hash: bytes


class Signer:
    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = tuple(keys)

    @classmethod
    def of(cls, settings: Settings) -> Signer | None:
        """The signer of the settings; None where no key is set. Raises WrongKey."""
        files, selectors = settings.dkim_key, settings.dkim_selector
        if len(files) != len(selectors):
            raise WrongKey(
                "POSTROUND_DKIM_KEY and POSTROUND_DKIM_SELECTOR are set together, one for each."
            )
        keys = [read_key(*one) for one in zip(files, selectors, strict=True)]
        return cls(keys) if keys else None

    def sign(self, message: bytes, domain: str, at: datetime) -> bytes:
        """``message``, CRLF line ends, with one signature of ``domain`` for each key in front.

        Signed again with the same ``at`` it is the same: a mail that is retried does not change.
        """
        end = message.index(b"\r\n\r\n")
        names, fields = relaxed_fields(message[:end])
        body_hash = hashlib.sha256(relaxed_body(message[end + 4 :])).digest()
        return self.sign_relaxed(message, Relaxed(names, fields, body_hash), domain, at)

    def sign_relaxed(self, message: bytes, relaxed: Relaxed, domain: str, at: datetime) -> bytes:
        """As ``sign``, where what is signed is known already."""
        body_hash = base64.b64encode(relaxed.body_hash).decode()
        made = []
        for key in self.keys:
            tags = (
                f"v=1; a={key.algorithm}-sha256; c=relaxed/relaxed; d={a_labels(domain)};\r\n"
                f" s={key.selector}; t={int(at.timestamp())}; bh={body_hash};\r\n"
                f" h={relaxed.names};\r\n b="
            )
            own = _relaxed("dkim-signature", tags.encode("ascii"))
            signature = base64.b64encode(key.signature(relaxed.fields + own)).decode()
            made.append(f"DKIM-Signature: {tags}{_folded(signature)}\r\n".encode("ascii"))
        signed = b"".join([*made, message])
        return Plain(signed) if isinstance(message, Plain) else signed


def read_key(path: str, selector: str) -> Key:
    """A private key in PEM. Raises WrongKey."""
    try:
        private = load_pem_private_key(Path(path).read_bytes(), password=None)
    except OSError as error:
        raise WrongKey(f"POSTROUND_DKIM_KEY: {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise WrongKey(f"POSTROUND_DKIM_KEY: {path} is no private key without password.") from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise WrongKey(f"POSTROUND_DKIM_KEY: {path} must be an RSA or an Ed25519 key.")
    if isinstance(private, RSAPrivateKey) and private.key_size < SHORTEST_RSA:
        raise WrongKey(f"POSTROUND_DKIM_KEY: {path} is shorter than {SHORTEST_RSA} bits.")
    return Key(selector, private)


def dns_record(key: Key) -> str:
    """What is to be published as TXT at SELECTOR._domainkey.DOMAIN (RFC 6376 §3.6.1)."""
    public = key.private.public_key()
    if key.algorithm == "rsa":
        data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        data = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k={key.algorithm}; p={base64.b64encode(data).decode()}"


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376 §3.4.4."""
    return end_of_body(relaxed_part(body))


def relaxed_part(body: bytes) -> bytes:
    """A part of a body that begins and ends with a line: blanks joined, none at the ends."""
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    return body.replace(b" \r\n", b"\r\n")


def end_of_body(body: bytes) -> bytes:
    body = body.removesuffix(b" ").rstrip(b"\r\n")
    return body + b"\r\n" if body else b""


def relaxed_fields(header: bytes) -> tuple[str, bytes]:
    """The value of h=, folded, and the fields that it names (RFC 6376 §3.4.2)."""
    there: dict[str, list[bytes]] = {}
    unfolded = header.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    for field in unfolded.split(b"\r\n"):
        found, _, value = field.partition(b":")
        there.setdefault(found.decode("ascii").strip().lower(), []).append(value)
    names, fields = [], []
    for name in SIGNED:
        for value in reversed(there.get(name, ())):  # the lowest first (RFC 6376 §5.4.2)
            names.append(name)
            fields.append(_relaxed(name, value) + b"\r\n")
    return ":\r\n  ".join(_lines([*names, *NOT_ADDED])), b"".join(fields)


def _relaxed(name: str, value: bytes) -> bytes:
    return name.encode("ascii") + b":" + b" ".join(value.split())


def _lines(names: Sequence[str]) -> Iterator[str]:
    line = ""
    for name in names:
        if line and len(line) + len(name) > _FOLD:
            yield line
            line = ""
        line = f"{line}:{name}" if line else name
    yield line


def _folded(signature: str) -> str:
    parts = [signature[at : at + _FOLD] for at in range(0, len(signature), _FOLD)]
    return "\r\n  ".join(parts)
