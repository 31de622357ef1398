"""Which attached files reach readers, under which name, and what their sender is told."""

from __future__ import annotations

import time
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingest.attachments import check_attachment, clean_attachment
from ingest.drafted import RefusedAttachment
from ingest.file_kinds import CONTENT_TYPES, safe_name
from storage.records import Attachment


def _attachment(
    name: str | None, content: bytes, kind: str = "application/octet-stream"
) -> Attachment:
    return Attachment(name, kind, content)


def _picture(form: str = "JPEG") -> bytes:
    file = BytesIO()
    Image.new("RGB", (9, 9)).save(file, form)
    return file.getvalue()


def _archive(**parts: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]"
    b"/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
)


@pytest.mark.parametrize(
    ("name", "content", "kind", "new_name"),
    [
        ("notes.pdf", PDF, "application/pdf", "notes.pdf"),
        ("notes", PDF, "application/octet-stream", "notes.pdf"),
        ("notes.docx", PDF, "application/msword", "notes.pdf"),
        ("../../etc/notes.pdf", PDF, "application/pdf", "notes.pdf"),
        ("C:\\Users\\alice\\notes.pdf", PDF, "application/pdf", "notes.pdf"),
        ("no\u202etes\r\n.pdf", PDF, "application/pdf", "notes.pdf"),
        ("x" * 300 + ".pdf", PDF, "application/pdf", "x" * 96 + ".pdf"),
        (None, PDF, "application/pdf", "document.pdf"),
        ("photo.png", _picture(), "image/png", "photo.jpg"),
        ("photo.gif", _picture("GIF"), "image/gif", "photo.png"),
        ("list.csv", b"a,b\r\n1,2\r\n", "text/csv", "list.csv"),
        ("readme", b"hello", "text/plain", "readme.txt"),
    ],
)
def test_files_that_pass(name: str | None, content: bytes, kind: str, new_name: str) -> None:
    passed = clean_attachment(_attachment(name, content, kind))
    assert isinstance(passed, Attachment)
    assert passed.filename == new_name
    assert passed.content_type == CONTENT_TYPES[new_name[new_name.rindex(".") :]]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("setup.exe", b"MZ\x90\0", "program"),
        ("invoice.pdf", b"MZ\x90\0" + PDF, "program"),
        ("invoice.pdf.exe", PDF, "program"),
        ("run.sh", b"#!/bin/sh\n", "program"),
        ("run.txt", b"#!/bin/sh\n", "program"),
        ("page.html", b"<html><script>alert(1)</script>", "web page"),
        ("page.txt", b" <!-- a --><script>alert(1)</script>", "web page"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "web page"),
        ("link.url", b"[InternetShortcut]", "program"),
        ("files.zip", _archive(a=b"1"), "archive"),
        ("files.docx", _archive(a=b"1"), "archive"),
        ("files.rar", b"Rar!\x1a\x07\0", "archive"),
        ("disk.iso", b"\0" * 32769 + b"CD001", "disk image"),
        ("film.mp4", b"\0\0\0\x18ftypmp42", "film"),
        ("photo.heic", b"\0\0\0\x18ftypheic", "not every reader"),
        ("scan.tiff", b"II*\0", "not every reader"),
        ("winmail.dat", b"\x78\x9f\x3e\x22", "Outlook"),
        ("photo.jpg", _picture()[:200], "damaged"),
        ("odd.xyz", b"\0\1\2", "kind"),
        ("cells.csv", b"a,=cmd|'/c calc'!A0", "formula"),
    ],
)
def test_c3_files_that_do_not_pass_say_why(name: str, content: bytes, words: str) -> None:
    refused = clean_attachment(_attachment(name, content))
    assert isinstance(refused, RefusedAttachment)
    assert words in refused.reason
    assert not refused.quiet


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("smime.p7s", "application/pkcs7-signature"),
        ("signature.asc", "application/pgp-signature"),
        ("alice.vcf", "text/vcard"),
        ("empty.pdf", "application/pdf"),
    ],
)
def test_c15_what_nobody_attached_knowingly_goes_quietly(name: str, kind: str) -> None:
    content = b"" if name == "empty.pdf" else b"x"
    refused = clean_attachment(_attachment(name, content, kind))
    assert isinstance(refused, RefusedAttachment) and refused.quiet


def test_a_file_that_only_begins_like_word_passes_with_a_note() -> None:
    checked = check_attachment(_attachment("job.docx", b"PK\x03\x04" + b"\0" * 99))
    assert isinstance(checked.outcome, Attachment)
    assert "job.docx" in checked.note


def test_a_picture_hiding_an_archive_loses_it() -> None:
    passed = clean_attachment(_attachment("a.jpg", _picture() + _archive(evil=b"MZ")))
    assert isinstance(passed, Attachment)
    assert b"PK" not in passed.content


@given(st.text(max_size=300) | st.none())
def test_names_are_safe_and_stay_as_they_are(name: str | None) -> None:
    safe = safe_name(name, ".pdf")
    assert len(safe) <= 100 and safe.endswith(".pdf")
    assert not set(safe) & set('/\\<>:"|?*\r\n\0\u202e\u200b')
    assert safe_name(safe, ".pdf") == safe


@given(
    st.text(max_size=20), st.binary(max_size=300), st.sampled_from(["", "text/plain", "image/png"])
)
def test_any_file_gets_an_answer(name: str, content: bytes, kind: str) -> None:
    assert isinstance(
        clean_attachment(_attachment(name, content, kind)), Attachment | RefusedAttachment
    )


@pytest.mark.parametrize(
    "bait", [b"<!-- -->", b"<?xml ?>", b"{\\info{", b"{\\rtf{\\info", b"BEGIN:"]
)
def test_c17_bait_is_quick(bait: bytes) -> None:
    start = time.process_time()
    for name in ("a.txt", "a.rtf", "a.csv"):
        clean_attachment(_attachment(name, b"{\\rtf" * (name == "a.rtf") + bait * 20_000))
    assert time.process_time() - start < 1.0
