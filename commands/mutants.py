"""`./portal test mutants`: breaks one rule at a time in a copy of the tree, and sees whether its tests notice.

The mutants stand in tests/mutants; words that follow choose those whose names hold one of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT

from commands.parts.instance import ROOT
from commands.parts.table import print_rows
from commands.parts.trouble import Trouble

LISTS = ROOT / "tests/mutants"
_NOT_COPIED = (".venv", ".git", ".portal", "node_modules", ".*_cache", ".hypothesis", "__pycache__")
_PASSED, _FAILED = 0, 1
_SECONDS = 60
_LATER = 10
"""For one test: a mutant that makes it wait for ever is noticed too."""
_LEAN = ("--confcutdir=tests/unit", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider")
"""Most of a run is its start: no engines, no plugins but these."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule, broken: `text` stands once in `file`, and `tests` are to fail where `instead` stands there."""

    name: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


def mutants() -> list[Mutant]:
    """All that are listed."""
    return [
        Mutant(name, each["file"], each["text"], each["instead"], tuple(each["tests"]))
        for file in sorted(LISTS.glob("*.toml"))
        for name, each in tomllib.loads(file.read_text(encoding="utf-8")).items()
    ]


def outdated(mutants: Iterable[Mutant], root: Path) -> list[str]:
    """What keeps mutants from being made: a text that no longer stands once in its file, tests that are gone."""
    found = []
    for mutant in mutants:
        times = (root / mutant.file).read_text(encoding="utf-8").count(mutant.text)
        if times != 1 or mutant.text == mutant.instead:
            found.append(f"{mutant.name}: its text stands {times} times in {mutant.file}")
        found += [f"{mutant.name}: there is no {test}" for test in mutant.tests if not (root / test).exists()]
    return found


def run(words: Sequence[str]) -> int:
    """Make each mutant and run its tests; 0 where all were killed."""
    chosen = [mutant for mutant in mutants() if not words or any(word in mutant.name for word in words)]
    if faults := outdated(chosen, ROOT):
        raise Trouble("\n".join([*faults, "Mend tests/mutants."]))
    with tempfile.TemporaryDirectory(prefix="portal-mutants-") as home:
        tree = Path(home) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*_NOT_COPIED), symlinks=True)
        _expect_green(tree, sorted({test for mutant in chosen for test in mutant.tests}))
        rows = [_row(tree, mutant) for mutant in chosen]
    print_rows(rows, ("mutant", "file", "outcome", "seconds"), none="There is no mutant of that name.")
    left = [row for row in rows if row["outcome"] != "killed"]
    print(f"{len(rows) - len(left)} of {len(rows)} killed.")
    return 1 if left or not rows else 0


def _expect_green(tree: Path, tests: Sequence[str]) -> None:
    """Tests that fail by themselves would kill everything. Leaves compiled files, which save each mutant's run time."""
    done = _pytest(tree, tests, {}) if tests else None
    if done and done.returncode != _PASSED:
        raise Trouble(f"{done.stdout}\nThe tests fail without any mutant: mend them first.")


def _row(tree: Path, mutant: Mutant) -> dict[str, object]:
    started = time.monotonic()
    with _made(tree / mutant.file, mutant):
        # What was compiled of the unbroken file must stay: it is told from the broken one by its time.
        done = _pytest(tree, mutant.tests, {"PYTHONDONTWRITEBYTECODE": "1"})
    outcome = {_PASSED: "survived", _FAILED: "killed"}.get(done.returncode, "no test ran")
    said = done.stdout if outcome == "no test ran" else ""
    print(f"{mutant.name}: {outcome}\n{said}", file=sys.stderr, end="", flush=True)
    seconds = f"{time.monotonic() - started:.1f}"
    return {"mutant": mutant.name, "file": mutant.file, "outcome": outcome, "seconds": seconds}


@contextmanager
def _made(file: Path, mutant: Mutant) -> Iterator[None]:
    whole, times = file.read_text(encoding="utf-8"), file.stat()
    file.write_text(whole.replace(mutant.text, mutant.instead), encoding="utf-8")
    # Bytecode tells files apart by whole seconds, and the whole one may have been written in this one.
    os.utime(file, (times.st_atime + _LATER, times.st_mtime + _LATER))
    try:
        yield
    finally:
        file.write_text(whole, encoding="utf-8")
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def _pytest(tree: Path, tests: Sequence[str], more: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-x", f"--timeout={_SECONDS}", *_LEAN, *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **more}
    return subprocess.run(command, cwd=tree, env=environment, check=False, stdout=PIPE, stderr=STDOUT, text=True)
