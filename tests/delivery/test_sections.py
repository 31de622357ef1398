"""What a mail holds: nothing is left out of the contents, and no mail program cuts it off."""

from __future__ import annotations

from datetime import date

from delivery.assemble import Layout, Part, Wanted, encode_frame, encode_piece, lay_out
from delivery.chunks import Posts, by_post, decoded_size
from delivery.sections import MOST_BYTES

MONDAY = date(2026, 11, 23)
TEXTS = {
    "part:closing": "CLOSING\n",
    "part:coming": "COMING\n",
    "part:dates_end": "\n",
    "part:contents_end": "\n",
    "part:left_out": "and \0count\0 more\n",
    "part:named_only": "no room for \0count\0\n",
    "heading:1": "== Housing \0count\0\n",
    "heading:0": "== Other \0count\0\n",
    "contents:1": "Housing \0count\0\n",
    "contents:0": "Other \0count\0\n",
    "contents:": "",
}
HEADINGS = {("html-en", name): encode_piece(text) for name, text in TEXTS.items()}
FRAME = encode_frame("X: y\n", "b", [Part("html-en", "html", "\0dates\0\0contents\0\0items\0")])


def pieces(count: int, size: int = 10, days: dict[int, str] | None = None) -> Posts:
    made: dict[str, str] = {}
    for post in range(1, count + 1):
        made[f"entry:{post}"] = f"entry \0number\0 of {post};\n"
        made[f"item:{post}"] = f"item \0number\0 of {post} {'w' * size};\n"
        made[f"whole:{post}"] = f"whole {post} {'w' * 2 * size};\n"
        made[f"short:{post}"] = f"short \0number\0 of {post};\n"
        made[f"on:{post}"] = f"on {post};\n"
        made[f"closes:{post}"] = f"closes {post};\n"
        made[f"days:{post}"] = (days or {}).get(post, "/")
    return by_post({("html-en", name): encode_piece(text) for name, text in made.items()})


def shown(layout: Layout) -> str:
    return b"".join(layout.parts).replace(b"=\r\n", b"").decode()


def laid(items: str, wanted: Wanted | None = None, **made: object) -> str:
    count = items.count(",") + items.count(":")
    layout = lay_out(FRAME, pieces(count, **made), items, HEADINGS, wanted or Wanted(MONDAY))  # type: ignore[arg-type]
    return shown(layout)


def test_days_stand_first_the_nearest_first_and_only_those_to_come() -> None:
    days = {1: "2026-12-08/2026-12-04", 2: "2026-11-23/", 3: "2026-11-22/2027-03-01"}
    text = laid("1:1,2,3", days=days)
    order = ["CLOSING", "closes 1;", "COMING", "on 2;", "on 1;", "Housing 3", "entry 1 of 1;"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "on 3;" not in text and "closes 3;" not in text


def test_without_days_there_is_no_heading_for_them() -> None:
    text = laid("1:1")
    assert "CLOSING" not in text and "COMING" not in text


def test_other_news_is_set_apart_only_from_something() -> None:
    assert "Other" not in laid("0:1,2")
    assert "Other 1" in laid("1:1 0:2")


def test_f11_a_full_mail_stays_below_what_mail_programs_show() -> None:
    items = "1:" + ",".join(map(str, range(1, 61))) + " 0:" + ",".join(map(str, range(61, 81)))
    text = laid(items, size=3000)
    assert len(text) < MOST_BYTES + 2000
    for number in range(1, 81):
        assert f"entry {number} of {number};" in text
        assert (f"item {number} of {number} " in text) != (f"short {number} of {number};" in text)
    assert "item 1 of 1 " in text and "item 61 of 61 " in text
    assert "short 60 of 60;" in text and "short 80 of 80;" in text


def test_f11_ten_thousand_posts_are_counted_where_they_cannot_be_named() -> None:
    items = "0:" + ",".join(map(str, range(1, 10_001)))
    text = laid(items, size=100)
    assert len(text) < MOST_BYTES + 2000
    named = text.count("entry ")
    assert f"and {10_000 - named} more" in text and "no room for 10000" in text


def test_who_wants_headlines_gets_headlines() -> None:
    text = laid("1:1,2", Wanted(MONDAY, depth="short"))
    assert "short 1 of 1;" in text and "item " not in text


def test_a_post_alone_is_shown_whole() -> None:
    assert "whole 1 " in laid("1:1", Wanted(MONDAY, depth="full"))


def test_an_organiser_may_shorten_one() -> None:
    text = laid("1:1,2", Wanted(MONDAY, short=frozenset({"2"})))
    assert "item 1 of 1 " in text and "short 2 of 2;" in text


def test_a_size_is_that_of_the_decoded_text() -> None:
    for text in ("plain words\n" * 50, "é" * 400, "=" * 300):
        assert abs(decoded_size(encode_piece(text)) - len(text.encode())) <= text.count("\n")


def test_layouts_share_what_is_the_same_so_that_hundreds_take_little_memory() -> None:
    made = pieces(3, size=2000)
    first, second = (
        lay_out(FRAME, made, items, HEADINGS, Wanted(MONDAY)) for items in ("1:1,2", "1:1,3")
    )
    shared = {id(part) for part in first.parts} & {id(part) for part in second.parts}
    own = [part for part in second.parts if id(part) not in shared]
    assert b"item 1=" not in b"".join(own) and sum(map(len, own)) < 2500
