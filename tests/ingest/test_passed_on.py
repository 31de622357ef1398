"""Letters that a list, a group or a newsletter system passed on: posts, but never answered."""

from __future__ import annotations

import pytest

from ingest.read import read

ALICE = b"From: Alice <alice@charity.example>\r\n"
GROUP = (
    b"From: 'Alice' via Team <team@charity.example>\r\nPrecedence: list\r\n"
    b"Mailing-list: list team@charity.example; contact team+owners@charity.example\r\n"
    b"List-ID: <team.charity.example>\r\nX-BeenThere: team@charity.example\r\n"
)
REST = b"To: news@lists.example.org\r\nSubject: Rooms\r\n\r\nA room is free from May.\r\n"


@pytest.mark.parametrize(
    ("header", "passed_on"),
    [
        (ALICE, False),
        (GROUP, True),
        (ALICE + b"List-Id: Others <talk.other.example>\r\n", True),
        (ALICE + b"List-Unsubscribe: <https://letters.example/u/1>\r\n", True),
        (ALICE + b"X-Mailman-Version: 2.1.39\r\nPrecedence: list\r\n", True),
        (b"From: Alice <noreply@forms.example>\r\n", True),
        (ALICE + b"Precedence: first-class\r\n", False),
        (ALICE + b"X-Auto-Response-Suppress: All\r\n", False),
    ],
)
def test_d5_passed_on_is_told_from_written_to_us(header: bytes, passed_on: bool) -> None:
    found = read(header + REST)
    assert found.passed_on is passed_on
    assert not found.auto_submitted
    assert found.reply_text == "A room is free from May."
