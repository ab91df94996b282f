"""T91, T94, T95: what is written about children stands in no file in clear; erased, it is nowhere and for nobody.

Twenty delegations have a word in every field that stands nowhere else. The council has given a public key and speaks
over HTTP: so no word of it is on the broker either way. Emails are their people's own mailboxes, and are left aside.
"""

import asyncio
import json
import shutil
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from joserfc.jwk import ECKey
from motor.motor_asyncio import AsyncIOMotorClient

from chassis.outbox import task_id_of
from chassis.sealing import NotOpened
from commands.parts.inside import inside
from commands.parts.instance import ROOT, Instance
from commands.parts.ports import pick
from contracts.registry import stored
from tests.faults.test_t91_codes_at_rest import files_of, holding
from tests.support import release
from tests.support.council import Council, request
from tests.support.documents import pdf
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, fill, submit

CANARY = f"qz{uuid4().hex[:14]}"
"""In every field that somebody fills with words."""
DELEGATIONS = 20
ERASED = "portal.delegation.erased.v1"
REFUSED = "Another request for the same delegation"
"""Over the broker, which keeps what councils say in clear until it is handled: no word of the others."""
ROTATIONS = 2
ROTATE = ("keys", "rotate", "--authority", "bristol")
FORM = "EHC Needs Assessment Contributions"


class Written:
    """One delegation and what became of it."""

    def __init__(self, number: int) -> None:
        self.delegation_id = f"T94-{uuid4().hex[:10]}"
        self.task_id = task_id_of("bristol", self.delegation_id)
        self.number = number
        # The first two are worked on by people who register: their accounts are not about a child, and stay.
        self.email = f"p{uuid4().hex[:12]}@school.example" if number < 2 else f"{CANARY}.{number}@school.example"

    @property
    def body(self) -> dict[str, Any]:
        """A request with the word wherever a council may write one."""
        plain, document = request(self.delegation_id, self.email), f"a report about {CANARY}"
        return {
            "authority": "bristol",
            **plain,
            "subject": {**plain["subject"], "person_id": f"P-{CANARY}", "name": CANARY, "address": f"1 {CANARY} Road"},
            "sender": {
                **dict.fromkeys(("name", "department", "telephone", "address"), f"of {CANARY}"),
                "email": f"o.{CANARY}@council.example",
            },
            "notify_email": f"n.{CANARY}@school.example",
            "comments": f"Comment {CANARY}",
            "prefill": {"first_name": CANARY, "here_and_now": f"Prefill {CANARY}"},
            "documents": [
                {
                    "document_id": "EP-1",
                    "name": f"{CANARY}.txt",
                    "media_type": "text/plain",
                    "content_base64": b64encode(document.encode()).decode(),
                }
            ],
        }

    @property
    def amendment(self) -> dict[str, Any]:
        """A change with the word in it."""
        later = {"comments": f"Later {CANARY}", "prefill": {"here_and_now": CANARY}}
        return {"authority": "bristol", "delegation_id": self.delegation_id, **later}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose database compresses nothing, whose temporary files lie with the rest, and Bristol has a key."""
    home = tmp_path_factory.mktemp("rest")
    authorities, temporary = home / "authorities", home / "data" / "temporary"
    shutil.copytree(ROOT / "deploy/authorities", authorities)
    temporary.mkdir(parents=True)
    temporary.chmod(0o777)
    bristol = authorities / "bristol.json"
    public = ECKey.generate_key("P-256", {"kid": "bristol-2026"}).as_dict(private=False)
    bristol.write_text(json.dumps({**json.loads(bristol.read_text()), "public_key": public}))
    outside = dict.fromkeys(("PORTAL_AMQP_URL", "PORTAL_MONGO_URL", "PORTAL_SMTP_URL", "PORTAL_CLAMD_URL"), "")
    surroundings = {
        "PORTAL_AUTHORITIES_DIR": str(authorities),
        "PORTAL_DATABASE_COMPRESSOR": "none",
        "TMPDIR": str(temporary),
    }
    portal = Portal(home / "data", pick(["gateway"], {})["gateway"], outside | surroundings)
    portal.up()
    yield portal
    portal.down()


@pytest.fixture(scope="module")
def bristol(portal: Portal) -> Council:
    """Over HTTP alone."""
    return Council.of(portal.addresses)


async def post(council: Council, name: str, body: dict[str, Any]) -> int:
    """A council's message at the HTTP door; the same one however often."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        headers = {"Authorization": f"Bearer {await council.token(session)}", "Idempotency-Key": body["delegation_id"]}
        address = f"{council.gateway}/api/council/v1/messages/{name}"
        async with session.post(address, json=body, headers=headers) as answer:
            return answer.status


