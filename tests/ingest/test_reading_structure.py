from __future__ import annotations

import email

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing import parsed
from ingest.read import read
from ingest.structure import file_name, structure

TEXT = b"Content-Type: text/plain\n\nplain"
HTML = b"Content-Type: text/html\n\n<p>rich</p>"
FILE = b"Content-Type: a/b\nContent-Disposition: attachment; filename=f\n\nfile"


def multipart(kind: str, *parts: bytes, boundary: str = "x", more: str = "") -> bytes:
    head = f"Content-Type: multipart/{kind}; boundary={boundary}{more}\n\n".encode()
    edge = f"--{boundary}\n".encode()
    return head + b"".join(edge + part + b"\n" for part in parts) + edge.rstrip() + b"--\n"


def shown(raw: bytes) -> list[tuple[str | None, str | None]]:
    return [(piece.plain, piece.html) for piece in structure(email.message_from_bytes(raw)).pieces]


def test_variants_are_one_piece() -> None:
    assert shown(multipart("alternative", TEXT, HTML)) == [("plain", "<p>rich</p>")]
    inner = multipart("mixed", HTML, FILE, HTML, boundary="y")
    assert shown(multipart("alternative", TEXT, inner)) == [("plain", "<p>rich</p>\n<p>rich</p>")]


def test_an_empty_plain_variant_is_none() -> None:
    assert shown(multipart("alternative", b"Content-Type: text/plain\n\n \n", HTML)) == [
        (None, "<p>rich</p>")
    ]


def test_parts_of_a_mixed_follow_each_other() -> None:
    assert shown(multipart("mixed", TEXT, FILE, HTML)) == [("plain", None), (None, "<p>rich</p>")]


@pytest.mark.parametrize("kind", ["mixed", "signed", "report", "parallel", "x-unknown"])
def test_every_leaf_is_shown_or_attached(kind: str) -> None:
    found = structure(email.message_from_bytes(multipart(kind, TEXT, FILE, b"\nuntyped")))
    assert [piece.plain for piece in found.pieces] == ["plain", "untyped"]
    assert [(one.filename, one.size) for one in found.attachments] == [("f", 4)]


def test_the_start_parameter_names_the_root_of_related() -> None:
    image = b"Content-Type: image/png\nContent-ID: <i>\n\npng"
    root = b"Content-Type: text/html\nContent-ID: <root>\n\n<p>root</p>"
    raw = multipart("related", image, root, more='; start="<root>"')
    found = structure(email.message_from_bytes(raw))
    assert [piece.html for piece in found.pieces] == ["<p>root</p>"]
    assert [(one.content_id, one.inline) for one in found.attachments] == [("i", True)]


def test_an_attached_multipart_is_attached_leaf_by_leaf() -> None:
    inner = multipart("mixed", TEXT, HTML, boundary="y")
    attached = b"Content-Disposition: attachment\n" + inner
    found = structure(email.message_from_bytes(multipart("mixed", TEXT, attached)))
    assert [piece.plain for piece in found.pieces] == ["plain"]
    assert [one.content_type for one in found.attachments] == ["text/plain", "text/html"]


def test_a_message_in_a_message_is_one_attachment_with_its_bytes() -> None:
    whole = b"From: bob@council.example\r\nSubject:  two  blanks\r\n\r\nInner\r\n"
    raw = multipart("mixed", TEXT, b"Content-Type: message/rfc822\n\n" + whole)
    attachments = structure(email.message_from_bytes(raw)).attachments
    assert [one.content_type for one in attachments] == ["message/rfc822"]
    assert attachments[0].content.endswith(b"\r\n\r\nInner\r\n")


def test_html_before_a_list_footer_is_the_text() -> None:
    reading = read(multipart("mixed", HTML, b"\n-- \nthe list"))
    assert reading.text == "rich\n-- \nthe list"


def test_html_behind_a_plain_body_does_not_repeat_it() -> None:
    assert read(multipart("mixed", TEXT, HTML)).text == "plain"


def test_an_inner_multipart_with_the_same_boundary_hides_no_attachment() -> None:
    inner = multipart("alternative", TEXT, HTML)
    raw = multipart("mixed", inner, FILE)
    found = structure(email.message_from_bytes(raw))
    assert [one.filename for one in found.attachments] == ["f"]
    assert [piece.plain for piece in found.pieces if (piece.plain or "").strip()] == ["plain"]


def test_text_in_a_later_variant_is_not_lost() -> None:
    later = multipart("mixed", b"\nother words", b"\nplain", boundary="y")
    assert shown(multipart("alternative", TEXT, later)) == [("plain\nother words", None)]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\dir\\a.txt", "a.txt"),
        ("a\r\nb.txt", "a  b.txt"),
        ("inv\u202efdp.exe", "invfdp.exe"),
        ("..", None),
        ("dir/", None),
        ("", None),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_file_names_have_no_folders_and_no_tricks(raw: str, name: str | None) -> None:
    assert file_name(raw) == name


PIECES = st.sampled_from(
    [
        b"--x\n",
        b"--x--\n",
        b"--y\n",
        b"--y--\n",
        b"\n",
        b"hello\n",
        TEXT + b"\n",
        HTML + b"\n",
        FILE,
        b"Content-Type: multipart/mixed; boundary=y\n\n",
        b"Content-Type: message/rfc822\n\n",
        b"Content-Type: multipart/related\n\n",
        b"Content-Type: multipart/digest; boundary=x\n\n",
    ]
)


@given(st.lists(PIECES, max_size=30))
def test_no_structure_breaks_the_walk(pieces: list[bytes]) -> None:
    raw = b"Content-Type: multipart/alternative; boundary=x\n\n" + b"".join(pieces)
    message, fill, _ = parsed(raw)
    structure(message, fill)


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        (
            "enriched",
            "<bold>Yes</bold>,\nplease.\n\n<color><param>red</param>3 << 4</color>\n",
            None,
        ),
        ("richtext", "<bold>Yes</bold>,<nl>please.<nl>3 <lt> 4", "Yes,\nplease.\n3 < 4"),
        ("markdown", "**Yes**,\nplease.", "**Yes**,\nplease."),
    ],
)
def test_a_mail_in_an_old_markup_is_read_as_its_words(
    kind: str, body: str, text: str | None
) -> None:
    found = read(f"Content-Type: text/{kind}\n\n{body}".encode())
    assert found.text == (text or "Yes, please.\n3 < 4")
    assert found.attachments == ()


def test_an_old_markup_beside_plain_text_is_attached() -> None:
    found = structure(
        email.message_from_bytes(
            multipart("alternative", TEXT, b"Content-Type: text/enriched\n\nx")
        )
    )
    assert [one.content_type for one in found.attachments] == ["text/enriched"]
