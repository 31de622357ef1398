"""What only ingest can tell to be wrong stops the start like any other wrong setting."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.servers import Installation


@pytest.mark.parametrize("part", ["smtp", "run"])
def test_i8_a_wrong_spam_scanner_stops_the_start_with_one_sentence(
    new_installation: Callable[..., Installation], sqlite_url: str, part: str
) -> None:
    installation = new_installation(sqlite_url, POSTROUND_SPAM_SCANNER="rspamd:nowhere")
    said = installation.command(part, code=2).strip()
    assert said.startswith("postround: POSTROUND_SPAM_SCANNER: ")
    assert "\n" not in said
