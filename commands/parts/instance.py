"""Where one running portal keeps its things: its directory, its lock, its state file. Starts and stops nothing."""

import argparse
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commands.parts.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_DATA = ROOT / ".portal"
CONTENTS = ("broker", "database", "scanner", "mail", "logs", "secrets.json", "ports.json", "state.json", "demo.json")

State = dict[str, Any]


def directory(text: str) -> Path:
    """A path as typed, made independent of where the person stands."""
    return Path(text).expanduser().absolute()


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """`--data DIR`: which portal is meant."""
    parser.add_argument("--data", type=directory, default=DEFAULT_DATA, help="its data directory (default: .portal/)")


class Instance:
    """One portal on this machine, named by its data directory."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.logs = self.data / "logs"
        self.state_file = self.data / "state.json"

    def shut(self) -> None:
        """Make the directory, and let nobody else read in it: it holds passwords, codes, and what was written in forms.

        What this process and its children make from now on is closed too. Root lets others pass through, not list it:
        its broker, database and scanner are users of their own.
        """
        os.umask(0o077)
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for path in self.data.iterdir():
            path.chmod(path.stat().st_mode & 0o700)

    def prepare(self, *, fresh: bool) -> None:
        """Make the directory; `fresh` removes what a portal keeps there, and nothing else."""
        self.shut()
        for name in CONTENTS if fresh else ():
            path = self.data / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self.logs.mkdir(exist_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the directory for one supervisor; a second one is told who has it."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Trouble(f"A portal already runs with its data in {self.data}: ./portal down stops it.") from None
            yield

    def is_held(self) -> bool:
        """Whether a supervisor runs here; asking leaves no trace."""
        if not (self.data / "lock").exists():
            return False
        try:
            with self.alone():
                return False
        except Trouble:
            return True

    def state(self) -> State:
        """What the supervisor last wrote down; empty where none has run."""
        try:
            return dict(json.loads(self.state_file.read_text()))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}

    def running(self) -> State:
        """The state of a portal that runs; Trouble where none does."""
        state = self.state()
        if not state or not self.is_held():
            raise Trouble(f"No portal runs with its data in {self.data}: ./portal up starts one.")
        return state

    def keep(self, name: str, content: Any) -> None:
        """Write a JSON file whole or not at all, for the owner's eyes only."""
        handle, path = tempfile.mkstemp(dir=self.data, prefix=f".{name}.")
        with os.fdopen(handle, "w") as file:
            json.dump(content, file, indent=1)
        Path(path).replace(self.data / name)

    def kept(self, name: str) -> Any:
        """Read a JSON file written by `keep`; None where there is none."""
        path = self.data / name
        return json.loads(path.read_text()) if path.exists() else None
