"""One whole mail: nothing that anybody typed becomes a header, a recipient or a long line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.compose import Draft, _field, compose, new_message_id, one_person
from storage.records import Attachment, MailingList
from tests.mailbox import Mail

NEWS = MailingList(1, "news", "lists.example.org", "Leeds Migration News")
DRAFT = Draft(
    letter="post_held",
    to="bob@example.org",
    subject="Please decide: Food bank hours",
    text="Open on Friday.\n",
    html=None,
    created_at=datetime(2026, 11, 18, 12, 0, tzinfo=ZoneInfo("Europe/London")),
    message_id="abc@lists.example.org",
    reply_to="news-verdict+mark@lists.example.org",
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def sent(draft: Draft, sender: MailingList = NEWS) -> Mail:
    """The mail as it leaves, checked for what must hold for every one of ours."""
    raw = compose(sender, draft)
    # An address beyond ASCII goes as it is, to servers that carry it (RFC 6532 §3.2).
    assert b"".join(one for one in raw.split(b"\r\n") if not one.startswith(b"To: ")).isascii()
    assert b"\0" not in raw
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    parsed = message_from_bytes(raw, policy=policy.default)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Postround-Letter"):
        assert len(parsed.get_all(name, [])) == 1, name
    assert len(Mail(raw).to) == 1
    return Mail(raw)


def test_e12_an_address_beyond_ascii_is_no_encoded_word() -> None:
    raw = compose(NEWS, replace(DRAFT, to="cärol@bücher.example"))
    assert "\r\nTo: cärol@xn--bcher-kva.example\r\n".encode() in raw
    raw = compose(NEWS, replace(DRAFT, reply_to="cärol@reader.example"))
    assert raw.isascii(), "a mail to somebody else must pass any server"


def test_the_headers_of_every_mail() -> None:
    mail = sent(replace(DRAFT, in_reply_to="1@charity.example"))
    assert {name: mail.header(name) for name in mail.message} == {
        "From": "Leeds Migration News <news@lists.example.org>",
        "To": "bob@example.org",
        "Subject": "Please decide: Food bank hours",
        "Date": "Wed, 18 Nov 2026 12:00:00 +0000",
        "Message-ID": "<abc@lists.example.org>",
        "Reply-To": "news-verdict+mark@lists.example.org",
        "In-Reply-To": "<1@charity.example>",
        "References": "<1@charity.example>",
        "Auto-Submitted": "auto-generated",
        "List-Id": "<news.lists.example.org>",
        "Postround-Letter": "post_held",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert mail.text == "Open on Friday.\n"


@given(text)
def test_no_subject_brings_a_header(subject: str) -> None:
    mail = sent(replace(DRAFT, subject=f"Please decide: {subject}"))
    assert mail.header("Bcc") == ""


@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0"]
)
def test_c19_line_ends_in_a_title_are_no_new_header(end: str) -> None:
    bait = f"Food{end}Bcc: mallory@evil.example{end}{end}body"
    mail = sent(replace(DRAFT, subject=bait), replace(NEWS, title=f"News{end}Bcc: m@evil.example"))
    assert mail.header("Bcc") == ""
    assert "Open on Friday" in mail.text


@given(text, text)
def test_the_text_arrives_as_it_was_written(start: str, rest: str) -> None:
    body = "\n".join(f"{start} {rest} ende é 你好 👍".splitlines()) + "\n"
    assert sent(replace(DRAFT, text=body)).text == body


def test_long_lines_without_a_space_are_broken_on_the_way_only() -> None:
    body = "https://charity.example/" + "a" * 5000 + "\n"
    mail = sent(replace(DRAFT, text=body, html=f"<p>{body}</p>", subject="é" * 900))
    assert mail.text == body
    assert body.strip() in mail.html
    assert mail.subject == "é" * 900


@pytest.mark.parametrize(
    ("address", "header"),
    [
        ("carol@reader.example", "carol@reader.example"),
        ("Carol.O'Neill+news@Reader.example", "Carol.O'Neill+news@reader.example"),
        ("carol@bücher.example", "carol@xn--bcher-kva.example"),
        ('"carol c"@reader.example', '"carol c"@reader.example'),
        ("carol,mallory@evil.example", '"carol,mallory"@evil.example'),
        ("carol@x, mallory@evil.example", '"carol@x, mallory"@evil.example'),
        ("<mallory@evil.example>carol@x.example", '"<mallory@evil.example>carol"@x.example'),
        ('a"b@reader.example', r'"a\"b"@reader.example'),
        ("group:carol@reader.example", '"group:carol"@reader.example'),
        ("(comment)carol@reader.example", '"(comment)carol"@reader.example'),
        ("x" * 64 + "@" + "d" * 60 + ".example", "x" * 64 + "@" + "d" * 60 + ".example"),
    ],
)
def test_d12_a_mail_goes_to_one_address(address: str, header: str) -> None:
    assert sent(replace(DRAFT, to=address)).header("To") == header


@given(text, st.sampled_from(["reader.example", "bücher.example", "[192.0.2.1]", ""]))
def test_no_address_breaks_a_mail(local: str, domain: str) -> None:
    sent(replace(DRAFT, to=f"{local}@{domain}"))


@pytest.mark.parametrize(
    "message_id",
    [
        "",
        "1@a> <2@b",
        "1@a\r\nBcc: mallory@evil.example",
        "two words@a",
        "ü@a",
        "1@" + "a" * 2000,
        "\0@a",
    ],
)
def test_a_strangers_odd_message_id_starts_no_thread(message_id: str) -> None:
    mail = sent(replace(DRAFT, in_reply_to=message_id))
    assert mail.header("In-Reply-To") == ""


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [
        ("application/pdf", "application/pdf"),
        ("Image/JPEG", "image/jpeg"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("text/plain", "text/plain"),
        ("nothing", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("a/b; name=x\r\nBcc: m@evil.example", "application/octet-stream"),
        ("application/" + "x" * 2000, "application/octet-stream"),
    ],
)
def test_attachments_arrive_whole_whatever_they_say_they_are(content_type: str, shown: str) -> None:
    name = "Plakat für Alice\r\n" + "ö" * 300 + ".pdf"
    attachment = Attachment(name, content_type, bytes(range(256)) * 20)
    mail = sent(replace(DRAFT, attachments=[attachment]))
    (part,) = mail.message.iter_attachments()
    assert part.get_content_type() == shown
    assert part.get_payload(decode=True) == attachment.content
    assert (part.get_filename() or "").startswith("Plakat für Alice ö")
    assert mail.text == DRAFT.text


def test_html_stands_last_and_text_is_whole_by_itself() -> None:
    mail = sent(replace(DRAFT, html="<p>Open on <b>Friday</b>.</p>"))
    assert mail.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


def test_message_ids_are_ours_and_never_twice() -> None:
    made = {new_message_id("lists.example.org") for _ in range(100)}
    assert len(made) == 100
    assert all(one.endswith("@lists.example.org") for one in made)


def test_c16_a_subject_that_looks_encoded_is_not_decoded_again() -> None:
    mail = sent(replace(DRAFT, subject="Æbleskiver =?utf-8?Q?caf=A9?= på fredag"))
    assert mail.subject == "Æbleskiver = ?utf-8?Q?caf=A9?= på fredag"


@pytest.mark.parametrize(
    "address",
    [
        "a@" + "(" * 400,
        "a" * 300 + "@" + "b" * 300 + ".example",
        "exchange329e71ec88ae4615bbc36ab6ce41109e7@tenant.onmicrosoft.\ufffdom",
        "bób-the-moderator-of-the-whole-town-and-its-neighbours@council-of-the-town.example",
    ],
)
def test_no_address_is_folded_or_encoded(address: str) -> None:
    assert _field("To", one_person(address)) == f"To: {address}\r\n".encode()


@given(st.text('"\\\\@().,;:<>[] aé\0\n', max_size=30))
def test_no_address_breaks_a_header(address: str) -> None:
    line = _field("To", one_person(address))
    assert line.startswith(b"To: ") and line.endswith(b"\r\n") and line.count(b"\n") == 1


def test_a_quoted_local_part_is_quoted_once() -> None:
    for address in ('"a b"@c.example', '"a\\"b"@c.example', "a.b+c@c.example"):
        assert _field("To", one_person(address)) == f"To: {address}\r\n".encode()


def test_an_address_beyond_ascii_to_answer_to_stays_on_its_line() -> None:
    address = one_person("exchange329e71ec88ae4615bbc36ab6ce41109e7@tenant.onmicrosoft.\ufffdom")
    assert _field("Reply-To", address).isascii()
    assert b"\r\n" not in _field("Reply-To", address).removesuffix(b"\r\n")
