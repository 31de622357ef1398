"""Every letter that there is, is written by a desk with the values that it needs, and whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

import templates
from delivery.letters import Desk, Pen
from ingest.drafted import Draft, RefusedAttachment
from preferences import returned, roll, sheets, unreachable
from storage import bounces, editions, lists, outgoing, subscribers, volunteers
from storage.database import Database
from storage.records import Outgoing
from storage.tables import outgoing as mails
from storage.tables import post
from storage.taken import Window
from tests.ingest.desks import ALICE, BOB, CAROL, PROVEN, Desks, answering, settle
from tests.mailbox import Mail
from tests.storage.rows import MINUTE

Bring = Callable[..., list[Mail]]
CHECKOUT = Path(__file__).parent.parent.parent
CODE = [
    CHECKOUT / name for name in ("cli", "delivery", "digest", "ingest", "moderation", "preferences")
]
LETTERS = {path.stem for path in Path(templates.__file__).parent.glob("letters/en/*.txt")}


@pytest.fixture
def desks(sqlite_url: str) -> Iterator[Desks]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


def test_no_letter_is_left_that_nobody_writes() -> None:
    sources = [path.read_text("utf-8") for name in CODE for path in Path(name).rglob("*.py")]
    assert [
        name for name in sorted(LETTERS) if not any(f'"{name}"' in one for one in sources)
    ] == []


def test_the_letters_of_the_desks_are_whole(desks: Desks) -> None:
    written: list[Mail] = []

    def bring(to: str, sender: str, text: str = "", **more: object) -> list[Mail]:
        desks.now += MINUTE
        desks.bring(to, sender, text, **more)  # type: ignore[arg-type]
        written.extend(new := desks.letters())
        return new

    _posts(desks, bring)
    _readers(desks, bring)
    written += _more(desks)
    for mail in written:
        assert mail.subject
        assert mail.text.strip()
        assert "{" not in mail.text
        assert "None" not in mail.text


def _posts(desks: Desks, bring: Bring) -> None:
    nothing = Draft("Poster", "", "", empty=True)
    bring("news", ALICE, draft=nothing, proof=PROVEN)
    refused = (RefusedAttachment("dates.exe", "it is a program"),)
    bring("news", ALICE, draft=Draft("Dates", "", "", refused=refused, empty=True), proof=PROVEN)
    bring("news", ALICE, proof=PROVEN)
    number = desks.posts()[-1].id
    verdict, author = desks.marked("verdict", number, desks.bob.id), desks.marked("post", number)
    for text in ("hmm", "help", "undo", "yes", "no", "undo", "no, too long", "undo"):
        bring(verdict, BOB, text, proof=PROVEN)
    bring(verdict, BOB, "yes")
    bring(verdict, "mallory@evil.example", "yes", proof=PROVEN)
    desks.set(own_posts=False)
    bring("news", BOB, proof=PROVEN)
    bring(desks.marked("verdict", desks.posts()[-1].id, desks.bob.id), BOB, "yes", proof=PROVEN)
    bring(verdict, BOB, "yes", proof=PROVEN)
    _send_to_a_reader(desks, number)
    bring(verdict, BOB, "undo", proof=PROVEN)
    bring(author, ALICE, "What?")
    bring(author, ALICE, "cancel")
    with desks.db.write() as tx:
        volunteers.remove(tx, desks.sender.id, "moderator", BOB, desks.now)
    bring(verdict, BOB, "yes", proof=PROVEN)


def _send_to_a_reader(desks: Desks, post_id: int) -> None:
    reader = desks.reader(address="dilan@house.example")
    with desks.db.write() as tx:
        window = Window("weekly", "2026-11-23", desks.now, desks.now, desks.now)
        (edition,) = editions.claim(tx, desks.sender.id, [window], "clock", desks.now, MINUTE)
        mail = Outgoing(
            0, desks.sender.id, "edition", reader.address, "1@lists.example.org", desks.now,
            "sent", edition_id=edition.id, subscriber_id=reader.id, items=f"0:{post_id}",
        )  # fmt: skip
        outgoing.put(tx, mail, lane=outgoing.LANE_EDITIONS)


def _readers(desks: Desks, bring: Bring) -> None:
    with desks.db.write() as tx:
        volunteers.add(tx, desks.sender.id, "organiser", "dee@example.org", "Dee", desks.now)
    bring("news-owner", CAROL, "A question")
    (asked,) = bring("news-join", CAROL)
    (welcome,) = bring(asked.reply_to, CAROL, "yes")
    desks.now += 2000 * MINUTE
    bring("news-join", CAROL)
    carol = desks.look()
    assert carol is not None
    settings = desks.marked("settings", carol.id)
    for text in ("hmm", "settings", "help", "daily", "more 3", "my data", "search bread"):
        bring(settings, CAROL, text)
    for more in ("", " because she asked"):
        bring("news-help", "dee@example.org", f"add Erin erin@house.example{more}", proof=PROVEN)
    bring("news-help", "dee@example.org", "add Fay fay@house.example because she asked")
    bring("news", CAROL, "weekly", **answering(welcome))
    bring("news-leave", CAROL)
    moved, _ = bring(settings, CAROL, "new address carol@new.example")
    bring(moved.reply_to, "carol@new.example", "yes")
    bring(settings, CAROL, "stop")


def _more(desks: Desks) -> list[Mail]:
    """What does not begin with a letter, or needs a round-up."""
    desks.bring("news", ALICE, proof=PROVEN)
    number = desks.posts()[-1].id
    dilan = desks.marked("settings", 1)
    with desks.db.write() as tx:
        tx.execute(update(post).where(post.c.id == number).values(state="approved"))
        here = mails.c.letter == "edition"
        tx.execute(update(mails).where(here).values(items=f"0:{number}"))
    desks.bring(dilan, "dilan@house.example", "more 1")
    with desks.db.write() as tx:
        pen = Pen(tx, Desk.of(desks.settings), desks.sender, desks.now)
        row = sheets.Row("new@reader.example", topics="housing")
        roll.add(pen, row, lists.topics(tx, desks.sender.id), welcome=True)
        reader = subscribers.by_address(tx, desks.sender.id, "new@reader.example")
        assert reader is not None
        bounces.stop(tx, reader.id, "hard", desks.now - returned.PROBES_AFTER[0])
        returned.go_on(pen, bounces.all_stopped(tx)[0])
        unreachable.tell(pen)
    return desks.letters()
