"""Pictures that stand in the text of a letter come with it, where its HTML looks for them."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

from delivery.compose import Draft, compose
from storage.records import Attachment, MailingList

LIST = MailingList(1, "news", "lists.example.org", "News")
PICTURE = Attachment("plan.png", "image/png", b"picture", "picture-1", inline=True)
FILE = Attachment("plan.pdf", "application/pdf", b"file")


def draft(html: str | None) -> Draft:
    return Draft(
        letter="post_held",
        to="bob@council.example",
        subject="A plan",
        text="See the plan.",
        html=html,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
        message_id="1@lists.example.org",
        reply_to="news@lists.example.org",
        attachments=(PICTURE, FILE),
    )


def test_a_picture_stands_beside_the_html_that_shows_it() -> None:
    raw = compose(LIST, draft('<p><img src="cid:picture-1"></p>'))
    mail = message_from_bytes(raw, policy=policy.default)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<picture-1>"
    assert picture.get_content_disposition() == "inline"


def test_without_html_only_the_files_come_along() -> None:
    mail = message_from_bytes(compose(LIST, draft(None)), policy=policy.default)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["plan.pdf"]
