"""Reading what came out and answering it as a person would."""

from __future__ import annotations

from pathlib import Path

from tests.mailbox import Mail, answer, mails, wait_for_mail

HELD = Mail(
    b"From: News <news@lists.example.org>\r\nTo: bob@example.org\r\n"
    b"Reply-To: news-verdict+abc123@lists.example.org\r\nMessage-ID: <1@lists.example.org>\r\n"
    b"Subject: =?utf-8?q?To_decide=3A_Caf=C3=A9?=\r\nPostround-Letter: post_held\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"Caf\xc3\xa9 opens.\r\n"
)


def test_a_mail_is_read_as_a_person_reads_it() -> None:
    assert (HELD.letter, HELD.to) == ("post_held", ("bob@example.org",))
    assert HELD.subject == "To decide: Café"
    assert HELD.text.strip() == "Café opens."
    assert HELD.html == ""


def test_an_answer_goes_where_a_mail_program_would_send_it() -> None:
    reply = Mail(answer(HELD, "yes"))
    assert reply.to == ("news-verdict+abc123@lists.example.org",)
    assert reply.addresses("From") == ("bob@example.org",)
    assert reply.header("In-Reply-To") == "<1@lists.example.org>"
    assert reply.subject == "Re: To decide: Café"
    assert reply.text.startswith("yes\n\nOn Monday, News <news@lists.example.org> wrote:\n> Café")


def test_a_maildir_is_read_oldest_first(tmp_path: Path) -> None:
    assert mails(tmp_path) == []
    (tmp_path / "new").mkdir()
    for name in ("1.first", "2.second"):
        (tmp_path / "new" / name).write_bytes(HELD.raw + name.encode())
    second = wait_for_mail(tmp_path, to="bob@example.org", letter="post_held", number=2)
    assert "2.second" in second.text
