"""Addresses that strangers wrote: cut, unwrapped, refused or shown for what they are."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.links import SCHEMES, clean_link, linkify, lying_host


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://a.example/?utm_source=x&b=2&fbclid=3#utm_a=1", "https://a.example/?b=2"),
        ("HTTPS://A.Example/Path?x=%20y", "https://a.example/Path?x=%20y"),
        ("https://bank.example@evil.example/x", "https://evil.example/x"),
        ("https:\\\\evil.example\\a b", "https://evil.example/a%20b"),
        ("http:evil.example", "http://evil.example"),
        ("http://%65vil.example/", "http://evil.example/"),
        ("https://b\u0430nk.example/", "https://xn--bnk-6cd.example/"),
        ("https://münchen.example/ö", "https://xn--mnchen-3ya.example/ö"),
        ("https://a.exam\nple/\tb", "https://a.example/b"),
        ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
        ("https://a.example/{{7*7}}", "https://a.example/%7B%7B7*7%7D%7D"),
        ("mailto:info@a.example?bcc=x@b.example&subject=Hi", "mailto:info@a.example?subject=Hi"),
        ("tel:+44 113 496 0123", "tel:+441134960123"),
        ("cid:part1@a.example", "cid:part1@a.example"),
        ("javascript:alert(1)", None),
        (" java\nscript:alert(1)", None),
        ("data:text/html,<script>", None),
        ("vbscript:x", None),
        ("file:///etc/passwd", None),
        ("//evil.example", None),
        ("/path", None),
        ("", None),
        ("https://", None),
        ("mailto:?subject=x", None),
        ("tel:<script>", None),
        ("https://a.example/" + "x" * 5000, None),
    ],
)
def test_c7_c9_links(written: str, link: str | None) -> None:
    assert clean_link(written) == link


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://eur01.safelinks.protection.outlook.com/"
        "?url=https%3A%2F%2Fcharity.example%2Fjobs%3Futm_source%3Dx%26a%3D1&data=05%7Calice%40a.example",
        "https://www.google.com/url?q=https://charity.example/jobs%3Fa%3D1&sa=D",
        "https://urldefense.com/v3/__https://charity.example/jobs?a=1__;!!abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__charity.example_jobs-3Fa-3D1&d=Dw",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fcharity.example%2Fjobs%3Fa%3D1%26fbclid%3Dx&h=A",
    ],
)
def test_the_wrapping_of_mail_filters_goes(wrapped: str) -> None:
    assert clean_link(wrapped) == "https://charity.example/jobs?a=1"


@pytest.mark.parametrize(
    ("text", "link", "real"),
    [
        ("bank.example", "https://evil.example/", "evil.example"),
        ("Log in at www.bank.example now", "https://evil.example/", "evil.example"),
        ("https://bank.example@evil.example", "https://evil.example/", "evil.example"),
        ("bank\u2024example", "https://evil.example/", "evil.example"),
        ("BANK.EXAMPLE", "https://evil.example/", "evil.example"),
        ("ban\u200bk.example", "https://evil.example/", "evil.example"),
        ("help@bank.example", "mailto:x@evil.example", "evil.example"),
        ("b\u0430nk.example", "https://xn--bnk-6cd.example/", "xn--bnk-6cd.example"),
        (
            "bank.example",
            "https://evil.bank.example.evil.example/",
            "evil.bank.example.evil.example",
        ),
        ("www.bank.example", "https://login.bank.example/", None),
        ("nhs.uk", "https://www.nhs.uk/", None),
        ("münchen.example", "https://xn--mnchen-3ya.example/", None),
        ("Node.js and notes.pdf, e.g. 10.30", "https://a.example/", None),
        ("notes.zip", "https://a.example/notes.zip", None),
        ("Read more", "https://evil.example/", None),
        ("0113 496 0000", "tel:01134960000", None),
    ],
)
def test_c10_lying_links(text: str, link: str, real: str | None) -> None:
    assert lying_host(text, link) == real


def test_linkify_escapes_and_links() -> None:
    assert linkify("See https://a.example/b?utm_source=c (or www.x.example/y_(z)). <b> {{7}}") == (
        'See <a href="https://a.example/b">https://a.example/b</a> '
        '(or <a href="https://www.x.example/y_(z)">www.x.example/y_(z)</a>). &lt;b&gt; {{7}}'
    )
    assert linkify("Mail info@a.example.") == (
        'Mail <a href="mailto:info@a.example">info@a.example</a>.'
    )
    assert linkify("<https://a.example/>") == (
        '<a href="https://a.example/">https://a.example/</a>'
    )


@pytest.mark.parametrize("bait", ["a", "a@", "www.", "a.", "http://a(", "x)", "https://", "@a.b"])
def test_c17_linkify_is_quick(bait: str) -> None:
    start = time.process_time()
    linkify(bait * 30_000)
    assert time.process_time() - start < 0.5


@given(st.text() | st.text().map("https://".__add__) | st.text().map("mailto:".__add__))
def test_cleaned_links_are_allowed_and_stay_as_they_are(text: str) -> None:
    link = clean_link(text)
    if link is not None:
        assert link.partition(":")[0] in SCHEMES
        assert clean_link(link) == link
        assert not set(link) & set('"<> \n\r\t`{}')


@given(st.text())
def test_linkify_never_raises(text: str) -> None:
    assert "<script" not in linkify(text)