async def get(council: Council, path: str) -> int:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        headers = {"Authorization": f"Bearer {await council.token(session)}"}
        async with session.get(f"{council.gateway}/api/council/v1{path}", headers=headers) as answer:
            return answer.status


async def told(council: Council, name: str, ids: set[str]) -> list[dict[str, Any]] | None:
    """What was told of all of these, as soon as it was."""
    _, events = await release.read_events(council)
    found = [one["body"] for one in events if one["type"] == name and one["body"].get("delegation_id") in ids]
    return found if {one["delegation_id"] for one in found} == ids else None


@pytest.fixture(scope="module")
async def written(portal: Portal, bristol: Council) -> list[Written]:
    """Twenty delegations: one submitted with an attachment, one half filled in, the rest waiting."""
    all_of_them = [Written(number) for number in range(DELEGATIONS)]
    for one in all_of_them:
        assert await post(bristol, "council.delegation.requested.v1", one.body) == 202
        assert await post(bristol, "council.delegation.amended.v1", one.amendment) == 202
    await eventually(lambda: told(bristol, ACCEPTED, {one.delegation_id for one in all_of_them}), every=0.5)
    await asyncio.to_thread(work, portal, all_of_them)
    await eventually(lambda: told(bristol, SUBMITTED, {all_of_them[0].delegation_id}), every=0.5)
    return all_of_them


def work(portal: Portal, written: list[Written]) -> None:
    with Person(portal.gateway) as person:
        person.register(portal.mail, written[0].email)
        page = fill(person, person.sign_in(portal.mail, written[0].email))
        page = person.attach(person.open(page.address), f"{CANARY}.pdf", pdf(CANARY.encode()))
        submit(person, page)
    with Person(portal.gateway) as person:
        person.register(portal.mail, written[1].email)
        page = person.open(person.sign_in(portal.mail, written[1].email).link(FORM))
        person.press(page, "Save", {"Preferred name": f"Typed {CANARY}"})


@pytest.mark.timeout(600)
async def test_t91_no_word_about_a_child_stands_in_any_file(
    portal: Portal, written: list[Written], measures: Measures
) -> None:
    await asyncio.to_thread(portal.down)  # so that whatever is in memory goes to the files
    found = await asyncio.to_thread(holding, portal.data, CANARY)
    seen = await asyncio.to_thread(holding, portal.data, written[0].delegation_id)
    names = await asyncio.to_thread(holding, portal.data, "tasks.task.opened.v1")
    files = len(list(files_of(portal.data)))
    await asyncio.to_thread(portal.up)
    measures.report("T91", delegations=len(written), files=files, files_with_a_word=len(found))
    assert found == []
    assert {name.split("/")[0] for name in (*seen, *names)} >= {"broker", "database"}, "the search finds what is there"


class Worker:
    """Whoever has the second form open, reads it and saves it on and on; counts what became of that."""

    def __init__(self, person: Person, address: str) -> None:
        self._person, self._address = person, address
        self.saved = f"Typed {CANARY}"
        self.read = self.saves = self.away = 0
        self.failed: list[str] = []

    def round(self) -> None:
        """Away is what a page says while a process that was killed comes again; anything else has failed."""
        wanted, answer = f"Typed {CANARY} {uuid4().hex[:6]}", self._person.client.get(self._address)
        if answer.status_code == 200 and self.saved in answer.text:
            self.read += 1
            try:
                self._person.press(Page(answer), "Save", {"Preferred name": wanted}, status=200)
            except AssertionError as error:
                self._count(str(error))
                # It may have been saved, though nobody could say so.
                self.saved = f"Typed {CANARY}"
            else:
                self.saves, self.saved = self.saves + 1, wanted
        else:
            self._count(f"{answer.status_code} at {answer.url}: {answer.text[:2000]}")

    def _count(self, what: str) -> None:
        if what.startswith("503"):
            self.away += 1
        else:
            self.failed.append(what)


