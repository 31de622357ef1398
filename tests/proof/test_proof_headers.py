"""What a partner's mail program and its servers wrote into the header reaches no reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import plant
from tests.journeys.test_journey_monday import DUE, LIST
from tests.mailbox import answer, mails
from tests.needs import times
from tests.servers import Installation

SECRET = "tattletale"
NAMES = (
    "Received", "Cc", "Bcc", "Reply-To", "Sender", "Return-Path", "Delivered-To", "Resent-From",
    "User-Agent", "Organization", "Comments", "Keywords", "Thread-Topic", "Thread-Index",
    "Accept-Language", "Authentication-Results", "ARC-Seal", "DKIM-Signature", "Received-SPF",
    "Disposition-Notification-To", "Return-Receipt-To", "Errors-To", "Face", "Autocrypt",
    "In-Reply-To", "References", "Priority", "Importance", "Sensitivity", "Expires",
    *(f"X-{name}" for name in (
        "Originating-IP", "Mailer", "MimeOLE", "Sender-IP", "AuthUser", "Spam-Status", "Virus",
        "PHP-Originating-Script", "MS-Exchange-Organization-AuthAs", "MS-Has-Attach", "Forefront",
        "Google-Smtp-Source", "Gm-Message-State", "Received", "Originalarrivaltime", "Face",
        "Priority", "Report-Abuse", "Campaign", "Source-IP", "Client-Addr", "Auth-Id", "Proofpoint",
        "Yahoo-Newman-Id", "YMail-OSG", "Apple-Mail-Remote-Attachments", "Uniform-Type", "UID",
        "Evolution-Source", "KMail-Identity", "Mozilla-Status",
    )),
)  # fmt: skip


@pytest.fixture
def town(new_installation: Callable[..., Installation], sqlite_url: str) -> Installation:
    plant(sqlite_url)
    installation = new_installation(sqlite_url, POSTROUND_LIMIT_STRANGERS_PER_HOUR="1000")
    installation.start("run")
    return installation


def marked(number: int) -> bytes:
    fields = [
        f"{name}: {SECRET}-{place} <{SECRET}@{SECRET}.example>" for place, name in enumerate(NAMES)
    ]
    fields += [
        "From: Alice <alice@charity.example>",
        f"To: {LIST}, {SECRET}-to@charity.example",
        f"Subject: Post number {number}",
        f"Message-ID: <{number}@{SECRET}.internal.example>",
        f'Content-Type: text/plain; charset="utf-8"; x-tag="{SECRET}"',
    ]
    return ("\r\n".join(fields) + f"\r\n\r\nWords of post {number}.\r\n").encode()


@pytest.mark.proof
def test_h1_sixty_marked_headers_reach_no_reader_and_no_moderator(town: Installation) -> None:
    many = times(2, 100)
    assert len(NAMES) >= 60
    for number in range(many):
        town.send(marked(number), "alice@charity.example", LIST)
        subject = f"Post number {number}"
        held = town.wait_for_mail(letter="post_held", subject=subject, timeout=60)
        town.send(answer(held, "yes"), held.to[0], held.reply_to)
        town.wait_for_mail(letter="post_decided", subject=subject, timeout=60)
    town.command("edition", "send", "news", "--at", DUE)
    round_up = town.wait_for_mail(letter="edition", to="carol@home.example", timeout=60)
    assert "Words of post 0" in round_up.text
    others = [mail for mail in mails(town.outgoing) if "alice@charity.example" not in mail.to]
    leaked = [mail.letter for mail in others if SECRET.encode() in mail.raw]
    print(f"{len(NAMES)} marked headers in {many} posts, {len(others)} mails: {len(leaked)} leaks")
    assert leaked == []
