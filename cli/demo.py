"""Plays a week of a partnership against the real service, and leaves its mails to look at.

Partners post from different mail programs, moderators answer, Monday comes. Everything goes
through real SMTP; nothing leaves the machine.
"""

from __future__ import annotations

import re
import shutil
import smtplib
import time
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import localtime, parseaddr
from pathlib import Path

import click

from cli.app import Failure
from cli.example import EXAMPLES, LIST
from cli.town import Town, text_of

RESULTS = ("mails", "outgoing", "edition-*", "postround.db*", "service.log")

# What a moderator answers to each example, as typed on the phone.
ANSWERS = {
    "01-workshop-plain-text": "Yes\ntopics: housing",
    "02-courses-outlook-logo-disclaimer": "Yes thanks",
    "03-vacancy-windows-1252-docx": "Yes – topics: jobs",
    "04-opening-from-a-phone": "Ok, approve this please\ntitle: Drop-in: open over Christmas",
    "06-english-and-arabic": "yes topics: jobs",
    "07-newsletter-html-only": "Yes, topics: legal, housing",
    "08-forwarded-by-outlook": "yes\ntopics: health",
    "09-forwarded-as-attachment": "yes\ntopics: legal",
    "10-photo-with-place": "👍\ntopics: health",
    "12-names-a-child": "No, it names a child and an address. Please send it again without them.",
    "13-spam-offer": "spam",
    "14-advert": "No, this is an advert. Please send us events and services.",
}


@click.command(short_help="Plays a whole week in under a minute.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the results are left.",
)
def demo(folder: Path) -> None:
    """Plays a whole week in under a minute and leaves the mails and pages in a folder."""
    if not EXAMPLES.is_dir():
        raise Failure("The demonstration needs the examples folder of the project's own files.")
    _clear(folder)
    town = Town(folder.resolve())
    try:
        town.open()
        _week(town)
    except (OSError, smtplib.SMTPException) as error:
        raise Failure(f"It broke off ({error}): see {town.folder}/service.log.") from error
    finally:
        town.close()
    _leave_results(town)


