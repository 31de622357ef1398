from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.armour import unarmoured
from ingest.draft import draft
from ingest.read import read

BEGIN = "-----BEGIN PGP SIGNED MESSAGE-----\n"
SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n\niQE\n=ab\n-----END PGP SIGNATURE-----\n"


def test_c15_a_signed_text_is_read_without_its_dress() -> None:
    signed = f"Hello\n{BEGIN}Hash: SHA256\n\napprove\n- -- \nAlice\n{SIGNATURE}footer\n"
    assert unarmoured(signed) == "Hello\napprove\n-- \nAlice\nfooter\n"


@pytest.mark.parametrize("text", ["", "plain", BEGIN, f"{BEGIN}\nno end", f"x\n{SIGNATURE}"])
def test_what_is_not_whole_stays_as_it_is(text: str) -> None:
    assert unarmoured(text) == text


@given(st.lists(st.sampled_from([BEGIN, SIGNATURE, "a\n", "- -b\n", "Hash: x\n", "\n"])))
def test_no_text_breaks_it(lines: list[str]) -> None:
    assert unarmoured("".join(lines)).count("a\n") <= "".join(lines).count("a\n")


@pytest.mark.parametrize("bait", [BEGIN, BEGIN + "\n-----BEGIN PGP SIGNATURE-----\n", "A: b\n"])
def test_c17_bait_is_read_at_once(bait: str) -> None:
    start = time.process_time()
    unarmoured(bait * 20_000)
    unarmoured(BEGIN + bait * 20_000)
    assert time.process_time() - start < 1


def test_c15_a_post_shows_the_signed_words_without_their_armour() -> None:
    raw = (Path(__file__).parents[1] / "mails" / "text_signed_with_pgp_inline.eml").read_bytes()
    found = draft(read(raw))
    assert "BEGIN PGP" not in found.text + found.html
    assert found.text.strip()
