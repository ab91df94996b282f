"""Telling our own processes from others: by number and time of birth together. Starts nothing."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def birth(pid: int) -> str | None:
    """When a process was born, as the system tells it; None where there is no such process."""
    proc = Path("/proc")
    if (proc / "self").exists():
        with contextlib.suppress(OSError):
            # The name in brackets may hold anything; behind it: the state, and as the 20th field the birth.
            state, *fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
            return None if state == "Z" else fields[18]
        return None
    told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, when = told.stdout.strip().partition(" ")
    return None if not when or state.startswith("Z") else when.strip()


def is_same(pid: int | None, born: str | None) -> bool:
    """Whether the process that was recorded still runs, and is not another one with its number."""
    return bool(pid and born and birth(pid) == born)


def end_all(rows: Iterable[Mapping[str, Any]], *, seconds: float) -> None:
    """End what is left of the parts that a supervisor wrote down."""
    for row in rows:
        if row["pid"]:
            end(row["pid"], row["birth"], seconds=seconds)


def end(pid: int, born: str | None, *, seconds: float) -> None:
    """Ask a recorded process to end, and kill it where it does not within `seconds`."""
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        if not is_same(pid, born):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        until = time.monotonic() + patience
        while is_same(pid, born) and time.monotonic() < until:
            time.sleep(0.1)
