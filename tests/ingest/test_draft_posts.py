"""Every mail in tests/mails/posts becomes the post that its JSON beside it describes."""

from __future__ import annotations

import json
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ingest.clean import clean_html
from ingest.draft import draft
from ingest.drafted import Draft
from ingest.read import read
from tests.ingest.xss import faults

MAILS = sorted((Path(__file__).parents[1] / "mails" / "posts").glob("*.eml"))


def described(post: Draft) -> dict[str, Any]:
    return {
        "title": post.title,
        "topics": list(post.topics),
        "html": post.html.split("\n"),
        "text": post.text.split("\n"),
        "attachments": [[a.filename, a.content_type, a.content_id] for a in post.attachments],
        "refused": [[file.filename, file.reason] for file in post.refused],
        "notes": list(post.notes),
        "empty": post.empty,
    }


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_the_mail_becomes_this_post(mail: Path) -> None:
    expected = json.loads(mail.with_suffix(".json").read_text("utf-8"))
    assert described(draft(read(mail.read_bytes()))) == expected


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_lf_and_crlf_make_the_same_post(mail: Path) -> None:
    raw = mail.read_bytes()
    assert draft(read(raw.replace(b"\n", b"\r\n"))) == draft(read(raw))


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_every_post_is_clean(mail: Path) -> None:
    post = draft(read(mail.read_bytes()))
    assert not faults(post.html)
    assert clean_html(post.html).html == post.html


def _post(name: str) -> Draft:
    return draft(read((MAILS[0].parent / f"{name}.eml").read_bytes()))


@pytest.mark.parametrize(
    "name",
    [
        "reply_with_outlook_history",
        "reply_with_gmail_history_page",
        "disclaimer_in_welsh_and_english",
        "forward_thunderbird_text",
    ],
)
def test_c13_what_was_cut_is_told_to_the_moderator(name: str) -> None:
    post = _post(name)
    assert any(" was cut (" in note for note in post.notes)
    for private in ("Carol", "confidential", "-- ", "On Mon"):
        assert private not in post.text


@pytest.mark.parametrize("name", ["forward_gmail_page", "forward_of_a_forward"])
def test_h1_who_got_what_was_passed_on_is_not_told(name: str) -> None:
    post = _post(name)
    for private in ("carol@home.example", "all.councils", "Amina", "<alice@"):
        assert private not in post.text + post.html


@pytest.mark.parametrize("name", ["picture_only_without_words", "document_only"])
def test_c14_what_holds_no_words_is_empty(name: str) -> None:
    assert _post(name).empty


def test_c14_words_that_describe_a_picture_are_words() -> None:
    assert not _post("picture_only_with_words").empty


def test_c15_odd_wrappings_end_in_plain_notes() -> None:
    post = _post("attachments_of_every_kind")
    assert [file.filename for file in post.refused] == ["helper.exe", "photos.zip", "winmail.dat"]
    assert not any(file.quiet for file in post.refused)
    assert post.for_author[0].startswith("“helper.exe” was left out: it is a program")
    assert "PDF, Word" in post.for_author[-1]


def test_c19_template_marks_stay_words() -> None:
    post = _post("template_marks")
    assert "{{ config }}" in post.html and "49" not in post.html + post.title


def test_c5_no_place_is_left_in_any_picture_of_a_mail() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = "the refuge"
    file = BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "JPEG", exif=exif)
    inner, outer = EmailMessage(), EmailMessage()
    for mail in (inner, outer):
        mail["Subject"] = "Photos"
        mail.set_content('<p>Look <img src="cid:a" alt="us"></p>', subtype="html")
        mail.add_related(file.getvalue(), "image", "jpeg", cid="<a>")
        mail.add_attachment(file.getvalue(), "image", "jpeg", filename="b.jpg")
    outer.add_attachment(inner)
    raw = outer.as_bytes()
    assert b"the refuge" in file.getvalue()
    post = draft(read(raw))
    assert len(post.attachments) == 4
    assert not any(b"the refuge" in a.content or b"Exif" in a.content for a in post.attachments)
    assert post.html.count('src="cid:picture-') == 2