def _clear(folder: Path) -> None:
    """Makes room for the results; takes away nothing but what a demonstration left before."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if not any(path.match(name) for name in RESULTS):
            raise Failure(f"{folder} holds something else: {path.name}. Name another folder.")
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _week(town: Town) -> None:
    say = town.say
    say("Readers join", "Dilan by email, Esther on the web page; Carol is there already.")
    _joins(town)
    say("Partners post", "each from another mail program, all to " + LIST)
    for file in sorted(EXAMPLES.glob("*.eml")):
        _posts(town, file)
    say("Somebody is away", "the moderator's out-of-office answers first, and decides nothing.")
    _out_of_office(town)
    say("Moderators decide", "by replying to a mail, with a word.")
    for file in sorted(EXAMPLES.glob("*.eml")):
        _decides(town, file)
    say("A slip", "a yes is taken back before anybody got the post, and given again.")
    _changes_mind(town)
    say("A stranger", "Mallory makes up a mark, and writes to a list that is not there.")
    _mallory(town)
    say("Monday, 10:00", "the round-up leaves: one mail for each reader, of their topics.")
    _monday(town)
    say("One item whole", "Carol replies to the round-up, and gets the file too.")
    _more(town)


def _joins(town: Town) -> None:
    town.send("dilan@house.example", "news-join@lists.example.org", "Subject: join\r\n\r\njoin")
    asked = town.wait("joining_confirm", "dilan@house.example")
    town.reply(asked, "Yes please")
    done = town.wait("joining_done", "dilan@house.example")
    town.reply(done, "topics housing, jobs\nplain")
    changed = town.wait("settings_changed", "dilan@house.example")
    town.tell(f"Dilan: {_sentences(changed)}")
    town.form(
        f"/join/{LIST}",
        {
            "address": "esther@home.example",
            "name": "Esther",
            "frequency": "weekly",
            "topics": "health",
        },
    )
    mail = town.wait("joining_confirm", "esther@home.example")
    link = re.search(r"http://\S+/confirm/\S+", text_of(mail))
    assert link is not None
    page = town.get(link[0])
    assert "<form" in page, "opening the link must change nothing"
    town.form(link[0], {})
    town.wait("joining_done", "esther@home.example")
    town.tell("Esther: joined with the topic Health and wellbeing")


def _posts(town: Town, file: Path) -> None:
    raw = file.read_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    sender = parseaddr(str(message["From"]))[1]
    town.send_raw(sender, LIST, raw)
    held = town.wait_held(sender, file.stem)
    town.tell(f"{sender:32} {str(message['Subject'])[:52]:54} asked: {held['To']}")


def _out_of_office(town: Town) -> None:
    asked = next(iter(town.held.values()))
    auto = EmailMessage(policy=policy.SMTP)
    auto["From"], auto["To"] = str(asked["To"]), parseaddr(str(asked["Reply-To"]))[1]
    auto["Subject"] = f"Automatic reply: {asked['Subject']}"
    auto["Auto-Submitted"] = "auto-replied"
    auto["In-Reply-To"] = str(asked["Message-ID"])
    auto.set_content("I am away until Monday.\n\nYes, I will read your mail when I am back.\n")
    town.send_raw(parseaddr(str(asked["To"]))[1], str(auto["To"]), auto.as_bytes())


def _decides(town: Town, file: Path) -> None:
    asked = town.held[file.stem]
    words = ANSWERS.get(file.stem, "yes")
    town.reply(asked, words)
    decided = town.wait("post_decided", str(asked["To"]), thread=asked)
    town.tell(f"{words.splitlines()[0]!r:60.60} → {_first_line(decided)}")


def _first_line(mail: EmailMessage) -> str:
    """What happened: the subject is that of the whole thread."""
    return next(line for line in text_of(mail).splitlines() if line.strip())


def _changes_mind(town: Town) -> None:
    asked = town.held["01-workshop-plain-text"]
    decided = town.wait("post_decided", str(asked["To"]), thread=asked)
    town.reply(decided, "undo")
    undone = town.wait("verdict_undone", str(asked["To"]), thread=asked)
    town.tell(_first_line(undone))
    town.reply(undone, "👍")
    again = town.wait("post_decided", str(asked["To"]), thread=asked, after=decided)
    town.tell(_first_line(again))


def _mallory(town: Town) -> None:
    for address in (
        "news-verdict+0911a1b1aaaaaaaaaaaaaaaaaaaa@lists.example.org",
        "all@lists.example.org",
    ):
        try:
            town.send("mallory@evil.example", address, "Subject: x\r\n\r\nyes")
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = refused.recipients[address]
            town.tell(f"{address.partition('@')[0][:24]}…: {code} {text.decode()}")
        else:
            raise Failure(f"{address} was taken, and should not have been.")


def _monday(town: Town) -> None:
    monday = localtime() + timedelta(days=7 - localtime().weekday())
    said = town.command("edition", "send", "news", "--at", f"{monday:%Y-%m-%d}T10:00")
    town.tell(said.strip())
    for reader in ("carol@home.example", "dilan@house.example", "esther@home.example"):
        mail = town.wait("edition", reader)
        items = re.findall(r"(?m)^\s{0,3}\d+\.? ", text_of(mail))
        town.tell(f"{reader:24} {mail.get_content_type():24} {len(items) // 2 or len(items)} items")


def _more(town: Town) -> None:
    carol = "carol@home.example"
    round_up = town.wait("edition", carol)
    words = re.search(r"more \d+", text_of(round_up))
    assert words is not None, "no item names a file"
    town.reply(round_up, words[0])
    whole = town.wait("item_whole", carol)
    files = ", ".join(str(part.get_filename()) for part in whole.iter_attachments())
    town.tell(f"{words[0]!r} → {whole['Subject']}, with {files}")


def _leave_results(town: Town) -> None:
    """Every mail as a file that opens in a mail program; the round-ups as HTML and text too."""
    mails = town.folder / "mails"
    mails.mkdir()
    for number, mail in enumerate(town.mails(), 1):
        person = parseaddr(str(mail["To"]))[1].partition("@")[0]
        name = f"{number:03}-{mail['Postround-Letter']}-{person}"
        (mails / f"{name}.eml").write_bytes(mail.as_bytes())
        if mail["Postround-Letter"] == "edition":
            for kind, ending in (("plain", "txt"), ("html", "html")):
                body = mail.get_body((kind,))
                if body is not None:
                    (town.folder / f"edition-{person}.{ending}").write_text(body.get_content())
    took = time.monotonic() - town.began
    click.echo()
    click.secho(f"Done in {took:.0f} seconds. To look at:", bold=True)
    for path in sorted(town.folder.glob("edition-*")):
        click.echo(f"  {path}")
    click.echo(f"  {mails}/ ({len(town.mails())} mails)")
    click.echo(f"  {town.folder}/service.log")


def _sentences(mail: EmailMessage) -> str:
    """The sentences of a list in a mail's text."""
    lines = text_of(mail).splitlines()
    return " ".join(line[2:] for line in lines if line.startswith("- "))


COMMANDS = (demo,)
