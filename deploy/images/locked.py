"""Prints the part of requirements.lock that some packages need, hashes and all; it resolves nothing itself.

    python locked.py                 what the services need to run: no test tools, no linters
    python locked.py pymongo ...     those packages and what they need

The lock names, under each package, who asked for it. If a name were missing from what is printed, the build would
stop: with --require-hashes pip installs nothing that is not listed.
"""
# ruff: noqa: INP001 - a script of the build, imported by nobody

import re
import sys
from pathlib import Path

PROJECT = "portal (pyproject.toml)"


def read(lock: str) -> list[tuple[str, str, set[str]]]:
    """Each entry: its name, its lines, who asked for it. A name may have one for each version of Python."""
    blocks = re.findall(r"^[A-Za-z0-9].*\n(?:[ ].*\n)*", lock, re.MULTILINE)
    return [(block.partition("==")[0], block, asked_by(block)) for block in blocks]


def asked_by(block: str) -> set[str]:
    """The names in a block's "via" comment."""
    comments = [line.strip().removeprefix("#").strip() for line in block.splitlines() if "#" in line]
    return {comment.removeprefix("via").strip() for comment in comments} - {""}


def closure(locked: list[tuple[str, str, set[str]]], roots: set[str]) -> set[str]:
    """The roots and everything that they asked for, and so on."""
    wanted = set(roots)
    while more := {name for name, _, by in locked if by & wanted} - wanted:
        wanted |= more
    return wanted


if __name__ == "__main__":
    entries = read(Path("requirements.lock").read_text(encoding="utf-8"))
    chosen = closure(entries, set(sys.argv[1:]) or {PROJECT})
    sys.stdout.write("".join(block for name, block, _ in entries if name in chosen))
