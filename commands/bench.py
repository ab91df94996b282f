"""The measurements, each beside its floor, measured in the same run. They live in the package `bench`."""

import argparse
import subprocess
import sys

from commands.parts.instance import ROOT

PASSES_ON = True


def describe(parser: argparse.ArgumentParser) -> None:
    """All is handed on: `./portal bench [NAME] [--json FILE]`."""
    parser.add_argument("rest", nargs="*", metavar="...", help="[NAME] [--json FILE]")


def run(arguments: argparse.Namespace) -> int:
    """Run the package; its exit code is ours."""
    return subprocess.run([sys.executable, "-m", "bench", *arguments.rest], cwd=ROOT, check=False).returncode
