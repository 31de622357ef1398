"""A missing program is a named skip, and in CI a failure."""

from __future__ import annotations

import pytest

from tests.needs import need


def test_what_is_missing_is_skipped_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTROUND_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs no-such-program, which this machine"):
        need("no-such-program")


def test_what_is_missing_fails_where_everything_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POSTROUND_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="needs no-such-program"):
        need("no-such-program")


def test_what_is_there_is_found() -> None:
    assert need("sh").name == "sh"
