"""``python -m bench [NAME …] [OPTION …]`` runs the benchmarks by name, or all that there are.

Each is a module beside this one with ``main(argv) -> int | None``; options go to every one run.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str]) -> int:
    """0 when all ran well, 1 when one did not, 2 for a name that there is not."""
    known = benchmarks(Path(__file__).parent)
    chosen, options = _divided(argv)
    unknown = [name for name in chosen if name not in known]
    if unknown or options[:1] in (["-h"], ["--help"]):
        print(f"Benchmarks: {', '.join(known) or 'none yet'}", file=sys.stderr)
        return 2 if unknown else 0
    failed = [name for name in chosen or known if not _runs_well(name, options)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def benchmarks(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def _divided(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names stand first; from the first option on, everything is the benchmarks' own."""
    first = next((i for i, word in enumerate(argv) if word.startswith("-")), len(argv))
    return list(argv[:first]), list(argv[first:])


def _runs_well(name: str, options: list[str]) -> bool:
    print(f"== {name}", flush=True)
    try:
        return not importlib.import_module(f"bench.{name}").main(options)
    except Exception as error:  # noqa: BLE001 - one broken benchmark does not stop the others
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
