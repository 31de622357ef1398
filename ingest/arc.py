"""ARC (RFC 8617): whether a forwarder whom we trust vouches for what it received.

A chain proves only who sealed it, and anybody may seal; so without a list of trusted sealers there
is no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from ingest.author import folded_domain
from ingest.canonical import relaxed_field
from ingest.dkim_keys import NoKey, Unsound, fetch, holds, read_tags
from ingest.fields import Fields
from ingest.resolver import Resolver, Unanswered
from ingest.signatures import Signature, read, verified, without_value

LONGEST_CHAIN = 10
"""RFC 8617 §4.2.1 allows 50; ten forwarders whom we all know are many."""
_INSTANCE = re.compile(rb"(?:^|;)\s{0,50}i\s{0,50}=\s{0,50}(\d{1,2})\s{0,50}(?:;|$)")
_NAMES = (b"arc-authentication-results", b"arc-message-signature", b"arc-seal")


@dataclass(frozen=True, slots=True)
class Seal:
    """One forwarder's set: its findings, its signature of the message, and the seal over both."""

    findings: bytes
    signature: bytes
    seal: bytes
    tags: dict[str, bytes]
    domain: str


def check(fields: Fields, trusted: Collection[str], resolver: Resolver) -> str:
    """pass, fail, none or temperror. "none" unless every sealer is in ``trusted``. Never raises."""
    if not trusted:
        return "none"
    try:
        chain = _chain(fields)
        if not chain or any(seal.domain not in trusted for seal in chain):
            return "none"
        return "pass" if _whole(chain, fields, resolver) else "fail"
    except Unanswered:
        return "temperror"
    except Unsound:
        return "fail"


def newest_sealer(fields: Fields) -> str:
    """Domain of the newest seal as it is claimed; "" when there is no chain, or a broken one."""
    try:
        chain = _chain(fields)
    except Unsound:
        return ""
    return chain[-1].domain if chain else ""


def _chain(fields: Fields) -> list[Seal]:
    """The sets from the oldest to the newest, complete and gapless. Raises Unsound."""
    found: dict[tuple[int, bytes], bytes] = {}
    for name, whole in fields.all:
        if name in _NAMES:
            number = _instance(whole)
            if (number, name) in found:
                raise Unsound("two fields of one set")
            found[number, name] = whole
    length = len(found) // 3
    if length * 3 != len(found) or length > LONGEST_CHAIN:
        raise Unsound("an incomplete or endless chain")
    try:
        return [_seal(*(found[at, name] for name in _NAMES)) for at in range(1, length + 1)]
    except KeyError as error:
        raise Unsound("a gap in the chain") from error


def _instance(whole: bytes) -> int:
    match = _INSTANCE.search(whole.partition(b":")[2].strip()[:200])
    if match is None:
        raise Unsound("no i=")
    return int(match[1])


def _seal(findings: bytes, signature: bytes, seal: bytes) -> Seal:
    tags = read_tags(seal.partition(b":")[2])
    if {"a", "b", "cv", "d", "s"} - tags.keys() or tags.keys() & {"h", "bh", "l"}:
        raise Unsound("no seal")
    return Seal(
        findings, signature, seal, tags, folded_domain(tags["d"].decode("ascii", "replace"))
    )


def _whole(chain: list[Seal], fields: Fields, resolver: Resolver) -> bool:
    """RFC 8617 §5.2: chain values, the newest message signature, then every seal."""
    wanted = [b"none"] + [b"pass"] * (len(chain) - 1)
    if [seal.tags["cv"].lower() for seal in chain] != wanted:
        return False
    newest = read(chain[-1].signature)
    if newest.tags["a"] != b"rsa-sha256" and newest.tags["a"] != b"ed25519-sha256":
        return False
    if b"arc-seal" in newest.covered or "l" in newest.tags:
        return False
    if not verified(_as_in_dkim(newest), fields, resolver):
        return False
    return all(_sealed(chain[: at + 1], resolver) for at in reversed(range(len(chain))))


def _as_in_dkim(signature: Signature) -> Signature:
    """ARC has c=relaxed/relaxed where DKIM has simple/simple, and no identity in i= (§4.1.2)."""
    tags = {"c": b"relaxed/relaxed", **signature.tags}
    del tags["i"]
    return replace(signature, tags=tags)


def _sealed(chain: list[Seal], resolver: Resolver) -> bool:
    """Whether the last seal of ``chain`` holds over all sets up to its own (RFC 8617 §5.1.1)."""
    last = chain[-1]
    try:
        key = fetch(last.domain, last.tags["s"], resolver)
    except NoKey:
        return False
    earlier = [part for seal in chain[:-1] for part in (seal.findings, seal.signature, seal.seal)]
    text = b"".join(map(relaxed_field, [*earlier, last.findings, last.signature]))
    own = relaxed_field(without_value(last.seal)).removesuffix(b"\r\n")
    return holds(key, last.tags["a"], last.tags["b"], text + own)
