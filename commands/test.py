"""Run the tests, with their own broker and database. What follows the kind goes to pytest.

`./portal test unit -k codes` runs what has `codes` in its name, `./portal test unit tests/unit/tasks` what is there.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from commands import mutants
from commands.parts.instance import ROOT

FOLDERS = ("unit", "contracts", "component", "system", "browser", "faults")
LANES = (
    ("unit", "contracts", "component/chassis", "component/commands", "component/tasks"),
    ("system", "component/files", "component/forms", "component/notify"),
    ("browser", "component/auth"),
    ("faults",),
)
"""What runs side by side, each lane with engines of its own, so that all end at about the same time."""
ALONE = "alone"
"""The mark of a test that measures how long somebody waits: nothing runs beside it."""
KINDS = (*FOLDERS, "all", "containers", "mutants")


PASSES_ON = True


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal test`."""
    parser.add_argument(
        "kind", nargs="?", choices=KINDS, default="all", help="default: all; containers and mutants stand apart"
    )
    parser.add_argument("rest", nargs="*", metavar="...", help="for pytest")


def run(arguments: argparse.Namespace) -> int:
    """Run pytest on the folders of a kind; its exit code is ours."""
    words = list(arguments.rest)
    kind = words.pop(0) if words and words[0] in KINDS else "all"
    if kind == "containers":
        from commands import containers  # noqa: PLC0415 - needs a Docker client

        return containers.run(words)
    if kind == "mutants":
        return mutants.run(words)
    if kind == "all" and not words:
        return _all()
    return pytest(FOLDERS if kind == "all" else (kind,), words)


def _all() -> int:
    """Every lane at once, then what must run alone; 0 where all pass."""
    with ThreadPoolExecutor(len(LANES)) as threads:
        codes = [*threads.map(_lane, LANES)]
    return max(*codes, pytest(("faults",), ("-m", ALONE)))


def _lane(folders: Sequence[str]) -> int:
    """One run beside others; its output is shown whole when it has ended."""
    name, started = ", ".join(folders), time.monotonic()
    print(f"-- {name}: started\n", end="", flush=True)
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        command = _command(folders, ("-m", f"not {ALONE}"))
        code = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False).returncode
        output.seek(0)
        print(f"{output.read()}-- {name}: {time.monotonic() - started:.0f} s\n", end="", flush=True)
    return code


def pytest(folders: Sequence[str], options: Sequence[str] = ()) -> int:
    """One run over these folders, so that they share their engines; a file that is named stands in for them."""
    is_narrowed = any((ROOT / word.partition("::")[0]).exists() for word in options if not word.startswith("-"))
    return subprocess.run(_command(() if is_narrowed else folders, options), cwd=ROOT, check=False).returncode


def _command(folders: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    return [sys.executable, "-m", "pytest", *(f"tests/{folder}" for folder in folders), *options]
