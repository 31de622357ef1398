"""Our addresses are written and recognised as a pair; whatever looks like relaying is not ours."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.addresses import (
    MARKED,
    PURPOSES,
    ListAddress,
    good_name,
    read_address,
    write_address,
)
from delivery.marks import Marks
from storage.records import MailingList

NEWS = MailingList(1, "news", "lists.example.org", "News")
HOUSING = MailingList(2, "news-housing", "lists.example.org", "Housing news")
ELSEWHERE = MailingList(3, "news", "other.example", "Other news")
LISTS = (NEWS, HOUSING, ELSEWHERE)

names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,18}[a-z0-9]", fullmatch=True).filter(good_name)


@given(names, st.sampled_from(MARKED), st.integers(0, 36**9 - 1))
def test_a_marked_address_is_read_as_it_was_written(name: str, purpose: str, number: int) -> None:
    to = MailingList(1, name, "lists.example.org", "A list")
    mark = Marks("secret").mint(purpose, number, day=date(2026, 11, 18))
    address = write_address(to, purpose, mark)
    assert len(address.partition("@")[0]) <= 64
    assert read_address(address, [to]) == ListAddress(to, purpose, mark=mark)
    assert read_address(address.upper(), [to]) == ListAddress(to, purpose, mark=mark)


@pytest.mark.parametrize(("word", "purpose"), PURPOSES.items())
def test_each_purpose_has_its_addresses(word: str, purpose: str) -> None:
    assert read_address(f"news-{word}@lists.example.org", LISTS) == ListAddress(NEWS, purpose)
    address = f"news-housing-{word}@lists.example.org"
    assert read_address(address, LISTS) == ListAddress(HOUSING, purpose)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("news@lists.example.org", ListAddress(NEWS, "send")),
        ("NEWS@Lists.Example.ORG", ListAddress(NEWS, "send")),
        ("news+housing@lists.example.org", ListAddress(NEWS, "send", topic="housing")),
        ("news@other.example", ListAddress(ELSEWHERE, "send")),
        ("news-housing@lists.example.org", ListAddress(HOUSING, "send")),
        ("news-housing+law@lists.example.org", ListAddress(HOUSING, "send", topic="law")),
    ],
)
def test_to_post(address: str, expected: ListAddress) -> None:
    assert read_address(address, LISTS) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "news",
        "news@",
        "@lists.example.org",
        "new@lists.example.org",
        "newsletter@lists.example.org",
        "news-@lists.example.org",
        "news-nothing@lists.example.org",
        "news-join+x@lists.example.org",
        "news-verdict@lists.example.org",
        "news-verdict+@lists.example.org",
        "news+@lists.example.org",
        "news@example.org",
        "news@sub.lists.example.org",
        "news@lists.example.org.",
        "news@lists.example.org.evil.example",
        "news%evil.example@lists.example.org",
        "evil.example!news@lists.example.org",
        "news@evil.example@lists.example.org",
        "@evil.example:news@lists.example.org",
        '"news"@lists.example.org',
        '"news@evil.example"@lists.example.org',
        "news@[127.0.0.1]",
        "news@lists.example.org,mallory@evil.example",
        "news @lists.example.org",
        "news\n@lists.example.org",
        "news\0@lists.example.org",
        "news;id@lists.example.org",
        "news|id@lists.example.org",
        "$(id)@lists.example.org",
        "../news@lists.example.org",
        "news'--@lists.example.org",
        "n\u0435ws@lists.example.org",  # a Cyrillic letter
        "new\uff53@lists.example.org",  # a full-width one
        "news-unsubscribe\u212a@lists.example.org",
    ],
)
def test_b5_whatever_is_not_plainly_ours_is_none(address: str) -> None:
    assert read_address(address, LISTS) is None


@given(st.text(max_size=100))
def test_nothing_makes_it_raise(text: str) -> None:
    for address in (text, f"{text}@lists.example.org", f"news{text}@lists.example.org"):
        found = read_address(address, LISTS)
        assert found is None or address.lower().startswith("news")


@pytest.mark.parametrize("name", ["news", "a", "news.letter", "news-housing", "x" * 20, "2026"])
def test_good_names(name: str) -> None:
    assert good_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "News", "x" * 21, "-news", "news-", "ne ws", "news+x", "news-help", "x-verdict", "é"],
)
def test_bad_names(name: str) -> None:
    assert not good_name(name)