@pytest.mark.timeout(600)
async def test_t95_keys_are_rotated_under_load_and_nobody_notices(
    portal: Portal, written: list[Written], measures: Measures
) -> None:
    is_over = asyncio.Event()
    with Person(portal.gateway) as person:
        tasks = await asyncio.to_thread(person.sign_in, portal.mail, written[1].email)
        worker = Worker(person, str((await asyncio.to_thread(person.open, tasks.link(FORM))).response.url))

        async def work_on() -> None:
            while not is_over.is_set():
                await asyncio.to_thread(worker.round)

        working = asyncio.create_task(work_on())
        before = await wrapped_with(portal)
        for _ in range(ROTATIONS):
            rotating = asyncio.create_task(asyncio.to_thread(portal.command, *ROTATE))
            for service in ("forms", "tasks"):  # no key is in the memory of the process that comes
                await asyncio.to_thread(portal.kill, service)
                await asyncio.to_thread(portal.wait_until_ready)
            await rotating
        is_over.set()
        await working
        saves = worker.saves
        await asyncio.to_thread(portal.kill, "forms")
        await asyncio.to_thread(portal.wait_until_ready)
        await asyncio.to_thread(worker.round)
        assert worker.saves == saves + 1, "every key is wrapped anew, and opens what it did"
    after = await wrapped_with(portal)
    keys = sum(map(len, after.values()))
    measures.report(
        "T95", rotations=ROTATIONS, keys=keys, read=worker.read, saved=worker.saves, failed=len(worker.failed)
    )
    assert worker.failed == []
    assert min(worker.read, worker.saves) > ROTATIONS
    for service, wrapped in after.items():
        assert len(set(wrapped)) <= 1, service
        assert not set(wrapped) & set(before[service]), service


async def wrapped_with(portal: Portal) -> dict[str, list[str]]:
    motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(portal.addresses["mongo"])
    bristols = {"authority": "bristol", "destroyed_at": None}
    try:
        return {
            service: [key["wrapped_with"] async for key in motor[f"portal_{service}"]["keys"].find(bristols)]
            for service in stored()
        }
    finally:
        motor.close()


@pytest.mark.timeout(600)
async def test_t94_what_is_erased_is_nowhere_and_for_nobody(
    portal: Portal, bristol: Council, written: list[Written], measures: Measures
) -> None:
    held, erased = written[-1], written[:-1]
    (submitted,) = await told(bristol, SUBMITTED, {written[0].delegation_id}) or []
    documents = [one["document_id"] for one in (submitted["pdf"], *submitted["attachments"])]
    async with bristol:
        for one in (erased[0], erased[1], held):
            await bristol.delegate(one.delegation_id, f"{uuid4().hex}@school.example", comments=REFUSED)
    await eventually(lambda: dead_of(portal, {erased[0], erased[1], held}), every=1)
    backup = await copies_of(portal, erased)
    erase = ("erase", "--authority", "bristol", "--delegation")
    await asyncio.to_thread(portal.command, *erase, held.delegation_id, "--hold")
    refused = await asyncio.to_thread(lambda: portal.command(*erase, held.delegation_id, check=False))
    assert "on hold" in refused.stderr
    await asyncio.to_thread(portal.command, *erase, erased[0].delegation_id)
    async with inside(Instance(portal.data)) as services:
        for one in erased[1:]:
            await services.ask("tasks", "PUT", f"/erasures/{one.delegation_id}", authority="bristol")
    await eventually(lambda: told(bristol, ERASED, {one.delegation_id for one in erased}), within=120, every=0.5)

    # Every door answers as if it had never been, also where its messages come again.
    unknown = await get(bristol, f"/delegations/never-{uuid4().hex}")
    for one in erased:
        assert await get(bristol, f"/delegations/{one.delegation_id}") == unknown == 404
        assert await post(bristol, "council.delegation.requested.v1", one.body) == 202
        assert await get(bristol, f"/delegations/{one.delegation_id}") == 404
    for document_id in documents:
        assert await get(bristol, f"/documents/{document_id}") == 404
    for one in erased[:2]:
        await asyncio.to_thread(check_pages, portal, one)
    assert await get(bristol, f"/delegations/{held.delegation_id}") == 200

    await eventually(lambda: dead_of(portal, {held}), within=120, every=5)
    left = await what_is_left(portal, erased)
    left["copies of a backup"] = len([copy for copy in backup if is_readable(portal, copy)])
    await asyncio.to_thread(portal.down)
    found = await asyncio.to_thread(holding, portal.data, CANARY)
    await asyncio.to_thread(portal.up)
    measures.report("T94", erased=len(erased), held=1, left=left, files_with_a_word=len(found))
    assert left == {
        "tombstones": len(erased),
        "keys": 0,
        "documents": 0,
        "contents": 0,
        "copies": 0,
        "copies of a backup": 0,
    }
    assert found == []


