"""Whatever is joined from encoded pieces must read, decoded, as if it had been joined as text."""

from __future__ import annotations

import quopri
import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.assemble import (
    Part,
    assemble,
    encode_frame,
    encode_piece,
    fill,
    lay_out,
    quote,
)
from delivery.chunks import by_post

HEADERS = "From: news@lists.example\nTo: \0address\0\nMIME-Version: 1.0\n"
VALUES = {"address": "carol@example.org", "leave_url": "https://lists.example/leave/" + "a1" * 40}
TEXT_FRAME = (
    "News\n\n\0total\0 posts:\n\0contents\0\n\0items\0For \0address\0.\nStop: \0leave_url\0"
)
HTML_FRAME = '<p>\0total\0\0contents\0</p>\0items\0<a href="\0leave_url\0">\0address\0</a>'

# Any text that a template can hand over: everything but NUL, lone surrogates and bare CR.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=300)


def text_of(encoded: bytes) -> str:
    return quopri.decodestring(encoded).decode().replace("\r\n", "\n")


def pieces(form: str, posts: dict[int, str]) -> dict[tuple[str, str], bytes]:
    made = {}
    for post, title in posts.items():
        made[form, f"entry:{post}"] = encode_piece(f"\0number\0. {title}\n")
        made[form, f"item:{post}"] = encode_piece(
            f"\0number\0. {title}\0also_in\0\nmore \0number\0\n"
        )
    return made


def headings(*forms: str) -> dict[tuple[str, str], bytes]:
    return {(form, "heading:7"): encode_piece("HOUSING (\0count\0)\n") for form in forms}


def read(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage) and not message.defects
    return message


def content(part: Message) -> str:
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def body_lines(mail: bytes) -> list[bytes]:
    assert b"\0" not in mail
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail)
    return mail.split(b"\r\n\r\n", 1)[1].split(b"\r\n")


@given(TEXTS)
def test_quoted_text_decodes_to_itself(text: str) -> None:
    encoded = quote(text)
    assert text_of(encoded) == text
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert encoded == b"" or encoded.endswith(b"\r\n")
    assert not re.search(rb"[ \t]\r\n", encoded)


@pytest.mark.parametrize("text", ["a \nb", "a\t\n", " \n", "a ", "=" * 90, "é" * 60 + "\n", "."])
def test_blanks_dots_and_long_words_survive(text: str) -> None:
    encoded = quote(text)
    assert text_of(encoded) == text
    assert all(
        len(line) <= 76 and not line.endswith((b" ", b"\t")) for line in encoded.split(b"\r\n")
    )


@given(st.lists(TEXTS, max_size=5))
def test_pieces_join_in_any_order(texts: list[str]) -> None:
    assert text_of(b"".join(map(quote, texts))) == "".join(texts)


@given(TEXTS, TEXTS, st.text(st.characters(categories=["L", "Nd"]), max_size=200))
def test_a_value_lands_where_its_slot_stood(before: str, after: str, value: str) -> None:
    frame = encode_frame("", "b", [Part("text-en", "text", f"{before}\0address\0{after}")])
    mail = fill(lay_out(frame, {}, ""), {"address": value})
    body = mail.split(b"\r\n\r\n", 1)[1]
    assert text_of(body) == f"{before}{value}{after}\n"
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))


def test_a_plain_mail_is_one_text_with_everything_in_its_place() -> None:
    frame = encode_frame(HEADERS, "b", [Part("text-en", "text", TEXT_FRAME)])
    made = pieces("text-en", {12: "Room to let £90", 15: "Tenants’ rights", 9: "Choir"})
    made["text-en", "also_in:15:7"] = encode_piece(" (also in Law)")
    message = read(assemble(frame, by_post(made), "7:12,15 0:9", VALUES, headings("text-en")))
    assert message["To"] == "carol@example.org"
    assert message.get_content_type() == "text/plain"
    assert content(message) == (
        "News\n\n3 posts:\n1. Room to let £90\n2. Tenants’ rights\n3. Choir\n\n"
        "HOUSING (2)\n1. Room to let £90\nmore 1\n2. Tenants’ rights (also in Law)\nmore 2\n"
        f"3. Choir\nmore 3\nFor carol@example.org.\nStop: {VALUES['leave_url']}\n"
    )


def test_an_html_mail_has_both_parts_and_escapes_what_it_must() -> None:
    frame = encode_frame(
        HEADERS,
        "b",
        [Part("text-en", "text", TEXT_FRAME), Part("html-en", "html", HTML_FRAME)],
    )
    made = pieces("text-en", {12: "A & B"}) | pieces("html-en", {12: "A &amp; B"})
    mail = assemble(frame, by_post(made), "7:12", VALUES | {"address": "o'carol&co@example.org"})
    message = read(mail)
    text, html = (content(part) for part in message.iter_parts())
    assert message.get_content_type() == "multipart/alternative"
    assert message["To"] == "o'carol&co@example.org"
    assert "For o'carol&co@example.org.\n" in text
    assert '">o&#x27;carol&amp;co@example.org</a>' in html
    assert "1. A & B\nmore 1\n" in text
    assert "1. A &amp; B\nmore 1\n" in html
    assert all(len(line) <= 76 for line in body_lines(mail))


def test_f12_a_withdrawn_post_is_left_out_and_the_others_keep_their_numbers() -> None:
    frame = encode_frame(HEADERS, "b", [Part("text-en", "text", TEXT_FRAME)])
    made = pieces("text-en", {12: "Room", 9: "Choir"})
    text = content(read(assemble(frame, by_post(made), "7:12,15 0:9", VALUES, headings("text-en"))))
    assert "2 posts:\n1. Room\n3. Choir\n" in text
    assert "HOUSING (1)\n" in text
    assert lay_out(frame, {}, "7:12,15 0:9").shown == 0


def test_a_missing_value_is_told_and_not_sent_as_a_gap() -> None:
    frame = encode_frame(HEADERS, "b", [Part("text-en", "text", TEXT_FRAME)])
    with pytest.raises(KeyError):
        assemble(frame, {}, "", {"address": "carol@example.org"})


def test_no_post_can_close_the_part_it_stands_in() -> None:
    parts = [Part("text-en", "text", "\0items\0"), Part("html-en", "html", "\0items\0")]
    frame = encode_frame(HEADERS, "b", parts)
    bait = "--=_b\r\n--=_b--\r\n.\r\nTo: mallory@example.net\r\n"
    made = pieces("text-en", {1: bait}) | pieces("html-en", {1: bait})
    message = read(assemble(frame, by_post(made), "0:1", VALUES))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_all("To") == ["carol@example.org"]
    first = content(next(iter(message.iter_parts())))
    assert "--=_b\n--=_b--\n.\nTo: mallory@example.net\n" in first
