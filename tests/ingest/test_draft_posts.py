"""Every mail in tests/mails/posts becomes the post that its JSON beside it describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.clean import clean_html
from ingest.draft import Draft, draft
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
