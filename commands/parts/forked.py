"""Parts forked from one process that has loaded the services' code: each is there at once, and shares that memory.

The server is the standard library's; it ends with the supervisor, and the parts with it. It is Linux's: elsewhere a
part is an interpreter of its own.
"""

import asyncio
import ctypes
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

IS_POSSIBLE = sys.platform == "linux"
_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


class Forked:
    """Such a process, as asyncio shows those that it starts itself. Its exit code is not told: 0 stands for each."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._ended = asyncio.Event()
        self.pid = process.pid or 0
        self.returncode: int | None = None
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self.returncode = 0
        self._ended.set()

    async def wait(self) -> int:
        """Until it has ended."""
        await self._ended.wait()
        return self.returncode or 0

    def terminate(self) -> None:
        """Asks it to end."""
        os.kill(self.pid, signal.SIGTERM)


def load() -> None:
    """Begins to load the code; a part that is forked meanwhile waits for it."""
    forkserver.set_forkserver_preload(["commands.parts.preloaded"])
    forkserver.ensure_running()


async def fork(words: Sequence[str], environment: Mapping[str, str], cwd: Path, log: Path) -> Forked:
    """Runs a module with its arguments, as `python -m` would; what it says goes to the end of the log."""
    arguments = (list(words), dict(environment), str(cwd), str(log))
    process = get_context("forkserver").Process(target=_run, args=arguments, daemon=True)
    await asyncio.to_thread(process.start)
    return Forked(process)


def _run(words: list[str], environment: dict[str, str], cwd: str, log: str) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
    with Path(os.devnull).open("rb") as nothing, Path(log).open("ab") as output:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
