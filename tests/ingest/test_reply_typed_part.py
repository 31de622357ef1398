"""What the author typed, found between what mail programs put round it.

The samples lie in tests/mails/replies: attributions, header blocks and footers of many programs
and languages, each tried in every position; texts that must stay whole; and whole letters.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.reply import typed_part

SAMPLES = Path(__file__).parents[1] / "mails" / "replies"
# Without a quoted line below, these could be a person's own words.
ONLY_ABOVE_QUOTES = ("name only", "horde", "mutt with a star", "usenet", "the bat", "pine")


def blocks(name: str) -> list[tuple[str, str]]:
    """The named samples of one file: a line "# name", then the sample."""
    found: list[tuple[str, list[str]]] = []
    for line in (SAMPLES / name).read_text("utf-8").splitlines():
        if line.startswith("# "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return [(title, "\n".join(lines).strip("\n")) for title, lines in found]


def given(name: str, without: tuple[str, ...] = ("-",)) -> pytest.MarkDecorator:
    samples = [(title, text) for title, text in blocks(name) if not title.startswith(without)]
    texts = [sample for _, sample in samples]
    return pytest.mark.parametrize("sample", texts, ids=[title for title, _ in samples])


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


@given("attributions.txt")
def test_attribution_above_a_quote(sample: str) -> None:
    text = f"Yes, that is fine.\n\nAmina\n\n{sample}\n\n> A post waits.\n>\n> Please decide.\n"
    assert typed_part(text) == "Yes, that is fine.\n\nAmina"


@given("attributions.txt")
def test_attribution_right_below_the_words(sample: str) -> None:
    assert typed_part(f"Yes\n{sample}\n> A post waits.\n") == "Yes"
    text = f"Yes, that is fine.\nI will be there\n{sample}\n> A post waits.\n"
    assert typed_part(text) == "Yes, that is fine.\nI will be there"


@given("attributions.txt")
def test_answer_below_and_between_the_quotes(sample: str) -> None:
    assert typed_part(f"{sample}\n> A post.\n> Decide.\n\nYes\n") == "Yes"
    text = f"Hello\n\n{sample}\n> one?\n\nfirst\n\n> two?\n\nsecond\n"
    assert typed_part(text) == "Hello\n\nfirst\n\nsecond"


@given("attributions.txt")
def test_attribution_that_is_itself_quoted(sample: str) -> None:
    assert typed_part(f"Yes\n\n{quoted(sample)}\n>\n> A post waits.\n") == "Yes"


@given("attributions.txt", without=ONLY_ABOVE_QUOTES)
def test_attribution_above_an_original_without_marks(sample: str) -> None:
    text = f"Yes, please.\n\n{sample}\n\nA post waits.\n\nPlease decide.\n"
    assert typed_part(text) == "Yes, please."


@given("header_blocks.txt")
def test_header_block_ends_the_typed_part(sample: str) -> None:
    text = f"Yes, that is fine.\n\nBob\n\n{sample}\n\nA post waits.\n\nReply yes or no.\n"
    assert typed_part(text) == "Yes, that is fine.\n\nBob"
    assert typed_part(f"Yes\n{sample}\nA post waits.\n\n> older\nmore\n") == "Yes"


@given("header_blocks.txt")
def test_header_block_with_nothing_typed(sample: str) -> None:
    assert typed_part(f"{sample}\n\nA post waits.\n") == ""


@given("header_blocks.txt")
def test_header_block_that_is_quoted(sample: str) -> None:
    assert typed_part(f"Yes\n\n{quoted(sample)}\n> A post.\n\nAmina") == "Yes\n\nAmina"


@pytest.mark.parametrize("footer", (SAMPLES / "footers.txt").read_text("utf-8").splitlines())
def test_footer_of_a_program(footer: str) -> None:
    assert typed_part(f"Yes\n\n{footer}\n") == "Yes"
    assert typed_part(f"Yes\n{footer}\n") == "Yes"
    assert typed_part(f"{footer}\n\nYes\n") == "Yes"
    attribution = "On 18 Nov 2026, at 09:13, News <news@lists.example> wrote:"
    assert typed_part(f"Yes\n\n{footer}\n\n{attribution}\n\n> A post\n") == "Yes"


@given("honest.txt")
def test_honest_words_stay(sample: str) -> None:
    assert typed_part(sample) == sample


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.letter.txt")), ids=lambda path: path.stem)
def test_whole_letter(path: Path) -> None:
    expected = path.with_name(path.name.replace(".letter.", ".typed.")).read_text("utf-8")
    assert typed_part(path.read_bytes().decode("utf-8")) == expected.rstrip("\n")
