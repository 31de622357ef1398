"""What is an address in MAIL FROM and RCPT TO, and what is not."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.paths import BadPath, NotAscii, check_recipient, check_sender, read_argument


@pytest.mark.parametrize(
    ("argument", "path", "parameters"),
    [
        ("FROM:<alice@charity.example>", "alice@charity.example", {}),
        ("from: <alice@charity.example> size=10 BODY=8BITMIME", "alice@charity.example",
         {"SIZE": "10", "BODY": "8BITMIME"}),
        ("FROM:<>", "", {}),
        ("FROM:alice@charity.example SMTPUTF8", "alice@charity.example", {"SMTPUTF8": ""}),
        ('FROM:<"a b"@charity.example>', '"a b"@charity.example', {}),
    ],
)  # fmt: skip
def test_the_path_and_its_parameters(argument: str, path: str, parameters: dict[str, str]) -> None:
    assert read_argument(argument, "FROM") == (path, parameters)


@pytest.mark.parametrize(
    "argument",
    [
        None,
        "",
        "FROM",
        "FROM:",
        "TO:<alice@charity.example>",
        "FROM:<alice@charity.example",
        "FROM:<<alice@charity.example>>",
        "FROM:<alice@charity.example>SIZE=10",
        "FROM:<alice@charity.example> =10",
        "FROM:<alice@charity.example> SIZE=",
        "FROM:<alice@charity.example> SIZE=1=2",
        "FROM:alice smith@charity.example",
        "alice@charity.example",
    ],
)
def test_what_holds_no_path(argument: str | None) -> None:
    with pytest.raises(BadPath):
        read_argument(argument, "FROM")


@pytest.mark.parametrize(
    "address",
    [
        "alice@charity.example",
        "alice@localhost",
        "a..b.@phone.example",
        "alice+tag=x@charity.example",
        '"alice smith"@charity.example',
        r'"a\"b"@charity.example',
        "alice@[192.0.2.1]",
        "alice@[IPv6:2001:db8::1]",
        "bounces+" + "x" * 100 + "=example.org@sender.example",
        "SRS0=abcd=xy=charity.example=alice@" + "forwarder.example",
        "prvs=1234567890=alice@charity.example",
        "o'neill!#$%&*/?^`{|}~-_@charity.example",
        "alice@with_underscore.example",
        "a" * 64 + "@charity.example",
    ],
)
def test_odd_but_honest_senders(address: str) -> None:
    assert check_sender(address, utf8=False) == address


def test_a_sender_in_another_script_needs_the_announcement() -> None:
    assert check_sender("zoë@wohltätig.example", utf8=True) == "zoë@wohltätig.example"
    with pytest.raises(NotAscii):
        check_sender("zoë@wohltätig.example", utf8=False)


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("news@lists.example.org", True),
        ("News+Housing@LISTS.example.org", True),
        ("news-verdict+k7q2m@lists.example.org", True),
        ("Postmaster", True),
        ("a" * 64 + "@lists.example.org", True),
        ("a" * 65 + "@lists.example.org", False),
        ("news@" + "a" * 64 + ".example", False),
        ("news@" + ".".join(["lists"] * 45), False),
        ("news@lists..example", False),
        ("news@-lists.example", False),
        ("news", False),
        ("", False),
    ],
)
def test_recipients(address: str, good: bool) -> None:
    if good:
        assert check_recipient(address) == address
        return
    with pytest.raises(BadPath):
        check_recipient(address)


@given(st.text(max_size=80) | st.from_regex(r"(FROM|TO):<[^>]*>.*", fullmatch=True))
def test_nothing_else_is_ever_raised_and_what_passes_is_clean(text: str) -> None:
    with contextlib.suppress(BadPath):
        path, _ = read_argument(text, "FROM")
        sender = check_sender(path, utf8=True)
        assert not any(ord(character) < 32 or ord(character) == 127 for character in sender)
        assert not set(sender) & {"<", ">"}
        sender.encode()
    with contextlib.suppress(BadPath):
        recipient = check_recipient(text)
        assert recipient.isascii() and recipient.count("@") <= 1


@pytest.mark.parametrize(
    "bait",
    ["FROM:" + " " * 100_000, "FROM:<" + "<" * 100_000, "FROM:<a@b> " + "A=" * 50_000,
     "FROM:" + "a " * 50_000],
)  # fmt: skip
def test_bait_of_100_kb_ends(bait: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(BadPath):
        read_argument(bait, "FROM")
    for text in ("a-" * 50_000, "a@" + "a-" * 50_000, "a@" + "a." * 50_000, '"' + "\\" * 100_000):
        with contextlib.suppress(BadPath):
            check_recipient(text)
        with contextlib.suppress(BadPath):
            check_sender(text, utf8=True)
    assert time.monotonic() - began < 0.5