async def dead_of(portal: Portal, written: set[Written]) -> bool:
    """Whether there are dead letters about these, and about no others."""
    shown = await asyncio.to_thread(portal.command, "dead", "show", "--all", "--json", check=False)
    letters = [letter["body"] for letter in json.loads(shown.stdout or "[]")]
    found = {body["delegation_id"] for body in letters if isinstance(body, dict) and body.get("comments") == REFUSED}
    return found == {one.delegation_id for one in written}


async def copies_of(portal: Portal, written: list[Written]) -> list[dict[str, Any]]:
    """What was told of these, as a backup of all services' databases holds it; nothing of it opens with its keys."""
    motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(portal.addresses["mongo"])
    about = {"delegation_id": {"$in": [one.delegation_id for one in written]}}
    try:
        found = [copy for name in stored() async for copy in motor[f"portal_{name}"]["outbox_sent"].find(about)]
    finally:
        motor.close()
    assert {copy["type"] for copy in found} >= {ACCEPTED, SUBMITTED}
    return found


def is_readable(portal: Portal, copy: dict[str, Any]) -> bool:
    """Whether the key that all services share opens it, and it says something about a child."""
    try:
        return CANARY.encode() in portal.bodies.opened(copy)
    except NotOpened:
        return False


def check_pages(portal: Portal, one: Written) -> None:
    with Person(portal.gateway) as person:
        tasks = person.sign_in(portal.mail, one.email)
        assert FORM not in tasks.text
        for door in ("1", "check", "submitted", "pdf", "print"):
            person.open(f"/forms/{one.task_id}/{door}", status=404)


async def what_is_left(portal: Portal, erased: list[Written]) -> dict[str, int]:
    """Beside the tombstones nothing; no key that could open a backup."""
    tasks, ids = [one.task_id for one in erased], [one.delegation_id for one in erased]
    motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(portal.addresses["mongo"])
    left = dict.fromkeys(("tombstones", "keys", "documents", "contents", "copies"), 0)

    async def count(what: str, service: str, collection: str, query: dict[str, Any]) -> None:
        left[what] += await motor[f"portal_{service}"][collection].count_documents(query)

    try:
        await count("tombstones", "tasks", "tasks", {"_id": {"$in": tasks}, "state": "erased", "request": None})
        for service in stored():
            keys = {"key": {"$in": tasks}, "wrapped": {"$ne": None}}
            await count("keys", service, "keys", keys)
            told = {"delegation_id": {"$in": ids}, "type": {"$not": {"$regex": "erased"}}}
            await count("copies", service, "outbox_sent", told)
        await count("documents", "forms", "contributions", {"_id": {"$in": tasks}})
        await count("documents", "files", "folders", {"_id": {"$in": tasks}})
        await count("documents", "notify", "deliveries", {"delegation_id": {"$in": ids}})
        for service, content in (("tasks", "shared"), ("forms", "pdfs"), ("files", "content")):
            await count("contents", service, f"{content}.files", {"metadata.task_id": {"$in": tasks}})
    finally:
        motor.close()
    return left
