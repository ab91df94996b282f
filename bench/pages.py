"""The task page and a save as a person's browser sends them, in turn with their floors."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import aiohttp
from lxml import html

from bench.instance import Running
from commands.parts.instance import ROOT
from commands.parts.ports import pick
from tests.support.mail import Mail
from tests.support.person import Person

_ROUNDS = 3
_EACH = 60
_WARM = 10


@dataclass(frozen=True)
class Measured:
    """Medians in milliseconds, and database commands per request."""

    page_ms: float
    floor_page_ms: float
    save_ms: float
    floor_save_ms: float
    commands_per_page: float
    commands_per_save: float


def sign_in(running: Running, email: str) -> tuple[dict[str, str], str]:
    """Registers and signs in at the front door: the browser's cookies, and the address of the first form."""
    with Person(running.gateway) as person:
        mail = Mail(**running.status["mail"])
        person.register(mail, email)
        page = person.sign_in(mail, email)
        return person.cookies(), page.link("EHC Needs Assessment Contributions")


async def measure(running: Running, cookies: dict[str, str], form: str) -> Measured:
    """Rounds of portal and floor in turn, so that a slow moment of the machine hits both."""
    port = pick(["floor"], {})["floor"]
    command = [sys.executable, "-m", "bench.floors", running.status["mongo"], str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            return await _rounds(running, session, form, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)


async def _rounds(running: Running, session: aiohttp.ClientSession, form: str, floor: str) -> Measured:
    async def page() -> None:
        await _expect(session.get(f"{running.gateway}/tasks"))

    async def floor_page() -> None:
        await _expect(session.get(f"{floor}/page"))

    async def floor_save() -> None:
        await _expect(session.post(f"{floor}/save", json={"value": uuid4().hex}))

    save = await _saver(running, session, form)
    await _until_up(floor_page)
    times: dict[str, list[float]] = {"page": [], "floor_page": [], "save": [], "floor_save": []}
    work = {"page": page, "floor_page": floor_page, "save": save, "floor_save": floor_save}
    for _ in range(_ROUNDS):
        for name, operation in work.items():
            times[name] += await _timed(operation)
    return Measured(
        page_ms=statistics.median(times["page"]),
        floor_page_ms=statistics.median(times["floor_page"]),
        save_ms=statistics.median(times["save"]),
        floor_save_ms=statistics.median(times["floor_save"]),
        commands_per_page=await _commands(running, page),
        commands_per_save=await _commands(running, save),
    )


async def _saver(running: Running, session: aiohttp.ClientSession, form: str) -> Callable[[], Awaitable[None]]:
    """Saves one field as the page's script does: its hidden fields, one changed value, the answer as JSON."""
    address = f"{running.gateway}{form.rsplit('/', 1)[0]}/1"
    async with session.get(address) as answer:
        tree = html.document_fromstring(await answer.text())
    fields = dict(next(one for one in tree.forms if one.get("data-portal") == "contribution").form_values())

    async def save() -> None:
        fields["a:preferred_name"] = uuid4().hex
        headers = {"Accept": "application/json", "Origin": running.gateway}
        async with session.post(address, data=fields, headers=headers) as answer:
            answer.raise_for_status()
            saved = await answer.json()
        fields["revision"], fields["seen"] = saved["revision"], saved["seen"]

    return save


async def _expect(request: aiohttp.client._RequestContextManager) -> None:
    async with request as answer:
        answer.raise_for_status()
        await answer.read()


async def _until_up(operation: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await operation()
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
            else:
                return


async def _timed(operation: Callable[[], Awaitable[None]]) -> list[float]:
    for _ in range(_WARM):
        await operation()
    times = []
    for _ in range(_EACH):
        started = time.perf_counter()
        await operation()
        times.append((time.perf_counter() - started) * 1000)
    return times


async def _commands(running: Running, operation: Callable[[], Awaitable[None]]) -> float:
    """Database commands per request, over all services, less what the services send by themselves meanwhile."""
    name = "portal_database_commands_total"
    before, started = running.metric(name), time.perf_counter()
    await asyncio.sleep(4)
    by_themselves = (running.metric(name) - before) / (time.perf_counter() - started)
    before, started = running.metric(name), time.perf_counter()
    for _ in range(_EACH):
        await operation()
    return max(0.0, (running.metric(name) - before - by_themselves * (time.perf_counter() - started)) / _EACH)
