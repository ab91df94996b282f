"""The supervisor over real processes: order, restarts, giving up, stopping."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from commands.parts import forked
from commands.parts.part import Part
from commands.parts.ports import pick
from commands.parts.processes import is_same
from commands.parts.supervisor import Supervisor, Watched
from commands.parts.trouble import Trouble
from tests.support.eventually import eventually

STUBBORN = """
import http.server, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""

Start = Callable[..., Supervisor]


def server(name: str, folder: Path, *after: str) -> Part:
    port = pick([name], {})[name]
    url = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder))
    return Part(name=name, command=command, url=url, probe=f"{url}/", cwd=folder, after=after)


def stubborn_server(name: str, folder: Path) -> Part:
    part = server(name, folder)
    return replace(part, command=(sys.executable, "-c", STUBBORN, part.url.rpartition(":")[2]), drain_seconds=0.5)


def is_another(watched: Watched, before: int) -> bool:
    return watched.pid not in {None, before} and watched.is_ready


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.fixture
async def supervise(tmp_path: Path) -> AsyncIterator[Start]:
    started: list[Supervisor] = []

    def make(*parts: Part, on_change: Callable[[], None] = lambda: None) -> Supervisor:
        started.append(Supervisor(parts, tmp_path, on_change))
        return started[-1]

    yield make
    for supervisor in started:
        await supervisor.stop()


async def test_a_part_waits_for_those_it_leans_on(tmp_path: Path, supervise: Start) -> None:
    seen: list[tuple[bool, bool]] = []

    def note() -> None:
        seen.append((supervisor.watched["engine"].is_ready, supervisor.watched["service"].pid is not None))

    supervisor = supervise(server("service", tmp_path, "engine"), server("engine", tmp_path), on_change=note)
    await supervisor.start()
    assert all(engine_ready for engine_ready, service_runs in seen if service_runs)
    assert supervisor.watched["service"].is_ready


async def test_parts_stop_before_those_they_lean_on(tmp_path: Path, supervise: Start) -> None:
    ended: list[str] = []

    def note() -> None:
        ended.extend(name for name, each in supervisor.watched.items() if each.pid is None and name not in ended)

    service = replace(stubborn_server("service", tmp_path), after=("engine",))
    supervisor = supervise(server("engine", tmp_path), service, on_change=note)
    await supervisor.start()
    ended.clear()
    await supervisor.stop()
    assert ended == ["service", "engine"]


async def test_a_part_that_is_killed_comes_back_as_another_process(tmp_path: Path, supervise: Start) -> None:
    supervisor = supervise(server("service", tmp_path))
    await supervisor.start()
    watched = supervisor.watched["service"]
    before = watched.pid
    assert before
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: is_another(watched, before))
    assert watched.starts == 2


@pytest.mark.skipif(not forked.IS_POSSIBLE, reason="there it is a process like the others")
async def test_a_forked_part_comes_back_when_it_is_killed_and_when_what_forks_it_is(
    tmp_path: Path, supervise: Start
) -> None:
    forked.load()
    supervisor = supervise(replace(server("service", tmp_path), is_forked=True))
    await supervisor.start()
    watched = supervisor.watched["service"]
    for is_its_parent in (False, True):
        before = watched.pid
        assert before
        os.kill(parent(before) if is_its_parent else before, signal.SIGKILL)
        await eventually(partial(is_another, watched, before))
    assert watched.starts == 3
    assert "GET /" in watched.tail()


async def test_a_part_that_cannot_start_is_told_with_its_last_lines(tmp_path: Path, supervise: Start) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no such setting: COLOUR')")
    supervisor = supervise(Part(name="broken", command=command, url="", probe="tcp://127.0.0.1:1", cwd=tmp_path))
    with pytest.raises(Trouble, match="no such setting: COLOUR"):
        await supervisor.start()


async def test_stopping_leaves_nothing_even_of_a_part_that_will_not_end(tmp_path: Path, supervise: Start) -> None:
    supervisor = supervise(stubborn_server("stubborn", tmp_path), server("polite", tmp_path))
    await supervisor.start()
    running = [(watched.pid, watched.birth) for watched in supervisor.watched.values()]
    assert all(is_same(pid, birth) for pid, birth in running)
    async with asyncio.timeout(10):
        await supervisor.stop()
    assert not any(is_same(pid, birth) for pid, birth in running)
