"""The task page, a form's page and a save as a person's browser sends them, in turn with their floors."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import uuid4

import aiohttp
from lxml import html

from bench import delegations
from bench.instance import Running
from commands.parts.instance import ROOT
from commands.parts.ports import pick
from tests.support.mail import Mail
from tests.support.person import Person

_ROUNDS = 3
_EACH = 60
_WARM = 10
_CLIENTS = 10
_CLIENTS_SECONDS = 5.0
_HUNDREDTHS = 100
_LEAST_MS = 0.05

Operation = Callable[[], Awaitable[None]]
Figures = dict[str, float]


def sign_in(running: Running, email: str) -> tuple[dict[str, str], list[str]]:
    """Registers and signs in at the front door: the browser's cookies, and the addresses of the forms on the page."""
    with Person(running.gateway) as person:
        mail = Mail(**running.status["mail"])
        person.register(mail, email)
        page = person.sign_in(mail, email)
        forms = [str(href) for href in page.tree.xpath("//table//a/@href") if str(href).startswith("/forms/")]
        return person.cookies(), list(dict.fromkeys(forms))


async def somebody(running: Running, tasks: int) -> tuple[dict[str, str], list[str]]:
    """A person who has so many forms and is signed in; as `sign_in`."""
    email = f"p.{uuid4().hex[:8]}@school.example"
    await delegations.portal(running, tasks, email)
    return await asyncio.to_thread(sign_in, running, email)


async def measure(running: Running, cookies: dict[str, str], forms: list[str]) -> Figures:
    """Rounds of portal and floors in turn, so that a slow moment of the machine hits all; then ten clients at once."""
    with _floors(running.status["mongo"]) as (bare, road):
        async with browser(cookies) as session:
            await _until_up(getting(session, f"{road}/page"))
            floors = {"floor": bare, "road": road}
            one = await _one_by_one(running, session, forms[0], floors)
            return one | await _at_once(running, session, forms[:_CLIENTS], floors)


@contextmanager
def _floors(mongo: str) -> Iterator[tuple[str, str]]:
    """Where the bare handler is, and where the gateway before it."""
    port = pick(["bare", "road"], {})
    bare, road = f"http://127.0.0.1:{port['bare']}", f"http://127.0.0.1:{port['road']}"
    processes = [
        subprocess.Popen([sys.executable, "-m", "bench.floors", before, str(own)], cwd=ROOT)
        for before, own in ((mongo, port["bare"]), (bare, port["road"]))
    ]
    try:
        yield bare, road
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)


async def _one_by_one(
    running: Running, session: aiohttp.ClientSession, form: str, floors: Mapping[str, str]
) -> Figures:
    """Medians and 99th hundredths in milliseconds, and database commands per request."""
    work = {
        "tasks_page": getting(session, f"{running.gateway}/tasks"),
        "open_form": getting(session, _first_page(running, form)),
        "save": await saver(running, session, form),
        **{f"{name}_page": getting(session, f"{floor}/page") for name, floor in floors.items()},
        **{f"{name}_save": _floor_saver(session, floor, 0) for name, floor in floors.items()},
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(_ROUNDS):
        for name, operation in work.items():
            times[name] += await timed(operation)
    figures = {f"{name}_p50_ms": statistics.median(taken) for name, taken in times.items()}
    figures |= {f"{name}_p99_ms": statistics.quantiles(taken, n=_HUNDREDTHS)[-1] for name, taken in times.items()}
    for name in ("tasks_page", "open_form", "save"):
        figures[f"db_ops_per_{name}"] = await _commands(running, work[name])
    return figures


async def _at_once(
    running: Running, session: aiohttp.ClientSession, forms: list[str], floors: Mapping[str, str]
) -> Figures:
    """Requests a second of ten clients, each with a form of its own; this process takes its share of the machine."""
    numbers = range(len(forms))
    work = {
        "pages": [getting(session, f"{running.gateway}/tasks") for _ in numbers],
        "saves": [await saver(running, session, form) for form in forms],
    }
    figures: Figures = {}
    for what, clients in work.items():
        before = running.cpu_s()
        figures[f"{what}_per_s_10"] = rate = await _rate(clients)
        spent = {part: seconds - before[part] for part, seconds in running.cpu_s().items()}
        each = {part: seconds * 1000 / (rate * _CLIENTS_SECONDS) for part, seconds in spent.items()}
        figures[f"cpu_ms_of_{what}_10"] = sum(each.values())
        print(
            f"processor time of {what}, ms each:",
            ", ".join(f"{part} {ms:.1f}" for part, ms in each.items() if ms > _LEAST_MS),
        )
    for name, floor in floors.items():
        figures[f"{name}_pages_per_s_10"] = await _rate([getting(session, f"{floor}/page") for _ in numbers])
        figures[f"{name}_saves_per_s_10"] = await _rate([_floor_saver(session, floor, one) for one in numbers])
    return figures


async def _rate(clients: Sequence[Operation]) -> float:
    done, started = 0, time.perf_counter()

    async def work(operation: Operation) -> None:
        nonlocal done
        while time.perf_counter() - started < _CLIENTS_SECONDS:
            await operation()
            done += 1

    await asyncio.gather(*(work(operation) for operation in clients))
    return done / (time.perf_counter() - started)


def browser(cookies: Mapping[str, str]) -> aiohttp.ClientSession:
    """What asks like a person's browser."""
    return aiohttp.ClientSession(cookies=dict(cookies), cookie_jar=aiohttp.CookieJar(unsafe=True))


def getting(session: aiohttp.ClientSession, address: str) -> Operation:
    """Asks for a page."""

    async def get() -> None:
        await _expect(session.get(address))

    return get


def _floor_saver(session: aiohttp.ClientSession, floor: str, number: int) -> Operation:
    async def save() -> None:
        await _expect(session.post(f"{floor}/save", json={"draft": number, "value": uuid4().hex}))

    return save


def _first_page(running: Running, form: str) -> str:
    return f"{running.gateway}{form.rsplit('/', 1)[0]}/1"


async def saver(running: Running, session: aiohttp.ClientSession, form: str) -> Operation:
    """Saves one field as the page's script does: its hidden fields, one changed value, the answer as JSON."""
    address = _first_page(running, form)
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


async def _until_up(operation: Operation) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await operation()
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
            else:
                return


async def timed(operation: Operation) -> list[float]:
    """Milliseconds of each of a round, after some to warm up."""
    for _ in range(_WARM):
        await operation()
    times = []
    for _ in range(_EACH):
        started = time.perf_counter()
        await operation()
        times.append((time.perf_counter() - started) * 1000)
    return times


async def _commands(running: Running, operation: Operation) -> float:
    """Database commands per request, over all services, less what the services send by themselves meanwhile."""
    name = "portal_database_commands_total"
    before, started = running.metric(name), time.perf_counter()
    await asyncio.sleep(4)
    by_themselves = (running.metric(name) - before) / (time.perf_counter() - started)
    before, started = running.metric(name), time.perf_counter()
    for _ in range(_EACH):
        await operation()
    return max(0.0, (running.metric(name) - before - by_themselves * (time.perf_counter() - started)) / _EACH)
