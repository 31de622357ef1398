"""``python -m bench`` runs what it is told to, and one broken benchmark does not hide the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from bench import __main__ as bench


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., int | None]], None]:
    names: list[str] = []
    monkeypatch.setattr(bench, "benchmarks", lambda _folder: names)

    def add(name: str, main: Callable[..., int | None]) -> None:
        names.append(name)
        module = ModuleType(f"bench.{name}")
        module.main = main  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"bench.{name}", module)

    return add


def test_without_a_name_all_run_and_get_the_options(
    benchmark: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark("accept", print)
    benchmark("edition", print)
    assert bench.main(["--seconds", "2"]) == 0
    shown = "== accept\n['--seconds', '2']\n== edition\n['--seconds', '2']\n"
    assert capsys.readouterr().out == shown


def test_a_broken_one_is_named_and_the_others_run(
    benchmark: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark("accept", lambda _argv: 1 // 0)
    benchmark("edition", lambda _argv: print("edition ran"))
    assert bench.main([]) == 1
    shown = capsys.readouterr()
    assert "edition ran" in shown.out
    assert "Failed: accept" in shown.err


def test_an_unknown_name_is_wrong_usage(benchmark: Callable[..., None]) -> None:
    benchmark("accept", print)
    assert bench.main(["acept"]) == 2
