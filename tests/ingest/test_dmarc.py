"""What domains publish about their mail, and which signers and servers speak for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import dmarc
from ingest.dmarc import Record
from ingest.proof import prove
from storage.records import Proof
from tests.signing import Zone, signed

LETTER = (
    b"From: Bob <bob@council.example>\r\n"
    b"To: news@lists.example.org\r\n"
    b"Subject: Lunch\r\n\r\nSoup on Friday.\r\n"
)


@pytest.fixture
def zone() -> Zone:
    return Zone()


def proof_of(
    raw: bytes,
    zone: Zone,
    mail_from: str = "bob@council.example",
    helo: str = "mx.council.example",
    peer: str = "192.0.2.1",
) -> Proof:
    return prove(raw, mail_from, helo, peer, resolver=zone)


# Records ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("v=DMARC1; p=reject", Record("reject", False, False)),
        ("v=DMARC1;p=quarantine;adkim=s;aspf=s", Record("quarantine", True, True)),
        ("v=DMARC1 ; p = none ; adkim = r", Record("none", False, False)),
        ("v=DMARC1; p=REJECT; sp=none", Record("reject", False, False)),
        ("v=DMARC1; p=reject; pct=50", Record("quarantine", False, False)),
        ("v=DMARC1; p=reject; t=y", Record("quarantine", False, False)),
        ("v=DMARC1; p=nonsense; rua=mailto:x@council.example", Record("none", False, False)),
        ("v=DMARC1; p=nonsense", None),
        ("v=DMARC1", None),
        ("v=DMARC2; p=reject", None),
        ("v=spf1 -all", None),
        ("p=reject; v=DMARC1", None),
    ],
)
def test_records(zone: Zone, text: str, record: Record | None) -> None:
    zone.publish("_dmarc.council.example", text)
    assert dmarc.find("council.example", zone) == record


def test_two_records_are_none(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject", "v=DMARC1; p=none")
    assert dmarc.find("council.example", zone) is None
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject", "something else")
    assert dmarc.find("council.example", zone) == Record("reject", False, False)


def test_a_domain_below_takes_its_organisations_record_and_sp(zone: Zone) -> None:
    zone.publish("_dmarc.council.gov.uk", "v=DMARC1; p=reject; sp=quarantine")
    zone.publish("_dmarc.gov.uk", "v=DMARC1; p=none")
    assert dmarc.find("housing.council.gov.uk", zone) == Record("quarantine", False, False)
    assert dmarc.find("council.gov.uk", zone) == Record("reject", False, False)
    assert dmarc.find("a.b.other.gov.uk", zone) is None
    assert ("_dmarc.gov.uk", "TXT") not in zone.asked


@pytest.mark.parametrize(
    ("signer", "author", "relaxed", "strict"),
    [
        ("council.example", "council.example", True, True),
        ("mail.council.example", "council.example", True, False),
        ("council.example", "mail.council.example", True, False),
        ("a.council.example", "b.council.example", True, False),
        ("my-partner.co.uk", "my-other.co.uk", False, False),
        ("co.uk", "my-partner.co.uk", False, False),
        ("one.github.io", "two.github.io", False, False),
        ("notcouncil.example", "council.example", False, False),
        ("", "council.example", False, False),
        ("", "", False, False),
    ],
)
def test_alignment(signer: str, author: str, relaxed: bool, strict: bool) -> None:
    assert dmarc.aligned(signer, author, strict=False) is relaxed
    assert dmarc.aligned(signer, author, strict=True) is strict


# Results ---------------------------------------------------------------------------------------


def test_nothing_published_is_none(zone: Zone) -> None:
    proof = proof_of(LETTER, zone)
    assert (proof.spf, proof.dmarc, proof.dmarc_policy) == ("none", "none", "")


def test_d1_a_forgery_of_a_domain_that_says_so_fails(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    zone.publish("mallory.example", "v=spf1 ip4:192.0.2.1 -all")
    proof = proof_of(LETTER, zone, mail_from="m@mallory.example")
    assert (proof.spf, proof.dmarc, proof.dmarc_policy) == ("pass", "fail", "reject")
    assert not proof.aligned


def test_an_aligned_signature_passes_and_strict_means_the_same_domain(zone: Zone) -> None:
    zone.publish_key("mail.council.example")
    raw = signed(LETTER, "mail.council.example", covered=(b"from", b"to", b"subject"))
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    assert (proof_of(raw, zone).dmarc, proof_of(raw, zone).aligned) == ("pass", True)
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject; adkim=s")
    assert (proof_of(raw, zone).dmarc, proof_of(raw, zone).aligned) == ("fail", False)


def test_i5_without_the_record_only_the_same_domain_is_proof(zone: Zone) -> None:
    zone.publish_key("mail.council.example")
    zone.publish_key("council.example")
    zone.silent.add("_dmarc.council.example")
    covered = (b"from", b"to", b"subject")
    below = proof_of(signed(LETTER, "mail.council.example", covered=covered), zone)
    assert (below.dkim, below.dmarc, below.aligned) == ("pass", "temperror", False)
    same = proof_of(signed(LETTER, "council.example", covered=covered), zone)
    assert (same.dkim, same.dmarc, same.aligned) == ("pass", "temperror", True)


def test_d11_spf_alone_passes_dmarc_but_is_no_proof(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    zone.publish("council.example", "v=spf1 ip4:192.0.2.1 -all")
    proof = proof_of(LETTER, zone)
    assert (proof.spf, proof.dmarc, proof.aligned) == ("pass", "pass", False)


def test_i5_a_key_that_could_not_be_fetched_is_no_forgery(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    zone.silent.add("s1._domainkey.council.example")
    raw = signed(LETTER, "council.example", covered=(b"from", b"to", b"subject"))
    assert (proof_of(raw, zone).dkim, proof_of(raw, zone).dmarc) == ("temperror", "temperror")


def test_i5_spf_that_could_not_be_looked_up_is_no_forgery(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    zone.silent.add("council.example")
    assert (proof_of(LETTER, zone).spf, proof_of(LETTER, zone).dmarc) == ("temperror", "temperror")


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.1.2.3", "::ffff:192.168.1.1", "", "unix"])
def test_a_front_server_that_nobody_named_makes_no_forgeries(zone: Zone, peer: str) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    zone.publish("council.example", "v=spf1 -all")
    proof = proof_of(LETTER, zone, peer=peer)
    assert (proof.spf, proof.dmarc) == ("none", "temperror")


def test_two_senders_have_no_policy(zone: Zone) -> None:
    zone.publish("_dmarc.council.example", "v=DMARC1; p=reject")
    proof = proof_of(b"From: m@mallory.example\r\n" + LETTER, zone)
    assert (proof.dmarc, proof.aligned, proof.author) == ("none", False, "")


# SPF -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 a:mx.council.example -all", "pass"),
        ("v=spf1 include:council.example -all", "permerror"),
        ("v=spf1 ip4:999.1.1.1 -all", "permerror"),
        ("v=spf1 include:silent.example -all", "temperror"),
        ("v=spf1 exists:%{i}.%{l}.%{d} -all", "fail"),
        ("v=DMARC1", "none"),
        ("v=spf1 " + "ip4:198.51.100.1 " * 3000 + "-all", "fail"),
        ("v=spf1 \x00\xff", "permerror"),
    ],
)
def test_spf_results(zone: Zone, record: str, result: str) -> None:
    zone.publish("council.example", record)
    zone.records["mx.council.example", "A"] = ["192.0.2.1"]
    zone.silent.add("silent.example")
    assert proof_of(LETTER, zone).spf == result


def test_spf_of_the_null_sender_is_that_of_helo(zone: Zone) -> None:
    zone.publish("mx.council.example", "v=spf1 ip4:192.0.2.1 -all")
    assert proof_of(LETTER, zone, mail_from="").spf == "pass"
    assert proof_of(LETTER, zone, mail_from="", helo="[192.0.2.1]").spf == "none"


def test_spf_over_ipv6(zone: Zone) -> None:
    zone.publish("council.example", "v=spf1 a -all")
    zone.records["council.example", "AAAA"] = ["2001:db8::1"]
    assert proof_of(LETTER, zone, peer="2001:db8::1").spf == "pass"
    assert proof_of(LETTER, zone, peer="2001:db8::2").spf == "fail"


def test_spf_asks_only_so_much(zone: Zone) -> None:
    zone.publish("council.example", "v=spf1 " + "mx " * 10 + "-all")
    zone.records["council.example", "MX"] = [f"mx{n}.council.example" for n in range(10)]
    assert proof_of(LETTER, zone).spf == "permerror"
    assert len(zone.asked) < 50


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_no_envelope_breaks_it(mail_from: str, helo: str, peer: str) -> None:
    zone = Zone()
    zone.publish("council.example", "v=spf1 -all")
    for sender in (mail_from, f"{mail_from}@council.example", f"bob@{mail_from}.example"):
        for who in (peer, "192.0.2.1"):
            assert proof_of(LETTER, zone, sender, helo, who).spf in (
                "none",
                "fail",
                "permerror",
                "neutral",
            )


@given(st.text(max_size=200))
def test_no_record_breaks_it(text: str) -> None:
    zone = Zone()
    for prefix in ("", "v=DMARC1;", "v=DMARC1; p=reject;", "v=spf1 "):
        zone.publish("_dmarc.council.example", prefix + text)
        zone.publish("council.example", prefix + text)
        assert proof_of(LETTER, zone).dmarc in ("none", "fail", "pass")
