"""Pages of items and round-ups: for whoever has the link, where the list wants them."""

from __future__ import annotations

from datetime import date

import pytest

from delivery.edition_mail import EditionMails
from delivery.letters import Desk
from delivery.marks import Marks
from digest.run import tick
from storage import lists, outgoing, posts
from storage.records import Attachment, Post
from storage.tables import outgoing as outbox
from tests.digest.town import local
from tests.web.browser import SECRET, URL, Browser

MONDAY = local("2026-11-23")
DAY = date(2026, 11, 23)
MARKS = Marks(SECRET)
DESK = Desk(MARKS, URL)
HTML = "<p>Come <b>all</b>.</p><p>Where: Town Hall</p><script>alert(1)</script>"


@pytest.fixture
def open_list(browser: Browser) -> Browser:
    with browser.db.write() as tx:
        lists.edit(tx, browser.sender.id, {"pages": True})
    return browser


def post(browser: Browser, title: str = "Drop-in", state: str = "approved", html: str = "") -> int:
    new = Post(
        0, browser.sender.id, None, "alice@charity.example", "Alice", title, html,
        "Come all.\nWhere: Town Hall", "held", local("fri"), event_date=date(2026, 12, 8),
    )  # fmt: skip
    files = [Attachment("Führer.pdf", "application/pdf", b"%PDF-1.7")]
    with browser.db.write() as tx:
        number = posts.hold(tx, new, files)
        decided = {"approved_at": local("fri"), "decided_at": local("fri")}
        posts.change_state(tx, number, ["held"], state, decided)
    return number


def link(kind: str, number: int) -> str:
    return f"/{kind}/{MARKS.mint(kind, number, day=DAY)}"


def test_an_item_has_its_facts_its_words_and_its_files(open_list: Browser) -> None:
    number = post(open_list)
    page = open_list.get(link("item", number))
    assert page.status_code == 200 and "noindex" in page.headers["X-Robots-Tag"]
    for words in ("Drop-in", "Tuesday 8 December 2026", "Where: <bdi>Town Hall", "Come all."):
        assert words in page.text
    assert "<script" not in page.text and "http://" not in page.text
    file = open_list.get(link("item", number) + "/file/0")
    assert file.content == b"%PDF-1.7" and file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"].startswith('attachment; filename="F_hrer.pdf"')
    assert file.headers["X-Content-Type-Options"] == "nosniff"


def test_where_the_list_wants_none_there_are_none(browser: Browser) -> None:
    number = post(browser)
    assert browser.get(link("item", number)).status_code == 404
    assert browser.get(link("item", number) + "/file/0").status_code == 404


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "spam"])
def test_what_was_not_approved_or_taken_back_has_no_page(open_list: Browser, state: str) -> None:
    assert open_list.get(link("item", post(open_list, state=state))).status_code == 404


def test_e1_a_guessed_link_is_no_page(open_list: Browser) -> None:
    number = post(open_list)
    good = link("item", number)
    assert open_list.get(good[:-1] + ("b" if good.endswith("a") else "a")).status_code == 404
    assert open_list.get(good.replace("/item/", "/edition/")).status_code == 404
    assert open_list.get(f"{good}/file/9").status_code == 404
    assert open_list.get(f"{good}/file/-1").status_code == 404
    assert open_list.ask("POST", good).status_code == 404


def test_mails_lead_to_pages_that_name_no_reader(open_list: Browser) -> None:
    carol = open_list.reader(frequency="weekly", format="plain")
    post(open_list)
    post(open_list, "Room")
    tick(open_list.db, MONDAY)
    with open_list.db.read() as tx:
        number = tx.execute(outbox.select().where(outbox.c.letter == "edition")).one().id
        row = outgoing.by_id(tx, number)
    assert row is not None and row.subscriber_id == carol.id
    mail = (EditionMails(open_list.db, DESK).build([row])[row.id] or b"").decode()
    text = mail.replace("=\r\n", "").replace("=3D", "=")
    (where,) = {word for word in text.split() if f"{URL}/edition/" in word}
    page = open_list.get(where)
    assert "Monday 23 November 2026" in page.text
    assert "Drop-in" in page.text and "Room" in page.text and carol.address not in page.text
    first = page.text.partition('<a href="/item/')[2].partition('"')[0]
    assert open_list.get(f"/item/{first}").status_code == 200
