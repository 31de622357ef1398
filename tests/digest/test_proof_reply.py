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
        "please drop 7",
        "can you drop 7?",
        "Could you please drop 7",
        "drop #7",
        "drop no. 7",
        "7 out",
        "leave 7 out",
        "take item 7 out please",
        "remove 7 please, thanks\nBob",
        "yes but drop 7",
        "Fine. Drop 7",
        "drop 7 - it's a duplicate",
        "drop 7, duplicate of 3",
        "Hi,\nPlease drop 7.\nThanks,\nBob Smith\nTown Council\n01234 567890",
        "drop 7\n\nBob\n12 High Street",
        "drop 7\n\nKind regards,\n\nBob Smith\nCoordinator, Town Charity",
    ],
)
def test_one_drop_in_many_words(said: str) -> None:
    assert read_orders(said, TEAM) == [Order("drop", (7,))]


@pytest.mark.parametrize(
    ("said", "orders"),
    [
        ("drop 7-9", [Order("drop", (7, 8, 9))]),
        ("drop 7 to 9", [Order("drop", (7, 8, 9))]),
        ("drop 7, shorten 2", [Order("drop", (7,)), Order("shorten", (2,))]),
        ("drop 7 and shorten 2 and 3", [Order("drop", (7,)), Order("shorten", (2, 3))]),
        ("drop 7. Shorten 2. Go.", [Order("drop", (7,)), Order("shorten", (2,)), Order("go")]),
        ("move 4 top, drop 7", [Order("top", (4,)), Order("drop", (7,))]),
        ("put 4 at the top please", [Order("top", (4,))]),
        ("move 4 and 5 to the top", [Order("top", (4, 5))]),
        ("make 2 shorter", [Order("shorten", (2,))]),
        ("bring 7 back", [Order("keep", (7,))]),
        ("go, but drop 7", [Order("go"), Order("drop", (7,))]),
        ("intro - Happy Easter", [Order("intro", text="Happy Easter")]),
        ("intro: Stop press!\nWait for it.\nLooks good", [
            Order("intro", text="Stop press!\nWait for it.\nLooks good")
        ]),
    ],
)  # fmt: skip
def test_orders_as_people_write_them(said: str, orders: list[Order]) -> None:
    assert read_orders(said, TEAM) == orders


@pytest.mark.parametrize(
    "said",
    [
        "HOLD - I need to check item 3",
        "hold, I need to check item 3",
        "Hold!!! Wrong date in 3",
        "hold until tomorrow",
        "No, wait",
        "Don't send yet - item 3 is wrong",
        "do not send it yet",
        "Hold.\nItem 3 has the wrong date.\nBob",
        "can you hold it?",
        "cancel",
        "Hi all,\n\nplease hold, Alice has rung me\n\nBob Smith\nTown Council",
    ],
)
def test_a_hold_counts_whatever_follows(said: str) -> None:
    assert read_orders(said, TEAM) == [Order("hold")]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("yes go", "go"),
        ("OK, go ahead please", "go"),
        ("Looks great, go!", "go"),
        ("looks good to me", "fine"),
        ("All good, thanks Bob", "fine"),
        ("fine by me", "fine"),
        ("no changes", "fine"),
    ],
)
def test_a_go_and_a_fine(said: str, kind: str) -> None:
    assert [one.kind for one in read_orders(said, TEAM)] == [kind]


@pytest.mark.parametrize(
    "said",
    [
        "drop 7?",
        "hold?",
        "should we hold?",
        "go?",
        "hold 7",
        "hold back 7",
        "Stop sending me these",
        "drop 7, not 8",
        "drop 7, or shorten it",
        "drop 7 unless Alice objects",
        "ok except 7",
        "Item 3 has a typo",
        "drop the yoga one",
        "drop 7\nTell Alice why",
        "Great, thanks",
    ],
)
def test_what_may_mean_something_else_is_asked_back(said: str) -> None:
    assert [one.kind for one in read_orders(said, TEAM)] == ["unclear"]


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


@pytest.mark.parametrize(
    "bait",
    [
        "drop ",
        "intro: a\n",
        "1 ",
        "please ",
        "top ",
        "\n",
        "hold it ",
        "Hold, a\n",
        "drop 7, a\n",
        "a, b, c, d, e, f, g, h\n",
        "drop 7 and ",
    ],
)
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
    assert set(kinds) == {"hold", "go", "fine", "drop", "top", "shorten", "intro", "help"}
