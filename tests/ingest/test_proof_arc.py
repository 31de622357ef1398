"""ARC chains: a verdict only when every sealer is one that we trust, and every seal holds."""

from __future__ import annotations

import base64
import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from ingest.canonical import relaxed_body, relaxed_field
from ingest.fields import split
from ingest.proof import prove
from tests.signing import Zone, key_record, rsa_key

LETTER = (
    b"From: Bob <bob@council.example>\r\n"
    b"To: news@lists.example.org\r\n"
    b"Subject: Lunch\r\n\r\nSoup on Friday.\r\n"
)
TRUSTED = ("one.example", "two.example")


@pytest.fixture
def zone() -> Zone:
    zone = Zone()
    for domain in (*TRUSTED, "mallory.example"):
        zone.publish(f"s1._domainkey.{domain}", key_record(1024))
    return zone


def arc_of(raw: bytes, zone: Zone, trusted: tuple[str, ...] = TRUSTED) -> str:
    proof = prove(raw, "", "mx", "192.0.2.1", resolver=zone, trusted_sealers=trusted)
    assert not proof.aligned
    return proof.arc


def sealed(raw: bytes, domain: str, number: int = 1, chain: str = "", more: str = "") -> bytes:
    """``raw`` with one more ARC set on top (RFC 8617 §5.1)."""
    chain = chain or ("none" if number == 1 else "pass")
    found = f"ARC-Authentication-Results: i={number}; {domain}; dkim=pass\r\n".encode()
    message = _signature(raw, domain, number, more)
    seal = f"ARC-Seal: i={number}; a=rsa-sha256; cv={chain}; d={domain}; s=s1; b=".encode()
    fields = split(raw).all
    names = (b"arc-authentication-results", b"arc-message-signature", b"arc-seal")
    # Each set stands above the older ones, its seal on top.
    sets = [[whole for name, whole in fields if name == wanted][::-1] for wanted in names]
    earlier = [part for one in zip(*sets, strict=True) for part in one]
    text = b"".join(map(relaxed_field, [*earlier, found, message]))
    seal += _signed(text + relaxed_field(seal).removesuffix(b"\r\n"))
    return seal + b"\r\n" + message + found + raw


def _signature(raw: bytes, domain: str, number: int, more: str) -> bytes:
    fields = split(raw)
    text = relaxed_body(fields.body)
    text = text[:3] if "l=3" in more else text
    body = base64.b64encode(hashlib.sha256(text).digest()).decode()
    field = (
        f"ARC-Message-Signature: i={number}; a=rsa-sha256; c=relaxed/relaxed; d={domain};\r\n"
        f" s=s1; h=from:to:subject; {more}bh={body}; b="
    ).encode()
    covered = [whole for name, whole in fields.all if name in (b"from", b"to", b"subject")]
    text = b"".join(map(relaxed_field, [*covered, field])).removesuffix(b"\r\n")
    return field + _signed(text) + b"\r\n"


def _signed(text: bytes) -> bytes:
    return base64.b64encode(rsa_key(1024).sign(text, PKCS1v15(), SHA256()))


def test_a_chain_of_trusted_sealers_passes(zone: Zone) -> None:
    one = sealed(LETTER, "one.example")
    two = sealed(one, "two.example", 2)
    for raw in (one, two):
        assert arc_of(raw, zone) == "pass"
        verdict, _, _ = dkim.arc_verify(raw, dnsfunc=lambda *_, **__: key_record(1024).encode())
        assert verdict == b"pass", "dkimpy thinks so too"


def test_without_trusted_sealers_there_is_no_verdict_and_no_question(zone: Zone) -> None:
    assert arc_of(sealed(LETTER, "one.example"), zone, ()) == "none"
    assert not [name for name, _ in zone.asked if "_domainkey" in name]


def test_a_stranger_in_the_chain_spoils_the_verdict(zone: Zone) -> None:
    assert arc_of(sealed(LETTER, "mallory.example"), zone) == "none"
    by_mallory = sealed(LETTER, "mallory.example")
    assert arc_of(sealed(by_mallory, "two.example", 2), zone) == "none"
    assert arc_of(sealed(sealed(LETTER, "one.example"), "mallory.example", 2), zone) == "none"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Soup", b"Soap"),
        (b"Lunch", b"Munch"),
        (b"dkim=pass", b"dkim=fail"),
        (b"cv=none", b"cv=pass"),
        (b"cv=none", b"cv=fail"),
    ],
)
def test_a_changed_word_fails(zone: Zone, old: bytes, new: bytes) -> None:
    raw = sealed(sealed(LETTER, "one.example"), "two.example", 2)
    assert arc_of(raw.replace(old, new), zone) == "fail"


def test_a_chain_that_says_it_is_broken_is(zone: Zone) -> None:
    raw = sealed(sealed(LETTER, "one.example"), "two.example", 2, chain="fail")
    assert arc_of(raw, zone) == "fail"


def test_a_body_length_limit_is_not_trusted(zone: Zone) -> None:
    assert arc_of(sealed(LETTER, "one.example", more="l=3; "), zone) == "fail"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw + b"",
        lambda raw: raw.split(b"\r\n", 1)[1],
        lambda raw: raw.split(b"\r\n", 1)[0] + b"\r\n" + raw,
        lambda raw: raw.replace(b"i=1", b"i=2"),
        lambda raw: raw.replace(b"i=1", b"i=99"),
        lambda raw: raw.replace(b"i=1", b"i=x"),
        lambda raw: raw.replace(b"d=one.example", b"d="),
    ],
)
def test_incomplete_chains_have_no_verdict(zone: Zone, spoil: object) -> None:
    raw = sealed(LETTER, "one.example")
    spoiled = spoil(raw)  # type: ignore[operator]
    assert arc_of(spoiled, zone) == ("pass" if spoiled == raw else "none")


def test_i5_a_silent_dns_is_temperror(zone: Zone) -> None:
    zone.silent.add("s1._domainkey.one.example")
    assert arc_of(sealed(LETTER, "one.example"), zone) == "temperror"


def test_an_endless_chain_is_not_followed(zone: Zone) -> None:
    raw = LETTER
    for number in range(1, 13):
        raw = sealed(raw, "one.example", number)
    assert arc_of(raw, zone) == "none"


def test_the_fronts_verdict_is_believed_only_for_trusted_sealers(zone: Zone) -> None:
    said = b"Authentication-Results: mx.lists.example.org; arc=pass\r\nReceived: x\r\n"
    for domain, verdict in (("one.example", "pass"), ("mallory.example", "none")):
        proof = prove(
            said + sealed(LETTER, domain),
            "",
            "mx",
            "192.0.2.25",
            resolver=zone,
            trusted_relays=["192.0.2.25"],
            authserv_id="mx.lists.example.org",
            trusted_sealers=TRUSTED,
        )
        assert proof.arc == verdict


@given(st.binary(max_size=80), st.sampled_from([b"ARC-Seal", b"ARC-Message-Signature"]))
def test_random_fields_never_raise_nor_pass(value: bytes, name: bytes) -> None:
    zone = Zone()
    raw = sealed(LETTER, "one.example")
    value = value.replace(b"\n", b" ").replace(b"\r", b" ")
    assert arc_of(name + b": " + value + b"\r\n" + raw, zone) != "pass"
