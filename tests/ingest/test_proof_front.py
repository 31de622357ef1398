"""What a front server found out is believed, what a stranger wrote in its name is not."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.authentication_results import Finding, believed, parse
from ingest.fields import split
from ingest.proof import is_trusted, only_for, prove
from storage.records import Mailbox, Proof
from tests.signing import COVERED, Zone, signed

FRONT = "mx.lists.example.org"
RELAY = "192.0.2.25"
LETTER = (
    b"From: Bob <bob@council.example>\r\n"
    b"To: news-verdict+mark@lists.example.org\r\n"
    b"Subject: Re: A post waits\r\n\r\nyes\r\n"
)
RECEIVED = (
    b"Received: from mx.council.example by mx.lists.example.org; Wed, 18 Nov 2026 09:00 +0000\r\n"
)
PASS = b"Authentication-Results: mx.lists.example.org; dkim=pass header.d=council.example\r\n"


@pytest.fixture
def zone() -> Zone:
    zone = Zone()
    zone.publish_key("council.example")
    return zone


def proof_of(
    raw: bytes, zone: Zone, peer: str = RELAY, mail_from: str = "bob@council.example"
) -> Proof:
    return prove(
        raw,
        mail_from,
        "mx.council.example",
        peer,
        resolver=zone,
        trusted_relays=("192.0.2.25", "2001:db8::/64", "unix"),
        authserv_id=FRONT,
        received_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
    )


# Whom to believe -------------------------------------------------------------------------------


def test_the_fronts_word_counts(zone: Zone) -> None:
    raw = PASS.replace(b"\r\n", b"; dmarc=pass (p=reject dis=none) header.from=council.example\r\n")
    proof = proof_of(raw + RECEIVED + LETTER, zone)
    assert (proof.dkim, proof.dkim_domain, proof.aligned) == ("pass", "council.example", True)
    assert (proof.dmarc, proof.dmarc_policy, proof.source) == ("pass", "reject", FRONT)
    assert proof.author == "bob@council.example"


def test_without_a_received_line_the_top_still_counts(zone: Zone) -> None:
    assert proof_of(PASS + LETTER, zone).aligned


@pytest.mark.parametrize("peer", ["192.0.2.26", "", "nonsense", "2001:db8:1::1"])
def test_d10_a_strangers_field_is_ignored(zone: Zone, peer: str) -> None:
    proof = proof_of(PASS + RECEIVED + LETTER, zone, peer)
    assert (proof.dkim, proof.aligned, proof.source) == ("none", False, "own")


@pytest.mark.parametrize("peer", [RELAY, "::ffff:192.0.2.25", "2001:db8::9", "unix"])
def test_relays_by_address_network_and_name(zone: Zone, peer: str) -> None:
    assert proof_of(PASS + RECEIVED + LETTER, zone, peer).aligned
    assert not is_trusted(peer, ["nonsense", "10.0.0.0/8"])


def test_d10_below_the_relays_received_line_it_came_with_the_letter(zone: Zone) -> None:
    proof = proof_of(RECEIVED + PASS + LETTER, zone)
    assert (proof.aligned, proof.source) == (False, "own")


def test_d10_below_the_fronts_own_finding_a_forged_one_is_not_heard(zone: Zone) -> None:
    honest = b"Authentication-Results: mx.lists.example.org; dkim=none; spf=fail\r\n"
    for raw in (honest + RECEIVED + PASS + LETTER, honest + PASS + LETTER):
        proof = proof_of(raw, zone)
        assert (proof.dkim, proof.spf, proof.aligned) == ("none", "fail", False)


@pytest.mark.parametrize(
    "name", [b"mx.lists.example.org.mallory.example", b"lists.example.org", b"mx", b'"mx .example"']
)
def test_d10_another_servers_name_is_not_ours(zone: Zone, name: bytes) -> None:
    assert not proof_of(PASS.replace(FRONT.encode(), name) + RECEIVED + LETTER, zone).aligned


def test_d10_no_name_in_the_settings_means_no_belief(zone: Zone) -> None:
    for name in ("", " "):
        raw = b"Authentication-Results: ; dkim=pass header.d=council.example\r\n" + LETTER
        proof = prove(raw, "", "mx", RELAY, resolver=zone, trusted_relays=[RELAY], authserv_id=name)
        assert not proof.aligned


def test_a_sender_address_that_reads_like_findings_spoils_them(zone: Zone) -> None:
    injected = (
        b"Authentication-Results: mx.lists.example.org; spf=pass "
        b"smtp.mailfrom=x;dkim=pass header.d=council.example;spf=pass "
        b"smtp.mailfrom=@mallory.example\r\n"
    )
    sender = "x;dkim=pass header.d=council.example;spf=pass smtp.mailfrom=@mallory.example"
    assert not proof_of(injected + RECEIVED + LETTER, zone, mail_from=sender).aligned


def test_several_fields_of_the_front_are_put_together(zone: Zone) -> None:
    name = b"Authentication-Results: mx.lists.example.org; "
    raw = (
        name
        + b"dmarc=pass (p=quarantine) header.from=council.example\r\n"
        + b"X-Filter: x\r\n"
        + name
        + b"dkim=pass header.d=council.example\r\n"
        + name
        + b"spf=softfail smtp.mailfrom=council.example\r\n"
    )
    proof = proof_of(raw + RECEIVED + LETTER, zone)
    assert (proof.dkim, proof.spf, proof.dmarc, proof.aligned) == (
        "pass",
        "softfail",
        "pass",
        True,
    )
    assert not zone.asked


def test_what_the_front_did_not_check_is_checked_here(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    only_spf = b"Authentication-Results: mx.lists.example.org; spf=fail smtp.mailfrom=x.example\r\n"
    proof = proof_of(only_spf + RECEIVED + signed(LETTER, "council.example"), zone)
    assert (proof.dkim, proof.spf, proof.dmarc, proof.aligned) == ("fail", "fail", "fail", False)


def test_a_front_that_says_nothing_cannot_make_a_forgery_of_an_honest_letter(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    zone.publish("council.example", "v=spf1 -all")
    proof = proof_of(RECEIVED + LETTER, zone)
    assert (proof.spf, proof.dmarc, proof.aligned) == ("none", "temperror", False)


# What the word is worth ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "finding",
    [
        b"dkim=pass header.d=mallory.example",
        b"dkim=fail header.d=council.example",
        b"dkim=temperror header.d=council.example",
        b"dkim=pass",
        b"dkim=pass header.d=",
        b"dkim=pass header.x=council.example",
        b"spf=pass smtp.mailfrom=bob@council.example",
        b"dkim=none; spf=pass smtp.mailfrom=bob@council.example; dmarc=pass "
        b"header.from=council.example",
        b"dkim=pass header.d=council.example; dmarc=fail header.from=council.example",
    ],
)
def test_d11_only_an_aligned_dkim_pass_is_proof(zone: Zone, finding: bytes) -> None:
    field = b"Authentication-Results: mx.lists.example.org; " + finding + b"\r\n"
    assert not proof_of(field + RECEIVED + LETTER, zone).aligned


def test_a_dmarc_finding_about_another_domain_is_not_about_this_letter(zone: Zone) -> None:
    field = PASS.replace(b"\r\n", b"; dmarc=fail (p=reject) header.from=mallory.example\r\n")
    assert proof_of(field + RECEIVED + LETTER, zone).dmarc == "none"


def test_d9_the_front_does_not_say_how_little_a_signature_covers(zone: Zone) -> None:
    covered = [name for name in COVERED if name != b"to"]
    for letter in (
        signed(LETTER, "council.example", length=True),
        signed(LETTER, "council.example", covered=covered),
        signed(LETTER, "council.example", signature_algorithm=b"rsa-sha1"),
        b"Subject: another\r\n" + LETTER,
    ):
        assert not proof_of(PASS + RECEIVED + letter, zone).aligned


def test_the_signature_that_is_meant_is_found_by_selector_and_value(zone: Zone) -> None:
    weak = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=council.example; s=old; h=from;\r\n"
        b" bh=AA==; b=AbCd/x==\r\n"
    )
    sound = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=council.example; s=new; h=from:to:subject;\r\n"
        b" bh=AA==; b=Zz12\r\n 3456\r\n"
    )
    both = RECEIVED + weak + sound + LETTER
    assert not proof_of(PASS + both, zone).aligned
    for how, aligned in (
        (b"header.s=new", True),
        (b"header.s=old", False),
        (b"header.b=Zz1234", True),
        (b'header.b="AbCd/x="', False),
        (b"header.b=AbCd/x=", False),
    ):
        field = PASS.replace(b"header.d", how + b" header.d")
        assert proof_of(field + both, zone).aligned is aligned, how


def test_d12_two_senders_stay_unproven_whatever_the_front_says(zone: Zone) -> None:
    two = LETTER.replace(b"From: ", b"From: m@mallory.example\r\nFrom: ", 1)
    proof = proof_of(PASS + RECEIVED + two, zone)
    assert (proof.aligned, proof.author) == (False, "")


def test_d12_a_proof_counts_only_for_the_sender_that_reading_found() -> None:
    proof = Proof(dkim="pass", aligned=True, author="bob@xn--mnchen-3ya.example")
    assert only_for(proof, Mailbox("Bob", "Bob@München.example")).aligned
    assert not only_for(proof, Mailbox("Bob", "amina@münchen.example")).aligned
    assert not only_for(proof, None).aligned
    assert not only_for(Proof(aligned=True), Mailbox("", "")).aligned


# The form of the field -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a.example; none", ()),
        ("a.example 1; none", ()),
        ("a.example;", ()),
        ("a.example", ()),
        ("(c) a.example (c) 1 (c); (c) none (c)", ()),
        ('"a.example"; dkim=pass', (Finding("dkim", "pass"),)),
        ("A.EXAMPLE; DKIM=PASS", (Finding("dkim", "pass"),)),
        ("a.example; dkim/1 = pass", (Finding("dkim", "pass"),)),
        ("a.example; dkim/2=pass; spf=fail", (Finding("spf", "fail"),)),
        (
            "a.example;\r\n\tdkim=pass (2048-bit key; (nested) unprotected)\r\n"
            ' reason="good; really" header.d=b.example header.i=@b.example header.b="a/b+c="',
            (
                Finding(
                    "dkim",
                    "pass",
                    (
                        ("reason", "good; really"),
                        ("header.d", "b.example"),
                        ("header.i", "@b.example"),
                        ("header.b", "a/b+c="),
                    ),
                    ("2048-bit key; (nested) unprotected",),
                ),
            ),
        ),
        (
            "a.example; spf=pass smtp.mailfrom=bob@b.example smtp.helo=mx.b.example;"
            " iprev=pass policy.iprev=2001:db8::1",
            (
                Finding(
                    "spf",
                    "pass",
                    (("smtp.mailfrom", "bob@b.example"), ("smtp.helo", "mx.b.example")),
                ),
                Finding("iprev", "pass", (("policy.iprev", "2001:db8::1"),)),
            ),
        ),
        (
            "a.example; dkim=pass header . d = b.example",
            (Finding("dkim", "pass", (("header.d", "b.example"),)),),
        ),
    ],
)
def test_forms_that_the_standard_allows(value: str, expected: tuple[Finding, ...]) -> None:
    assert parse(value) == ("a.example", expected)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        "; dkim=pass",
        "a.example 2; dkim=pass",
        "a.example b.example; dkim=pass",
        "a.example; dkim",
        "a.example; dkim=",
        "a.example; =pass",
        "a.example; dkim pass=pass",
        "a.example; dkim=pass header.d",
        "a.example; dkim=pass extra header.d=b.example",
        "a.example; dkim=pass (open",
        'a.example; dkim=pass reason="open',
        "a.example; dkim=pass\\",
        "a.example; dkim=pass )",
    ],
)
def test_a_malformed_field_says_nothing(value: str) -> None:
    assert parse(value) == ("", ())


TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=8)
PRINTED = st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=9)
VALUES = st.one_of(TOKENS, PRINTED)
BLANKS = st.sampled_from(["", " ", "\r\n ", "(c)", " (a (b) \\) c) ", "\t"])


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def findings(draw: st.DrawFn) -> tuple[str, Finding]:
    """A finding as some server may write it, and what it means."""
    method, result = draw(TOKENS), draw(TOKENS)
    properties = draw(
        st.lists(
            st.tuples(st.tuples(TOKENS, TOKENS).map(".".join), VALUES, BLANKS, BLANKS), max_size=3
        )
    )
    text = f"{draw(BLANKS)}{method}{draw(BLANKS)}={draw(BLANKS)}{result}"
    for name, value, before, after in properties:
        text += f" {before}{name}{before}={after}{quoted(value)}{after}"
    meant = tuple((name, value) for name, value, _, _ in properties)
    return text, Finding(method, result, meant)


@given(st.lists(findings(), max_size=4), BLANKS)
def test_what_was_written_is_what_is_read(written: list[tuple[str, Finding]], blank: str) -> None:
    value = f"{blank}MX.example{blank}" + "".join(f";{text}" for text, _ in written)
    writer, found = parse(value)
    assert writer == "mx.example"
    bare = [Finding(one.method, one.result, one.properties) for one in found]
    assert bare == [meant for _, meant in written]


@given(st.text(max_size=120), st.lists(st.sampled_from(list('();="\\ .@/a\r\n')), max_size=40))
def test_no_text_breaks_the_parser(text: str, marks: list[str]) -> None:
    for value in (text, "".join(marks), "mx.example;" + text, "mx.example; a=b" + "".join(marks)):
        writer, found = parse(value)
        assert writer or not found


@given(st.binary(max_size=200))
def test_d10_no_letter_speaks_for_the_front_from_below_its_received_line(head: bytes) -> None:
    zone = Zone()
    raw = RECEIVED + head.replace(b"\n", b"\r\n") + PASS + LETTER
    assert not proof_of(raw, zone).aligned


@pytest.mark.parametrize("bait", ["(", ")", '"', "\\", ";", "=", "a=b ", "()", "a ", ".", "/", "@"])
def test_c1_endless_fields_cost_nothing(bait: str) -> None:
    for size in (15_000, 200_000):
        value = "mx.example; " + bait * (size // len(bait))
        started = time.process_time()
        believed(split(b"Authentication-Results: " + value.encode() + b"\r\n\r\n"), "mx.example")
        assert time.process_time() - started < 0.7
