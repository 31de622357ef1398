"""Every odd mail in tests/mails is read as its JSON beside it says, with LF and with CRLF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.inspect import inspect

MAILS = sorted((Path(__file__).parent.parent / "mails").glob("*.eml"))
FIELDS = """
subject from to date message_id text html attachments reply_text commands auto_submitted bounce
problems
"""


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_an_odd_mail_is_read_as_a_careful_human_would(mail: Path) -> None:
    expected: dict[str, Any] = json.loads(mail.with_suffix(".json").read_text("utf-8"))
    found = inspect(mail.read_bytes())
    assert {name: found[name] for name in expected} == expected


WITH_LF = [mail for mail in MAILS if b"\r" not in mail.read_bytes() and "yenc" not in mail.stem]


@pytest.mark.parametrize("mail", WITH_LF, ids=lambda mail: mail.stem)
def test_line_ends_change_nothing_but_sizes(mail: Path) -> None:
    raw = mail.read_bytes()
    with_lf, with_crlf = inspect(raw), inspect(raw.replace(b"\n", b"\r\n"))
    for found in (with_lf, with_crlf):
        for attachment in found["attachments"]:
            attachment["size"] = 0
        found["html"] = (found["html"] or "").replace("\r\n", "\n")
    assert with_crlf == with_lf


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_every_field_is_always_there_and_is_json(mail: Path) -> None:
    found = inspect(mail.read_bytes())
    assert set(FIELDS.split()) <= set(found)
    assert json.loads(json.dumps(found)) == found
    found["subject"].encode("utf-8")
    assert found["subject"].isprintable()


def test_each_odd_mail_has_its_answer() -> None:
    assert len(MAILS) > 100
    assert [mail.stem for mail in MAILS if not mail.with_suffix(".json").exists()] == []
