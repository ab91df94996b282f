"""Everything that needs no engine: format, lint, types, import rules, unit and contract tests. Under a minute."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from commands.parts.instance import ROOT
from commands.test import pytest

_BIN = Path(sys.executable).parent
_CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "import rules": ("lint-imports",),
}


def describe(parser: argparse.ArgumentParser) -> None:
    """`./portal check` has an option to mend what a tool can mend."""
    parser.add_argument("--fix", action="store_true", help="format, and mend what ruff can mend, first")


def run(arguments: argparse.Namespace) -> int:
    """Run every check, also after one has failed; 0 where all pass."""
    if arguments.fix:
        _run("ruff", "check", "--fix", "--quiet", ".")
        _run("ruff", "format", "--quiet", ".")
    failed = []
    for name, command in _CHECKS.items():
        started = time.monotonic()
        if _run(*command) != 0:
            failed.append(name)
        print(f"-- {name}: {time.monotonic() - started:.1f} s", flush=True)
    if pytest(("unit", "contracts"), ("-q",)) != 0:
        failed.append("tests")
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def _run(tool: str, *arguments: str) -> int:
    return subprocess.run([str(_BIN / tool), *arguments], cwd=ROOT, check=False).returncode
