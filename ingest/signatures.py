"""Checks DKIM signatures (RFC 6376, RFC 8301, RFC 8463) with bounded effort.

It says which domains signed, whether a signature holds, and whether it covers enough to be proof.
What that means for the author is decided in ingest/proof.py.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingest import canonical
from ingest.author import folded_domain
from ingest.dkim_keys import NoKey, Unsound, fetch, holds, read_tags
from ingest.fields import Fields
from ingest.resolver import Resolver, Unanswered

MUST_COVER = (b"from", b"to", b"subject")
"""A signature without these could be moved to another letter, or another of our addresses."""
CLOCK_SLACK = 3600
"""Seconds by which the signer's clock may be wrong."""

Result = Literal["pass", "fail", "none", "temperror"]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature claims, before anything was checked."""

    field: bytes
    """The whole header field as it came."""
    tags: dict[str, bytes]
    domain: str
    """d= in A-labels."""
    covered: tuple[bytes, ...]
    """h= in its order, lower case."""


@dataclass(frozen=True, slots=True)
class Checked:
    domain: str
    result: Result
    """"none" where it does not count at all (rsa-sha1, a short key, malformed)."""
    proof: bool = False
    """True for a pass that covers the whole body and every From, To and Subject."""


def read(field: bytes) -> Signature:
    """Reads one DKIM-Signature or ARC-Message-Signature field. Raises Unsound."""
    tags = read_tags(field.partition(b":")[2])
    if missing := {"a", "b", "bh", "d", "h", "s"} - tags.keys():
        raise Unsound(f"without {', '.join(sorted(missing))}=")
    domain = folded_domain(tags["d"].decode("utf-8", "replace"))
    if not domain:
        raise Unsound("d= is no domain")
    return Signature(field, tags, domain, tuple(tags["h"].lower().split(b":")))


def claimed(fields: Fields) -> list[Signature]:
    """The readable DKIM signatures from top to bottom; malformed ones are left out."""
    found = []
    for name, whole in fields.all:
        if name == b"dkim-signature":
            try:
                found.append(read(whole))
            except Unsound:
                continue
    return found


def check(signature: Signature, fields: Fields, now: datetime, resolver: Resolver) -> Checked:
    """Checks one DKIM signature as of ``now``, the moment of arrival. Never raises."""
    try:
        _check_form(signature)
        good = in_date(signature, now) and verified(signature, fields, resolver)
    except Unsound:
        return Checked(signature.domain, "none")
    except Unanswered:
        return Checked(signature.domain, "temperror")
    if not good:
        return Checked(signature.domain, "fail")
    return Checked(signature.domain, "pass", proof=covers_enough(signature, fields))


def sound(signature: Signature, fields: Fields, now: datetime) -> bool:
    """All that can be seen without its key: form, dates, and that it covers enough to be proof."""
    try:
        _check_form(signature)
        return in_date(signature, now) and covers_enough(signature, fields)
    except Unsound:
        return False


def covers_enough(signature: Signature, fields: Fields) -> bool:
    """Whole body, and every From, To and Subject that anybody could read (RFC 6376 §8.2, §8.15)."""
    if "l" in signature.tags or fields.doubled:
        return False
    return all(name in signature.covered for name in MUST_COVER)


def in_date(signature: Signature, now: datetime) -> bool:
    """Neither expired (x=) nor signed in the future (t=), as of ``now``."""
    moment = now.timestamp()
    signed, expires = _number(signature, "t"), _number(signature, "x")
    if signed is not None and signed > moment + CLOCK_SLACK:
        return False
    return expires is None or expires >= max(moment - CLOCK_SLACK, signed or 0)


def verified(signature: Signature, fields: Fields, resolver: Resolver) -> bool:
    """Whether body and covered fields are what the domain signed. Raises Unsound, Unanswered."""
    field_form, body_form = _forms(signature)
    if not _body_is_the_signed_one(signature, body_form(fields.body)):
        return False
    try:
        key = fetch(signature.domain, signature.tags["s"], resolver)
    except NoKey:
        return False
    if not _identity_fits(signature, strict=key.strict):
        return False
    data = signed_fields(signature, fields, field_form)
    return holds(key, signature.tags["a"], signature.tags["b"], data)


def signed_fields(signature: Signature, fields: Fields, form: Callable[[bytes], bytes]) -> bytes:
    """The bytes that were signed (RFC 6376 §3.7): covered fields, each from the bottom up."""
    waiting: dict[bytes, list[bytes]] = {}
    for name, whole in fields.all:
        waiting.setdefault(name, []).append(whole)
    taken = [waiting[name].pop() for name in signature.covered if waiting.get(name)]
    unsigned = form(without_value(signature.field)).removesuffix(b"\r\n")
    return b"".join(form(whole) for whole in taken) + unsigned


def without_value(field: bytes) -> bytes:
    """A signature field with the value of its b= tag taken out, blanks and all."""
    name, colon, value = field.partition(b":")
    parts = value.split(b";")
    for at, part in enumerate(parts):
        tag, equals, _ = part.partition(b"=")
        if tag.strip() == b"b":
            parts[at] = tag + equals
    return name + colon + b";".join(parts)


def _check_form(signature: Signature) -> None:
    tags = signature.tags
    if tags.get("v") != b"1" or tags["a"] not in (b"rsa-sha256", b"ed25519-sha256"):
        raise Unsound("another version or algorithm")
    if b"from" not in signature.covered or b"dns/txt" not in tags.get("q", b"dns/txt").split(b":"):
        raise Unsound("From not signed, or no way to the key")


_FIELD_FORMS = {b"simple": canonical.simple_field, b"relaxed": canonical.relaxed_field}
_BODY_FORMS = {b"simple": canonical.simple_body, b"relaxed": canonical.relaxed_body}


def _forms(signature: Signature) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    head, _, body = signature.tags.get("c", b"simple").lower().partition(b"/")
    try:
        return _FIELD_FORMS[head], _BODY_FORMS[body or b"simple"]
    except KeyError as error:
        raise Unsound("unknown c=") from error


def _body_is_the_signed_one(signature: Signature, body: bytes) -> bool:
    length = _number(signature, "l")
    if length is not None:
        if length > len(body):
            return False
        body = body[:length]
    try:
        wanted = base64.b64decode(signature.tags["bh"], validate=True)
    except (binascii.Error, ValueError):
        return False
    return hashlib.sha256(body).digest() == wanted


def _identity_fits(signature: Signature, *, strict: bool) -> bool:
    identity = signature.tags.get("i")
    if identity is None:
        return True
    domain = folded_domain(identity.rpartition(b"@")[2].decode("utf-8", "replace"))
    return domain == signature.domain or (not strict and domain.endswith("." + signature.domain))


def _number(signature: Signature, tag: str) -> int | None:
    value = signature.tags.get(tag)
    if value is None:
        return None
    if not value.isdigit() or len(value) > 20:
        raise Unsound(f"{tag}= is no number")
    return int(value)
