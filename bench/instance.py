"""A private portal to measure: started by the one command, read by its status, its metrics and /proc."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.parts.instance import ROOT, Instance
from commands.parts.ports import pick

_COMMAND_SECONDS = 300
_UNSEALED = Path(__file__).with_name("unsealed")


@dataclass(frozen=True)
class Running:
    """A running portal."""

    data: Path
    status: dict[str, Any]
    start_to_ready_s: float

    @property
    def gateway(self) -> str:
        """The address of its pages."""
        return str(self.status["gateway"])

    def metric(self, name: str) -> float:
        """The sum of a metric over all services."""
        return sum(
            _metric(row["url"], name) for row in self.status["services"].values() if row["url"].startswith("http")
        )

    def rss_mb(self) -> dict[str, float]:
        """Resident memory by part, children included, in MB; pages that processes share count in each."""
        return {name: sum(_rss_mb(pid) for pid in tree) for name, tree in self._trees().items()}

    def cpu_s(self) -> dict[str, float]:
        """Processor time by part so far, children included, in seconds."""
        return {name: sum(_cpu_s(pid) for pid in tree) for name, tree in self._trees().items()}

    def pss_mb(self) -> float:
        """Memory of all processes in MB, with shared pages counted once."""
        return sum(_pss_mb(pid) for tree in self._trees().values() for pid in tree)

    def _trees(self) -> dict[str, list[int]]:
        state = Instance(self.data).state()
        pids = {name: int(row["pid"]) for name, row in state["parts"].items()}
        return {name: _tree(pid) for name, pid in pids.items()} | {"supervisor": [int(state["pid"])]}


def _metric(url: str, name: str) -> float:
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:  # noqa: S310 - our own services on loopback
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.split("{")[0].split(" ")[0] == name)


def _tree(pid: int) -> list[int]:
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    ]
    return [pid, *(inner for child in children for inner in _tree(child))]


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pss_mb(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1e3


def _portal(data: Path, name: str, *options: str, is_sealed: bool = True) -> str:
    # `./portal` gives its processes a PYTHONPATH of its own: what does not seal is started as it starts them itself.
    command = [str(ROOT / "portal")] if is_sealed else [sys.executable, "-m", "commands"]
    surroundings = {} if is_sealed else {"PYTHONPATH": os.pathsep.join((str(_UNSEALED), str(ROOT)))}
    done = subprocess.run(
        [*command, name, "--data", str(data), *options],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    if name != "status" and done.returncode != 0:
        raise SystemExit(f"./portal {name}: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def running(data: Path, *, is_sealed: bool = True) -> Iterator[Running]:
    """Starts once to lay everything out, then again, warm and timed. Unsealed is for comparison (bench/unsealed)."""
    port = str(pick(["gateway"], {})["gateway"])
    start = ("up", "--no-demo", "--detach", "--port", port)
    _portal(data, *start, is_sealed=is_sealed)
    _portal(data, "down")
    started = time.perf_counter()
    _portal(data, *start, is_sealed=is_sealed)
    seconds = time.perf_counter() - started
    try:
        yield Running(data, json.loads(_portal(data, "status", "--json")), seconds)
    finally:
        _portal(data, "down")
