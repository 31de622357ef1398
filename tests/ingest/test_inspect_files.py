from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from ingest import inspect as inspecting
from ingest.inspect import inspect, inspect_files
from tests.odd_reading import greedy, stuck

MAIL = b"From: Alice <alice@partner.example>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nyes\r\n"


def printed(paths: list[str], stdin: bytes = b"") -> list[dict[str, Any]]:
    out = io.StringIO()
    inspect_files(paths, io.BytesIO(stdin), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_for_each_file_and_standard_input(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL)
    (tmp_path / "two.eml").write_bytes(b"Subject: Two\n\n")
    found = printed([str(tmp_path / "one.eml"), "-", str(tmp_path / "two.eml")], b"Subject: In\n\n")
    assert [one["subject"] for one in found] == ["Grüße", "In", "Two"]
    assert found[0] == inspect(MAIL)


def test_without_a_file_standard_input_is_read() -> None:
    assert printed([], MAIL)[0]["text"] == "yes"


def test_a_file_that_cannot_be_opened_has_its_line_too(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(MAIL)
    out = io.StringIO()
    paths = [str(tmp_path / "none.eml"), str(tmp_path), str(tmp_path / "one.eml")]
    assert inspect_files(paths, io.BytesIO(), out) == 2
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert "none.eml: No such file" in found[0]["problems"][0]
    assert found[0]["from"] is None
    assert found[2]["subject"] == "Grüße"


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin-1"])
def test_any_terminal_can_show_it(encoding: str) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    inspect_files(["-"], io.BytesIO(MAIL), out)
    assert json.loads(raw.getvalue())["subject"] == "Grüße"


@pytest.mark.parametrize("reader", [stuck, greedy])
def test_a_letter_that_takes_too_much_still_has_its_header_shown(
    reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "inspect", reader)
    monkeypatch.setattr(inspecting, "SECONDS", 0.5)
    start = time.monotonic()
    found = printed(["-"], MAIL)[0]
    assert time.monotonic() - start < 10
    assert found["subject"] == "Grüße"
    assert found["text"] == ""
    assert found["problems"][-1].endswith("only the header was read")
