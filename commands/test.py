"""Run the tests, with their own broker and database. What follows the kind goes to pytest.

`./portal test unit -k codes` runs what has `codes` in its name, `./portal test unit tests/unit/tasks` what is there.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from commands.parts.instance import ROOT

FOLDERS = ("unit", "contracts", "component", "system", "browser", "faults")
KINDS = (*FOLDERS, "all", "containers")


PASSES_ON = True


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal test`."""
    parser.add_argument("kind", nargs="?", choices=KINDS, default="all", help="default: all; containers stands apart")
    parser.add_argument("rest", nargs="*", metavar="...", help="for pytest")


def run(arguments: argparse.Namespace) -> int:
    """Run pytest on the folders of a kind; its exit code is ours."""
    words = list(arguments.rest)
    kind = words.pop(0) if words and words[0] in KINDS else "all"
    if kind == "containers":
        from commands import containers  # noqa: PLC0415 - needs a Docker client

        return containers.run(words)
    if kind == "all" and not words:
        return _all()
    return pytest(FOLDERS if kind == "all" else (kind,), words)


def _all() -> int:
    """Everything, the fault tests in a run of their own: what others left open or bound must not meet them."""
    *usual, last = FOLDERS
    first = pytest(usual)
    return pytest((last,)) or first


def pytest(folders: Sequence[str], options: Sequence[str] = ()) -> int:
    """One run over these folders, so that they share their engines; a file that is named stands in for them."""
    is_narrowed = any((ROOT / word.partition("::")[0]).exists() for word in options if not word.startswith("-"))
    return subprocess.run(_command(() if is_narrowed else folders, options), cwd=ROOT, check=False).returncode


def _command(folders: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    return [sys.executable, "-m", "pytest", *(f"tests/{folder}" for folder in folders), *options]
