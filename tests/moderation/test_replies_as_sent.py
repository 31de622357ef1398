"""Whole mails of honest moderators, and of others who must never send a post to readers, from the
bytes to the verdict."""

from __future__ import annotations

import tomllib
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from ingest.read import read
from ingest.trim import without_disclaimers
from moderation.verdict import SENDS, Verdict, read_verdict

NAMES = ("Bob Baker", "Amina Khan", "Siân Davies", "Zoé Martin")
ASKED = """Sent by Alice (alice@charity.example). We are sure of this.

------------------------------------------------------------------------

Food bank hours

We open at ten. Please say yes to volunteering! Approve or reject, no fuss.

------------------------------------------------------------------------

Reply with one word on the first line:

  YES to send it to readers
  NO and your reason, which we pass on to the author
"""
QUOTED = "\n".join(f"> {line}".rstrip() for line in ASKED.split("\n"))
NEWS = "News <news@lists.example.org>"
OUTLOOK = """

________________________________
From: News <news@lists.example.org>
Sent: 18 November 2026 12:00
To: Bob Baker <bob@council.example>
Subject: Please decide: Food bank hours

"""
OUTLOOK_FR = """

________________________________
De : News <news@lists.example.org>
Envoyé : mercredi 18 novembre 2026 12:00
À : Bob <bob@council.example>
Objet : Please decide: Food bank hours

"""
BELOW = {
    "{gmail}": f"\n\nOn Wed, 18 Nov 2026 at 12:00, {NEWS} wrote:\n\n{QUOTED}",
    "{outlook}": OUTLOOK + ASKED,
    "{outlook_fr}": OUTLOOK_FR + ASKED,
    "{quoted}": QUOTED,
    "{asked}": ASKED,
    "{page}": ASKED.replace("<", "&lt;").replace("\n", "<br>"),
}
FILE = Path(__file__).parent / "replies_as_sent.toml"
MAILS: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["mail"]
HONEST = [mail for mail in MAILS if mail["means"] != "not yes"]
OTHERS = [mail for mail in MAILS if mail["means"] == "not yes"]


def _told(mail: dict[str, Any]) -> str:
    return str(mail.get("text") or mail["page"])[:40]


def _verdict(mail: dict[str, Any]) -> Verdict:
    reading = read(_as_sent(mail))
    if reading.auto_submitted:
        return Verdict("unclear")
    typed = without_disclaimers(reading.reply_text)
    return read_verdict(typed, NAMES, mail.get("language", "en"), thanked="Alice Archer")


def _as_sent(mail: dict[str, Any]) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Bob Baker <bob@council.example>"
    message["To"] = "news-verdict+0abcdefghijklmnopqrstuvwxyz@lists.example.org"
    message["Subject"] = mail.get("subject", "Re: Please decide: Food bank hours")
    message["Message-ID"] = "<reply.1@mail.example>"
    message["In-Reply-To"] = message["References"] = "<asked.1@lists.example.org>"
    if "auto_submitted" in mail:
        message["Auto-Submitted"] = mail["auto_submitted"]
    bodies = [(_filled(mail[kind]), kind) for kind in ("text", "page") if kind in mail]
    (first, kind), *more = bodies
    message.set_content(first, subtype="html" if kind == "page" else "plain")
    for page, _ in more:
        message.add_alternative(page, subtype="html")
    return message.as_bytes()


def _filled(text: str) -> str:
    for name, below in BELOW.items():
        text = text.replace(name, below)
    return text


@pytest.mark.parametrize("mail", HONEST, ids=_told)
def test_an_honest_reply_is_understood(mail: dict[str, Any]) -> None:
    verdict = _verdict(mail)
    assert verdict.kind == mail["means"]
    assert verdict.reason == mail.get("reason", verdict.reason)
    assert verdict.fields == mail.get("fields", verdict.fields)


@pytest.mark.parametrize("mail", OTHERS, ids=_told)
def test_d7_what_is_no_plain_yes_sends_nothing(mail: dict[str, Any]) -> None:
    assert _verdict(mail).kind not in SENDS


def test_the_mails_are_many_enough_to_mean_something() -> None:
    assert len(HONEST) >= 100
    assert len(OTHERS) >= 120
