"""S/MIME in which the mail itself lies inside the signature, in every coding of BER."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.read import read
from ingest.sealed import opened

INSIDE = b"Content-Type: text/plain; charset=utf-8\r\n\r\nA room is free, \xe2\x82\xac300.\r\n"
DATA = bytes.fromhex("06092a864886f70d010701")
SIGNED = bytes.fromhex("06092a864886f70d010702")


def der(tag: int, *values: bytes) -> bytes:
    value = b"".join(values)
    if len(value) < 0x80:
        return bytes([tag, len(value)]) + value
    size = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + value


def open_ended(tag: int, *values: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(values) + b"\0\0"


def signed(inside: bytes = INSIDE) -> bytes:
    content = der(0x30, DATA, der(0xA0, der(0x04, inside)))
    digests = der(0x31, der(0x30, der(0x06, b"\x60\x86\x48")))
    body = der(0x30, der(0x02, b"\x01"), digests, content, der(0x31, b""))
    return der(0x30, SIGNED, der(0xA0, body))


def streamed(inside: bytes = INSIDE) -> bytes:
    """As programs write it that do not know the length beforehand."""
    pieces = [der(0x04, inside[at : at + 7]) for at in range(0, len(inside), 7)]
    content = open_ended(0x30, DATA, open_ended(0xA0, open_ended(0x24, *pieces)))
    digests = open_ended(0x31, der(0x30, der(0x06, b"\x60\x86\x48")))
    body = open_ended(0x30, der(0x02, b"\x01"), digests, content, der(0x31, b""))
    return open_ended(0x30, SIGNED, open_ended(0xA0, body))


def mail(content: bytes, kind: str = "application/pkcs7-mime; smime-type=signed-data") -> bytes:
    head = f"From: alice@charity.example\r\nSubject: Rooms\r\nContent-Type: {kind}\r\n"
    head += "Content-Disposition: attachment; filename=smime.p7m\r\n"
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(content)


@pytest.mark.parametrize("make", [signed, streamed])
def test_c15_the_words_inside_the_signature_are_read(make: Callable[[bytes], bytes]) -> None:
    found = read(mail(make(INSIDE)))
    assert found.text == found.reply_text == "A room is free, €300."
    assert found.attachments == ()


def test_c15_a_signed_mail_with_a_file_has_the_file() -> None:
    parts = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nWords.\r\n--b\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )
    found = read(mail(signed(parts), "application/x-pkcs7-mime; name=smime.p7m"))
    assert found.text == "Words."
    assert [(one.filename, one.content) for one in found.attachments] == [("a.pdf", b"%PDF")]


def test_c15_what_is_encrypted_stays_an_attachment() -> None:
    enveloped = der(0x30, bytes.fromhex("06092a864886f70d010703"), der(0xA0, b"\x30\x00"))
    found = read(mail(enveloped, "application/pkcs7-mime; smime-type=enveloped-data"))
    assert found.text == ""
    assert [one.filename for one in found.attachments] == ["smime.p7m"]


def test_signatures_inside_signatures_end() -> None:
    content = signed()
    for _ in range(5):
        head = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        content = signed(head + base64.encodebytes(content))
    assert "signatures inside signatures" in read(mail(content)).problems


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_are_opened_without_raising(noise: bytes, at: int) -> None:
    for whole in (signed(), streamed()):
        for hostile in (noise, whole[:at] + noise, whole[:at] + noise + whole[at:]):
            opened(hostile)


@pytest.mark.parametrize("bait", [b"\x30\x80", b"\x24\x80", b"\x04\x00", b"\x31\x00", b"\0\0"])
def test_c17_bait_takes_little_time(bait: bytes) -> None:
    whole = streamed()
    start = time.process_time()
    for at in (0, 20, 40, 60):
        opened(whole[:at] + bait * 500_000)
    assert time.process_time() - start < 1.0
