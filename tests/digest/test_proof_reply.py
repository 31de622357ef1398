"""What people may answer to the proof of a round-up, and what changes nothing."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.proof_reply import Order, read_orders

ROOT = Path(__file__).parent.parent.parent
TEAM = ("Bob", "Amina")


@pytest.mark.parametrize(
    ("said", "orders"),
    [
        ("hold", [Order("hold")]),
        ("Hold please.", [Order("hold")]),
        ("GO", [Order("go")]),
        ("go ahead, thanks\nBob", [Order("go")]),
        ("Hi,\n\nhold\n\nBob Smith", [Order("hold")]),
        ("drop 7", [Order("drop", (7,))]),
        ("Drop 7 and 8, please", [Order("drop", (7, 8))]),
        ("leave out item 3", [Order("drop", (3,))]),
        ("keep 7", [Order("keep", (7,))]),
        ("move 4 top", [Order("top", (4,))]),
        ("4 first", [Order("top", (4,))]),
        ("shorten 2, 3", [Order("shorten", (2, 3))]),
        ("whole 2", [Order("whole", (2,))]),
        ("no intro", [Order("intro")]),
        ("intro: none", [Order("intro")]),
        ("intro: Happy new year!\nSee you soon\n\nAmina", [
            Order("intro", text="Happy new year!\nSee you soon")
        ]),
        ("drop 7\n4 top\nintro: Hello\nto you\ngo", [
            Order("drop", (7,)), Order("top", (4,)),
            Order("intro", text="Hello\nto you"), Order("go"),
        ]),
    ],
)  # fmt: skip
def test_orders(said: str, orders: list[Order]) -> None:
    assert read_orders(said, TEAM) == orders


@pytest.mark.parametrize(
    "said",
    [
        "",
        "thanks",
        "drop it",
        "drop 7 or 8",
        "please do not drop 7",
        "no",
        "hold\nmaybe not",
        "hold\n\nActually Go",
        "drop 7\nand tell Alice why",
        "drop seven",
        "> hold",
        "wait 2 days",
    ],
)
def test_what_is_not_plainly_an_order_changes_nothing(said: str) -> None:
    (order,) = read_orders(said, TEAM)
    assert order.kind == "unclear"


@given(st.text(max_size=300))
def test_any_answer_is_read(said: str) -> None:
    assert read_orders(said, TEAM)


@pytest.mark.parametrize("bait", ["drop ", "intro: a\n", "1 ", "please ", "top ", "\n", "hold it "])
def test_long_bait_is_read_at_once(bait: str) -> None:
    began = time.process_time()
    read_orders(bait * (100_000 // len(bait)))
    assert time.process_time() - began < 1


def test_every_word_in_the_docs_is_known() -> None:
    page = (ROOT / "docs" / "addresses-and-words.md").read_text(encoding="utf-8")
    table = page.partition("## Words for a round-up")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    kinds: list[str] = []
    for cell in cells:
        said = {read_orders(word)[0].kind for word in re.findall(r"`([^`]+)`", cell)}
        assert len(said) == 1, cell
        kinds += said
    assert set(kinds) == {"hold", "go", "drop", "top", "shorten", "intro", "help"}
