"""Compares a whole mail, headers and text, with the expected one kept in a file beside the test.

What differs from run to run (marks, ids, dates, ports) stands there as a word in capitals.
``POSTROUND_WRITE_EXPECTED=1`` writes the files anew, to be read and committed by a person.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.mailbox import Mail

EXPECTED = Path(__file__).parent / "journeys" / "expected"

_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_VARYING = (
    (r"(?<=[+/])[0-9][a-z0-9]{22,}(?![a-z0-9])", "MARK"),
    (r"<[0-9a-f]{24}@lists\.example\.org>|<\d+\.\d+\.\d+@[a-z.]+>", "<ID>"),
    (rf"{_DAY} \d{{1,2}} [A-Z][a-z]+ \d{{4}}", "DATE"),
    (r"\b\d{1,2}(?:[.:]\d\d)?(?:am|pm)\b", "TIME"),
    (r"127\.0\.0\.1:\d+", "HOST"),
    (r"(?<=\nDate: ).+", "DATE"),
    (r"(?<=\n  date: ).+", "DATE"),
    (r"=_[0-9a-f]+|={15}\d+==", "BOUNDARY"),
)


def whole(mail: Mail) -> str:
    """The mail as a person would compare it: its headers in order, then its text."""
    headers = [f"{name}: {' '.join(str(value).split())}" for name, value in mail.message.items()]
    # Where a line breaks depends on how long a date is, so each paragraph is one line here.
    body = re.sub(r"(?<!\n)\n(?!\n) *", " ", mail.text)
    text = "\n".join(["", *headers, "", body])
    for pattern, word in _VARYING:
        text = re.sub(pattern, word, text)
    return text.strip() + "\n"


def assert_whole(mail: Mail, name: str) -> None:
    """Fails with the difference when the mail is not the one in ``expected/NAME.txt``."""
    assert_kept(whole(mail), EXPECTED / f"{name}.txt")


def assert_kept(text: str, file: Path) -> None:
    """Fails with the difference when the text is not the one in that file."""
    if os.environ.get("POSTROUND_WRITE_EXPECTED"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"the mail differs from {file}"
