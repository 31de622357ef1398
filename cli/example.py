"""Plays the mail programs of the people in the examples, for a newcomer who has none at hand."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid, parseaddr
from pathlib import Path

import click
from sqlalchemy import Connection

from cli.app import App, Failure, pass_app
from config import Settings
from storage import lists, subscribers, volunteers
from storage.records import MailingList, Subscriber

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "mails"
LIST = "news@lists.example.org"
MODERATORS = (("bob@council.example", "Bob"), ("amina@charity.example", "Amina"))
READER = ("carol@home.example", "Carol")
TOPICS = (
    ("housing", "Housing", "rent, landlord, tenancy, hosting"),
    ("jobs", "Jobs and training", "vacancy, course, apply, interview"),
    ("health", "Health and wellbeing", "GP, wellbeing, mental health"),
    ("legal", "Legal advice", "asylum, solicitor, family reunion"),
)


def plant(tx: Connection, now: datetime) -> MailingList:
    """A small list with moderators and a reader, to play with."""
    name, _, domain = LIST.partition("@")
    planted = lists.add(tx, MailingList(0, name, domain, "Partnership News", undo_minutes=1), now)
    assert planted is not None
    for key, title, words in TOPICS:
        lists.add_topic(tx, planted.id, key, title, words)
    for address, person in MODERATORS:
        volunteers.add(tx, planted.id, "moderator", address, person, now)
    address, person = READER
    reader = Subscriber(
        0, planted.id, address, person, "active", "weekly", joined_at=now, settled_until=now
    )
    subscribers.add(tx, reader)
    return planted


def hints(settings: Settings) -> str:
    """Commands to paste that play one whole round."""
    if not settings.outgoing.startswith("maildir:"):
        return ""
    return f"""
Try it, in a second terminal in this folder:

  .venv/bin/postround example post          # a partner posts to {LIST}
  .venv/bin/postround example answer yes    # whoever is on duty answers the mail about it
  .venv/bin/postround edition send news --at {_coming_monday()}
  .venv/bin/postround example read          # the newest mail, as {READER[1]} reads it

Each mail that goes out is a file in {settings.outgoing.removeprefix("maildir:")}/new.
"""


def _coming_monday() -> str:
    today = localtime()
    monday = today + timedelta(days=7 - today.weekday())
    return f"{monday:%Y-%m-%d}T10:00"


@click.group("example")
def example_group() -> None:
    """Plays the people of the trial list: post, answer, read."""


@example_group.command(short_help="Sends a mail to the list, as a partner would.")
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--to", "to", default=LIST, show_default=True)
@pass_app
def post(app: App, file: Path | None, to: str) -> None:
    """Sends FILE, or the first example, to the list, as a partner's mail program would."""
    raw = (file or sorted(EXAMPLES.glob("*.eml"))[0]).read_bytes()
    sender = parseaddr(str(message_from_bytes(raw).get("From", "")))[1]
    _send(app.settings, raw, sender, to)
    click.echo(f"{sender} has sent a mail to {to}.")


@example_group.command(short_help="Answers the newest mail that asks a moderator.")
@click.argument("words")
@click.option("--as", "who", default="", help="Who answers; whoever got the newest mail if empty.")
@pass_app
def answer(app: App, words: str, who: str) -> None:
    """Replies WORDS to the newest mail that waits for a moderator's answer."""
    asked = _newest(app.settings, who, ("post_held", "post_decided", "verdict_undone"))
    sender = parseaddr(str(asked["To"]))[1]
    reply = reply_to(asked, words)
    _send(app.settings, reply.as_bytes(), sender, str(reply["To"]))
    click.echo(f'{sender} has answered {words!r} to "{asked["Subject"]}".')


@example_group.command()
@click.option("--as", "who", default=READER[0], show_default=True, help="Whose newest mail.")
@pass_app
def read(app: App, who: str) -> None:
    """Prints the newest mail to a person, as text."""
    mail = _newest(app.settings, who, ())
    click.secho(f"Subject: {mail['Subject']}\nTo: {mail['To']}\n", bold=True)
    body = mail.get_body(("plain",))
    click.echo(body.get_content() if body else "(no text)")


def reply_to(mail: EmailMessage, words: str) -> EmailMessage:
    """A reply as a phone writes it: the words on top, the mail quoted below."""
    body = mail.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (body.get_content() if body else "").splitlines())
    reply = EmailMessage(policy=policy.SMTP)
    reply["From"] = str(mail["To"])
    reply["To"] = parseaddr(str(mail["Reply-To"]))[1]
    reply["Subject"] = f"Re: {mail['Subject']}"
    reply["Date"] = format_datetime(localtime())
    reply["Message-ID"] = make_msgid(domain="phone.example")
    reply["In-Reply-To"] = str(mail["Message-ID"])
    reply["References"] = str(mail["Message-ID"])
    reply.set_content(f"{words}\n\nOn {mail['Date']}, {mail['From']} wrote:\n{quoted}\n")
    return reply


def _newest(settings: Settings, who: str, letters: tuple[str, ...]) -> EmailMessage:
    """The newest mail in the Maildir that fits. Raises Failure when there is none."""
    if not settings.outgoing.startswith("maildir:"):
        raise Failure("The examples need mail to go to a Maildir (POSTROUND_OUTGOING).")
    folder = Path(settings.outgoing.removeprefix("maildir:"))
    files = sorted((folder / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
    for file in reversed(files):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        fits = not who or who in str(mail["To"])
        if fits and (not letters or str(mail["Postround-Letter"]) in letters):
            return mail
    raise Failure("There is no such mail yet; wait a moment, or send a post first.")


def _send(settings: Settings, raw: bytes, sender: str, to: str) -> None:
    host, _, port = settings.smtp_listen.rpartition(":")
    try:
        with smtplib.SMTP(host, int(port), timeout=30) as client:
            client.sendmail(sender, [to], raw)
    except (OSError, smtplib.SMTPException) as error:
        raise Failure(f"The mail was not taken: {error}. Is the service running?") from error


COMMANDS = (example_group,)
