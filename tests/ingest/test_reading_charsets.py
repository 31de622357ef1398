from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.charsets import decode, known

NAMES = """
utf-8 us-ascii iso-8859-1 iso-8859-8-i windows-1251 koi8-r gb2312 big5 euc-jp shift_jis utf-16 hz
iso-2022-jp iso-2022-kr utf-32 utf-7 punycode idna unicode_escape rot13 base64 x-y cp850 replacement
johab mac ks_c_5601-1987
"""
LABELS = st.sampled_from(NAMES.split()) | st.none()


@given(st.binary(max_size=300), LABELS, LABELS)
def test_any_bytes_under_any_label_become_clean_text(
    data: bytes, label: str | None, hint: str | None
) -> None:
    text, problem = decode(data, label, hint)
    text.encode("utf-8")
    assert problem is None or problem


@given(st.text(max_size=100))
def test_utf8_is_read_under_every_western_label(text: str) -> None:
    text = text.replace("\ufeff", "") + "ü€"
    for label in ("utf-8", None, "us-ascii", "iso-8859-1", "windows-1252", "x-unknown", "utf-8*de"):
        assert decode(text.encode("utf-8", "replace"), label)[0].endswith("ü€")


@pytest.mark.parametrize("label", ["utf-7", "punycode", "idna", "unicode_escape", "rot13", "hex"])
def test_c8_a_charset_that_is_a_trick_is_not_run(label: str) -> None:
    text, problem = decode(rb"+ADw-script+AD4- \x3cscript\x3e \u003c", label)
    assert text == r"+ADw-script+AD4- \x3cscript\x3e \u003c"
    assert problem == f"unknown character set {label}"
    assert not known(label)


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Grüße “€”", "cp1252", "iso-8859-1"),
        ("Grüße", "cp1252", "windows1252"),
        ("Привет", "cp1251", "win-1251"),
        ("Привет", "koi8-r", "KOI8-R"),
        ("朱镕基", "gbk", "gb2312"),
        ("똠방각하", "cp949", "ks_c_5601-1987"),
        ("①㈱", "cp932", "Shift_JIS"),
        ("日本語 ①".replace("①", "1"), "iso2022_jp", "iso-2022-jp"),
        ("שלום", "iso8859-8", "ISO-8859-8-I"),
        ("Grüße", "cp850", "ibm850"),
        ("Łódź", "iso8859-2", '"latin2"'),
    ],
)
def test_labels_are_read_as_their_senders_mean_them(text: str, codec: str, label: str) -> None:
    assert decode(text.encode(codec), label) == (text, None)


def test_a_label_that_lies_is_found_out() -> None:
    assert decode("Grüße".encode("latin1"), "utf-8")[0] == "Grüße"
    assert decode("Grüße".encode(), "iso-8859-1")[0] == "Grüße"
    assert decode(b"plain", "utf-16") == ("plain", "not in the character set it claims, utf-16")


def test_one_bad_byte_does_not_spoil_a_utf8_text() -> None:
    assert decode("Grüße und ".encode() + b"\xff", "utf-8")[0] == "Grüße und �"


def test_unlabelled_bytes_take_the_hint_of_the_message() -> None:
    assert decode("Встреча".encode("koi8-r"), None, "koi8-r")[0] == "Встреча"
    assert decode("Встреча".encode(), None, "koi8-r")[0] == "Встреча"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Узнай как зарабатывать!", "cp1251"),
        ("Узнай как зарабатывать!", "koi8-r"),
        ("ВНИМАНИЕ! ВАЖНО", "cp1251"),
        ("会议通知 下周一", "gb2312"),
        ("代開發票請聯絡", "big5"),
        ("こんにちは、テストです", "euc_jp"),
        ("広告のお知らせ", "cp932"),
        ("(광고) 특별한 혜택", "euc_kr"),
        ("été NOËL déjà vu à Orléans où", "latin1"),
        ("Grüße über Öl – “viele”", "cp1252"),
    ],
)
def test_scripts_whose_programs_leave_the_label_out_are_known(text: str, codec: str) -> None:
    assert decode(text.encode(codec), None)[0] == text
    assert decode(text.encode(codec), "iso-8859-1")[0] == text


@pytest.mark.parametrize("bait", [b"\x1b$B" * 350_000, b"~{" * 500_000, bytes(range(256)) * 4000])
@pytest.mark.parametrize("label", ["iso-2022-jp", "hz", "utf-8", "utf-16", "punycode", None])
def test_c1_a_megabyte_of_bait_is_read_within_a_second(bait: bytes, label: str | None) -> None:
    start = time.process_time()
    decode(bait, label)
    assert time.process_time() - start < 2
