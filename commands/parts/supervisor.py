"""Starts parts in order, starts again what dies, stops everything. Which parts there are is not its business."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from commands.parts.forked import Forked, fork
from commands.parts.instance import ROOT
from commands.parts.part import Part, is_ready
from commands.parts.processes import birth
from commands.parts.trouble import Trouble

_POLL_SECONDS = 0.1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 15.0
_STEADY_SECONDS = 30.0
_STARTS_BEFORE_GIVING_UP = 4
_LOG_LIMIT = 20_000_000


class Watched:
    """One part under supervision: its process now, and how often it had to be started."""

    def __init__(self, part: Part, log: Path) -> None:
        self.part = part
        self.log = log
        self.process: Process | Forked | None = None
        self.birth: str | None = None
        self.starts = 0
        self.has_been_ready = asyncio.Event()
        self.is_settled = False
        self.is_ready = False

    @property
    def pid(self) -> int | None:
        """The process that runs now, if any."""
        return self.process.pid if self.process and self.process.returncode is None else None

    def tail(self) -> str:
        """The last lines that the part wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:]) if self.log.exists() else ""


class Supervisor:
    """Keeps a set of parts running until it is told to stop."""

    def __init__(self, parts: Sequence[Part], logs: Path, on_change: Callable[[], None]) -> None:
        self.watched = {part.name: Watched(part, logs / f"{part.name}.log") for part in parts}
        self._on_change = on_change
        self._stopping = False
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start everything; return when all parts are ready, or raise Trouble where one cannot be started."""
        self._keepers = [asyncio.create_task(self._keep(watched)) for watched in self.watched.values()]
        ready = asyncio.create_task(self._all_ready())
        try:
            await asyncio.wait([ready, *self._keepers], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        for keeper in self._keepers:
            if keeper.done():
                keeper.result()

    async def run(self) -> None:
        """Watch until cancelled."""
        await asyncio.gather(*self._keepers)

    async def stop(self) -> None:
        """Stop the parts that nobody leans on first, then those under them; nothing is left behind."""
        self._stopping = True
        left = dict(self.watched)
        while left:
            leaned_on = {name for watched in left.values() for name in watched.part.after}
            batch = {name for name in left if name not in leaned_on}
            await asyncio.gather(*(self._stop(left.pop(name)) for name in batch))
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._on_change()

    async def _all_ready(self) -> None:
        for watched in self.watched.values():
            await watched.has_been_ready.wait()

    async def _keep(self, watched: Watched) -> None:
        for name in watched.part.after:
            await self.watched[name].has_been_ready.wait()
        pause = _FIRST_PAUSE
        while not self._stopping:
            started = time.monotonic()
            await self._run_once(watched)
            if self._stopping:
                return
            if not watched.has_been_ready.is_set() and watched.starts >= _STARTS_BEFORE_GIVING_UP:
                raise Trouble(f"{watched.part.name} does not start. Its last lines:\n{watched.tail()}")
            print(f"{watched.part.name} has ended; it is started again. Its log: {watched.log}", flush=True)
            pause = _FIRST_PAUSE if time.monotonic() - started > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _run_once(self, watched: Watched) -> None:
        watched.process = await _spawn(watched.part, watched.log)
        if self._stopping:
            return await self._stop(watched)
        watched.starts += 1
        watched.birth = birth(watched.process.pid)
        self._on_change()
        waiter = asyncio.create_task(self._wait_ready(watched))
        try:
            await watched.process.wait()
        finally:
            waiter.cancel()
        watched.is_settled = watched.is_ready = False
        # A node or a worker leaves helpers behind when it is killed; they are in the group that we made for it.
        _signal_group(watched.process.pid, signal.SIGKILL)
        return self._on_change()

    async def _wait_ready(self, watched: Watched) -> None:
        # Another process can set no event.
        while not (await _settled(watched) and await is_ready(watched.part.probe)):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        watched.is_ready = True
        watched.has_been_ready.set()
        self._on_change()

    async def _stop(self, watched: Watched) -> None:
        process = watched.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(watched.part.drain_seconds):
                await process.wait()
        except TimeoutError:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()


async def _settled(watched: Watched) -> bool:
    """Whether what a part needs after its start has run; what that said stands in the part's own log."""
    if not watched.part.settle or watched.is_settled:
        return True
    process = await _spawn(_settling(watched.part), watched.log)
    try:
        watched.is_settled = await process.wait() == 0
    except asyncio.CancelledError:
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        raise
    return watched.is_settled


def _settling(part: Part) -> Part:
    """One of our own modules, run as who we are."""
    return replace(part, command=part.settle, cwd=ROOT, user=None)


async def _spawn(part: Part, path: Path) -> Process | Forked:
    environment = {**os.environ, **part.environment}
    with _open_log(path) as log:
        if part.is_forked:
            return await fork(part.command[2:], environment, part.cwd, path)
        return await asyncio.create_subprocess_exec(
            *dying_with_us(part.command),
            cwd=part.cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=part.user,
            group=part.user,
            extra_groups=[] if part.user else None,
        )


def _open_log(path: Path) -> BinaryIO:
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def dying_with_us(command: tuple[str, ...]) -> tuple[str, ...]:
    """On Linux a process gets SIGTERM when the one that started it is gone, however it went."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return (setpriv, "--pdeathsig", "TERM", *command) if setpriv else command


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
