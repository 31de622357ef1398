"""Documents reach readers without the names of their makers and without anything that runs."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from ingest.compound_files import MAGIC, holds_program, opened, without_names
from ingest.documents import clean_document
from ingest.office_files import MOST_PARTS
from ingest.refusals import Refusal

SECRET = "Mallory of the refuge"
CREATOR = f"<dc:creator>{SECRET}</dc:creator>"


# PDF -------------------------------------------------------------------------------------------


def _pdf(**options: Any) -> bytes:
    pdf = Pdf.new()
    pdf.add_blank_page()
    page = pdf.pages[0].obj
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = [SECRET]
    pdf.docinfo["/Author"] = SECRET
    run = Dictionary(S=Name.JavaScript, JS=String(SECRET))
    pdf.Root.OpenAction = run
    pdf.Root.AA = Dictionary(WC=run)
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), run])))
    pdf.attachments["evil.exe"] = SECRET.encode()
    page.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String(SECRET)))
    page.Annots = Array([_note("Text", T=SECRET, Contents="stays"), _link("https://a.example/")])
    page.Annots.append(pdf.make_indirect(_link("javascript:" + SECRET)))
    page.Annots.append(_note("FileAttachment", FS=String(SECRET)))
    page.Resources = Dictionary(XObject=Dictionary(Photo=_photo(pdf)))
    file = BytesIO()
    pdf.save(file, **options)
    return file.getvalue()


def _note(kind: str, **entries: Any) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), Rect=[0, 0, 9, 9], **entries)


def _link(address: str) -> Dictionary:
    return _note("Link", A=Dictionary(S=Name.URI, URI=String(address)))


def _photo(pdf: Pdf) -> pikepdf.Stream:
    exif = Image.Exif()
    exif[0x010F] = SECRET
    file = BytesIO()
    Image.new("RGB", (9, 9)).save(file, "JPEG", exif=exif)
    photo = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Width=9, Height=9)
    photo.ColorSpace, photo.BitsPerComponent = Name.DeviceRGB, 8
    photo.write(file.getvalue(), filter=Name.DCTDecode)
    return photo


def _spread_out(content: bytes) -> bytes:
    with pikepdf.open(BytesIO(content)) as pdf:
        file = BytesIO()
        pdf.save(file, qdf=True, static_id=True)
    return file.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"encryption": pikepdf.Encryption(owner="owner", user="")},
    ],
)
def test_h3_a_pdf_leaves_without_author_scripts_and_files(options: dict[str, object]) -> None:
    document = clean_document(_pdf(**options), ".pdf")
    assert document is not None and document.extension == ".pdf" and not document.note
    words = _spread_out(document.content)
    for gone in (SECRET.encode(), b"/JavaScript", b"/Launch", b"/OpenAction", b"/AA", b"/Info"):
        assert gone not in words
    assert b"(stays)" in words and b"https://a.example/" in words


def test_h3_a_pdf_with_a_password_is_refused_kindly() -> None:
    locked = _pdf(encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(Refusal, match="password"):
        clean_document(locked, ".pdf")


def test_a_damaged_pdf_passes_only_when_nothing_can_hide_in_it() -> None:
    harmless = clean_document(b"%PDF-1.4\nnothing at all\n%%EOF", ".pdf")
    assert harmless is not None and "could not be opened" in harmless.note
    with pytest.raises(Refusal, match="damaged"):
        clean_document(b"%PDF-1.4\n<</S/JavaScript/JS(app.alert(1))>>", ".pdf")


@given(st.binary(max_size=60), st.integers(0, 4000))
def test_broken_pdfs_end_in_an_answer(noise: bytes, at: int) -> None:
    content = _PDF[:at] + noise + _PDF[at + len(noise) :]
    try:
        document = clean_document(content, ".pdf")
    except Refusal:
        return
    if document is not None and not document.note:
        assert b"/JavaScript" not in _spread_out(document.content)


_PDF = _pdf()


# Office ----------------------------------------------------------------------------------------


def _package(parts: dict[str, str | bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


WORD: dict[str, str | bytes] = {
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": (
        '<Relationships><Relationship Id="r1" Type="x/thumbnail" Target="docProps/thumbnail.jpeg"/>'
        '<Relationship Id="r2" Type="x/officeDocument" Target="word/document.xml"/></Relationships>'
    ),
    "docProps/core.xml": f"<cp:coreProperties>{CREATOR}</cp:coreProperties>",
    "docProps/app.xml": f"<Properties><Company>{SECRET}</Company></Properties>",
    "docProps/thumbnail.jpeg": SECRET,
    "word/document.xml": (
        f'<w:document><w:ins w:author="{SECRET}" w:date="2026-01-01">stays</w:ins></w:document>'
    ),
    "word/comments.xml": f"<w:comment w:author='{SECRET}' w:initials='{SECRET}'>why</w:comment>",
    "word/people.xml": f'<w15:person w15:author="{SECRET}"/>',
    "word/_rels/settings.xml.rels": (
        f'<Relationships><Relationship Id="r1" Type="x/attachedTemplate" Target="http://{SECRET}/"'
        ' TargetMode="External"/><Relationship Id="r2" Type="x/hyperlink"'
        ' Target="https://a.example/" TargetMode="External"/></Relationships>'
    ),
}


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_h3_a_word_file_leaves_without_names() -> None:
    document = clean_document(_package(WORD), ".docx")
    assert document is not None and document.extension == ".docx"
    parts = _parts(document.content)
    assert not [name for name, content in parts.items() if SECRET.encode() in content]
    assert b"stays" in parts["word/document.xml"]
    assert b"https://a.example/" in parts["word/_rels/settings.xml.rels"]
    assert b"thumbnail" not in parts["_rels/.rels"]
    assert clean_document(document.content, ".docx") == document


def test_h3_a_photo_inside_a_word_file_loses_its_place() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = SECRET, 6
    file = BytesIO()
    Image.new("RGB", (9, 9)).save(file, "JPEG", exif=exif)
    document = clean_document(_package({**WORD, "word/media/image1.jpg": file.getvalue()}), ".docx")
    assert document is not None
    photo = _parts(document.content)["word/media/image1.jpg"]
    assert SECRET.encode() not in photo
    with Image.open(BytesIO(photo)) as image:
        assert dict(image.getexif()) == {0x0112: 6}


def test_h3_an_open_document_leaves_without_names() -> None:
    text = _package(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "meta.xml": f"<office:document-meta>{CREATOR}</office:document-meta>",
            "content.xml": f"<office:annotation>{CREATOR}stays</office:annotation>",
            "Thumbnails/thumbnail.png": SECRET,
        }
    )
    document = clean_document(text, ".odt")
    assert document is not None and document.extension == ".odt"
    parts = _parts(document.content)
    assert not [name for name, content in parts.items() if SECRET.encode() in content]
    assert b"stays" in parts["content.xml"]
    assert next(iter(parts)) == "mimetype"


@pytest.mark.parametrize(
    "extra",
    [
        {"word/vbaProject.bin": b"x"},
        {"word/VBAPROJECT.BIN": b"x"},
        {"xl/macrosheets/sheet1.xml": b"x"},
        {"word/activeX/activeX1.bin": b"x"},
        {"word/embeddings/run.exe": b"MZ"},
        {"word/embeddings/oleObject1.bin": MAGIC + b"\0" * 600},
        {"word/document.xml": b"<w:instrText>DDEAU</w:instrText><w:instrText>TO x</w:instrText>"},
        {"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><w:document/>'},
        {"word/document.xml": "<w:document/>".encode("utf-16")},
    ],
)
def test_c3_macros_and_programs_in_documents_are_refused(extra: dict[str, bytes]) -> None:
    with pytest.raises(Refusal):
        clean_document(_package({**WORD, **extra}), ".docx")


def test_c3_bombs_are_refused_before_they_unpack() -> None:
    with pytest.raises(Refusal, match="too large when unpacked"):
        clean_document(_package({**WORD, "word/media/a.bin": b"\0" * 201_000_000}), ".docx")
    sheets = {f"word/{n}.xml": b"<a/>" * 6_500_000 for n in range(2)}
    with pytest.raises(Refusal, match="too large when unpacked"):
        clean_document(_package({**WORD, **sheets}), ".docx")
    with pytest.raises(Refusal, match="too large when unpacked"):
        clean_document(_package({**WORD, **{f"word/{n}": "" for n in range(MOST_PARTS)}}), ".docx")


# Older Office ----------------------------------------------------------------------------------


def _compound(*streams: tuple[str, bytes]) -> bytes:
    """A compound file of 512-byte sectors: header, one table sector, directory, long streams."""
    sectors: list[bytes] = []
    table = [0xFFFFFFFD]
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    directory_sectors = (len(streams) + 1 + 3) // 4
    table += [n + 2 for n in range(directory_sectors - 1)] + [0xFFFFFFFE]
    for name, content in streams:
        padded = content + b"\0" * (-len(content) % 512) if len(content) >= 4096 else content
        start = 1 + directory_sectors + len(sectors)
        count = len(padded) // 512
        sectors += [padded[n * 512 : n * 512 + 512] for n in range(count)]
        table += [start + n + 1 for n in range(count - 1)] + [0xFFFFFFFE] * bool(count)
        entries.append(
            _entry(name, 2, start if count else 0xFFFFFFFE, len(content) if count else 0)
        )
    directory = b"".join(entries).ljust(directory_sectors * 512, b"\0")
    fat = struct.pack("<128I", *(table + [0xFFFFFFFF] * 128)[:128])
    header = MAGIC + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + b"\0" * 10
    header += struct.pack("<8I", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + fat + directory + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    entry = encoded.ljust(64, b"\0") + struct.pack("<HB", len(encoded) + 2, kind)
    return entry.ljust(116, b"\0") + struct.pack("<II", start, size) + b"\0" * 4


def _summary() -> bytes:
    text = SECRET.encode() + b"\0"
    section = struct.pack("<IIII", 0, 1, 4, 16) + struct.pack("<II", 0x1E, len(text)) + text
    head = struct.pack("<HHI", 0xFFFE, 0, 0) + b"\0" * 16 + struct.pack("<I", 1)
    return (head + b"\0" * 16 + struct.pack("<I", 48) + section).ljust(4096, b"\0")


WORDS = ("WordDocument", b"words" * 1000)


def test_an_honest_old_word_file_passes_without_its_author() -> None:
    content = _compound(WORDS, ("\x05SummaryInformation", _summary()))
    assert SECRET.encode() in content
    document = clean_document(content, ".doc")
    assert document is not None and document.extension == ".doc" and document.note
    assert SECRET.encode() not in document.content
    assert len(document.content) == len(content) and b"words" in document.content


@pytest.mark.parametrize(
    "streams",
    [
        (WORDS, ("Macros", b"")),
        (WORDS, ("_VBA_PROJECT_CUR", b"")),
        (WORDS, ("\x01Ole10Native", b"")),
        (("Workbook", struct.pack("<HHIBB", 0x85, 6, 0, 0, 1).ljust(5000, b"\0")),),
        (("PowerPoint Document", (b"\x02\0\0\x04\x0c\0\0\0" + b"\1" * 8).ljust(5000, b"\0")),),
    ],
)
def test_c3_old_macros_are_refused(streams: tuple[tuple[str, bytes], ...]) -> None:
    with pytest.raises(Refusal, match="macros"):
        clean_document(_compound(*streams), ".doc")


def test_an_installer_in_the_same_wrapping_is_no_document() -> None:
    assert clean_document(_compound(("Installer", b"x" * 5000)), ".msi") is None


@given(st.binary(max_size=80), st.integers(0, 6000))
def test_broken_compound_files_end_in_an_answer(noise: bytes, at: int) -> None:
    content = _compound(WORDS, ("\x05SummaryInformation", _summary()))
    file = opened(MAGIC + (content[:at] + noise + content[at + len(noise) :])[8:])
    if file is not None:
        holds_program(file)
        without_names(file)


# Text ------------------------------------------------------------------------------------------


def test_an_invitation_becomes_a_notice_without_guests() -> None:
    invitation = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@a.example\r\n"
        f"ATTENDEE;CN={SECRET};\r\n RSVP=TRUE:mailto:carol@home.example\r\nSUMMARY:All\r\n"
        "ORGANIZER:mailto:bob@a.example\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    document = clean_document(invitation.encode(), ".ics")
    assert document is not None and document.extension == ".ics"
    assert document.content.decode() == (
        "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:1@a.example\r\n"
        "SUMMARY:All\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def test_rich_text_leaves_without_author_and_never_with_objects() -> None:
    document = clean_document(b"{\\rtf1{\\info{\\author Mallory}}{\\*\\template x}Hello}", ".rtf")
    assert document is not None and document.content == b"{\\rtf1Hello}"
    with pytest.raises(Refusal):
        clean_document(b"{\\rtf1{\\object\\objemb{\\*\\objdata 01}}}", ".rtf")


def test_csv_in_any_script_opens_in_excel() -> None:
    document = clean_document("name\nسلام\n".encode(), ".csv")
    assert document is not None and document.content.startswith(b"\xef\xbb\xbf")
