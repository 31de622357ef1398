"""The mails of an edition as they leave: whole, with the headers that they must have."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from dkim.canonicalization import Relaxed
from sqlalchemy import select, update

from delivery.assemble import Plain
from delivery.dkim_sign import Key, Signer
from delivery.edition_mail import EditionMails
from delivery.letters import Desk
from delivery.marks import Marks
from storage import logos, outgoing, posts
from storage.database import Database
from storage.records import Attachment, Outgoing
from storage.tables import outgoing as outbox
from storage.tables import subscriber
from tests.digest.town import Town, local, settle
from tests.signing import rsa_key

MONDAY = local("2026-11-23")
MARKS = Marks("s" * 32)
DESK = Desk(MARKS, "https://lists.example")


@pytest.fixture
def town(database: Database) -> Town:
    return settle(database)


def rows(town: Town, reader: int) -> list[Outgoing]:
    here = (outbox.c.subscriber_id == reader) & (outbox.c.letter == "edition")
    with town.db.read() as tx:
        numbers = tx.execute(select(outbox.c.id).where(here).order_by(outbox.c.id)).scalars()
        found = [outgoing.by_id(tx, number) for number in numbers]
    return [row for row in found if row is not None]


def built(town: Town, reader: int) -> EmailMessage:
    (row,) = rows(town, reader)
    mail = EditionMails(town.db, DESK).build([row])[row.id]
    assert mail is not None and b"\0" not in mail
    assert all(len(line) <= 78 or line.startswith(b" <") for line in mail.split(b"\r\n")), mail
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage) and not message.defects
    return message


def words(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_round_up_carries_all_headers_of_list_mail(town: Town) -> None:
    carol = town.reader("carol")
    town.post("Room to let £90", local("fri", "12:00"), "housing")
    town.tick(MONDAY)
    message = built(town, carol)
    (row,) = rows(town, carol)
    mark = MARKS.mint("settings", carol, day=MONDAY.date())
    leave = MARKS.mint("leave", carol, day=MONDAY.date())
    assert message["To"] == "carol@example.org"
    assert message["From"] == "Town News <news@lists.example>"
    assert message["Reply-To"] == f"news-settings+{mark}@lists.example"
    assert message["Message-ID"] == f"<{row.message_id}>"
    assert message["Date"].datetime == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert "23 November 2026" in message["Subject"]
    assert message["Postround-Letter"] == "edition"
    assert message["List-Id"] == "<news.lists.example>"
    assert message["List-Unsubscribe"] == (
        f"<https://lists.example/leave/{leave}>, "
        f"<mailto:{message['Reply-To']}?subject=stop&body=stop>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Help"] == "<mailto:news-help@lists.example>"
    assert message["List-Post"] == "<mailto:news@lists.example>"
    assert message["List-Subscribe"] == "<mailto:news-join@lists.example>"
    assert message["List-Owner"] == "<mailto:news-owner@lists.example>"
    assert message["Precedence"] == "list"
    assert message["Auto-Submitted"] == "auto-generated"


def test_both_parts_say_the_same_with_contents_numbers_and_closing_lines(town: Town) -> None:
    carol = town.reader("carol")
    town.post("Room & board £90", local("fri", "12:00"), "housing", "law")
    town.post("Driver", local("fri", "13:00"), "jobs")
    town.tick(MONDAY)
    message = built(town, carol)
    text, html = words(message, "plain"), words(message, "html")
    assert text.index("1. Room & board £90") < text.index("2. Driver") < text.index("HOUSING (1)")
    assert text.index("HOUSING (1)") < text.index("JOBS (1)")
    assert "Law" in text.split("HOUSING (1)")[1].split("JOBS (1)")[0]
    assert "Room &amp; board £90" in html and "Housing" in html
    for part in (text, html):
        assert "carol@example.org" in part
        assert (
            f"https://lists.example/leave/{MARKS.mint('leave', carol, day=MONDAY.date())}" in part
        )
        assert "alice@charity.example" in part


def test_a_plain_reader_gets_one_text_part(town: Town) -> None:
    carol = town.reader("carol", format="plain")
    town.post("Room", local("fri", "12:00"))
    town.tick(MONDAY)
    assert built(town, carol).get_content_type() == "text/plain"


def test_a_post_that_goes_straight_away_lends_the_mail_its_title(town: Town) -> None:
    town.tick(local("thu"))
    carol = town.reader("carol", "straight away")
    town.post("Eviction ban ends today", local("thu", "12:00"), "housing")
    town.tick(local("thu", "12:00"))
    message = built(town, carol)
    assert "Eviction ban ends today" in message["Subject"]
    assert "In this mail" not in words(message, "plain")


def test_f12_a_post_withdrawn_before_the_mail_left_is_not_in_it(town: Town) -> None:
    carol, dora = town.reader("carol"), town.reader("dora", "weekly", "jobs")
    gone = town.post("Gone", local("fri", "12:00"), "jobs")
    town.post("Here", local("fri", "13:00"), "housing")
    town.tick(MONDAY)
    mails = EditionMails(town.db, DESK)
    both = rows(town, carol) + rows(town, dora)
    assert all(mails.build(both).values())
    with town.db.write() as tx:
        assert posts.change_state(tx, gone, ["approved"], "withdrawn", {})
    after = mails.build(both)
    first = after[both[0].id]
    assert first is not None and b"Here" in first and b"Gone" not in first
    assert after[both[1].id] is None


def test_a_post_that_was_put_right_goes_out_as_it_is_now(town: Town) -> None:
    carol = town.reader("carol", format="plain")
    number = town.post("Rom", local("fri", "12:00"))
    town.tick(MONDAY)
    mails = EditionMails(town.db, DESK)
    (row,) = rows(town, carol)
    assert b"Rom" in (mails.build([row])[row.id] or b"")
    with town.db.write() as tx:
        posts.revise(tx, number, {"title": "Room"})
    assert b"Room" in (mails.build([row])[row.id] or b"")


def test_a_retry_is_the_same_mail_to_the_byte(town: Town) -> None:
    carol = town.reader("carol")
    town.post("Room", local("fri", "12:00"))
    town.tick(MONDAY)
    (row,) = rows(town, carol)
    one, two = (EditionMails(town.db, DESK).build([row])[row.id] for _ in range(2))
    assert one == two


def test_attachments_are_named_in_the_round_up(town: Town) -> None:
    carol = town.reader("carol", format="plain")
    number = town.post("Leaflet", local("fri", "12:00"))
    from storage.tables import attachment

    leaflet = Attachment("rights.pdf", "application/pdf", b"x" * 2048)
    with town.db.write() as tx:
        tx.execute(
            attachment.insert().values(
                post_id=number,
                filename=leaflet.filename,
                content_type=leaflet.content_type,
                size=leaflet.size,
                content=leaflet.content,
            )
        )
    town.tick(MONDAY)
    assert "rights.pdf" in words(built(town, carol), "plain")


def test_the_notice_board_edition_brings_its_sheets_as_a_file(town: Town) -> None:
    carol = town.reader("carol", format="print")
    town.post("Room to let", local("fri", "12:00"), "housing")
    town.tick(MONDAY)
    message = built(town, carol)
    (file,) = message.iter_attachments()
    assert file.get_content_type() == "application/pdf"
    assert file.get_filename() == "news-2026-11-23.pdf"
    assert file.get_content().startswith(b"%PDF-")
    assert "Room to let" in words(message, "plain")


@pytest.mark.parametrize("format_", ["html", "plain", "large", "print"])
def test_a_round_up_that_was_laid_out_once_is_signed_for_each_reader(
    town: Town, format_: str
) -> None:
    """The body is brought into the signed form once for many readers, part by part."""
    readers = [town.reader(name, format=format_) for name in ("carol", "x" * 60, "dave")]
    for number in range(3):
        text = f"Two  blanks,\ta tab , and a dot\n.\n..at the start\n   £{number} \n\n"
        town.post(f"Room  to let {number}", local("fri", "12:00"), text=text)
    town.tick(MONDAY)
    signer = Signer([Key("s1", rsa_key())])
    mails = EditionMails(town.db, DESK, signer)
    for row in [row for reader in readers for row in rows(town, reader)]:
        message = mails.build([row])[row.id]
        assert message is not None
        unsigned = re.split(rb"\r\n(?=\S)", message, maxsplit=1)[1]
        assert message == signer.sign(unsigned, "lists.example", row.created_at)
        (hashed,) = re.findall(rb"bh=([^;]+);", message)
        body = message.partition(b"\r\n\r\n")[2]
        whole = hashlib.sha256(Relaxed.canonicalize_body(body)).digest()
        assert b64decode(hashed) == whole
        assert isinstance(message, Plain)
        assert bytes(message).count(b"\r\n.") == 0
    assert len(mails._layouts) == 1


def test_a_logo_goes_with_html_and_is_shown_there(town: Town) -> None:
    carol, dora = town.reader("carol"), town.reader("dora", format="plain")
    with town.db.write() as tx:
        logos.put(tx, town.news.id, b"\x89PNG of a logo")
    town.post("Room", local("fri", "12:00"), "housing", event_date=date(2026, 12, 8))
    town.tick(MONDAY)
    message = built(town, carol)
    html = words(message, "html")
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<logo>" and 'src="cid:logo" alt=""' in html
    assert picture.get_content() == b"\x89PNG of a logo"
    assert [part.get_filename() for part in message.iter_attachments()] == ["dates.ics"]
    assert "Room" in words(message, "plain")
    assert built(town, dora).get_content_type() == "text/plain"


def test_e12_an_address_beyond_ascii_stands_as_it_is(town: Town) -> None:
    fay = town.reader("fay")
    odd = {"address": "fäy@bücher.example", "address_key": "fäy@xn--bcher-kva.example"}
    with town.db.write() as tx:
        tx.execute(update(subscriber).where(subscriber.c.id == fay).values(odd))
    town.post("Room", local("tue", "12:00"))
    town.tick(MONDAY)
    (row,) = rows(town, fay)
    for signer in (None, Signer([Key("s1", rsa_key())])):
        mail = EditionMails(town.db, DESK, signer).build([row])[row.id]
        assert mail is not None
        assert "\r\nTo: fäy@xn--bcher-kva.example\r\n".encode() in b"\r\n" + mail
        assert mail.replace("fäy".encode(), b"fay").isascii()
