"""T67: what is another's looks as if it were not there, at every route that takes an id."""

import asyncio
import re
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import aiohttp
import httpx2

from tests.support.council import Council
from tests.support.measures import Measures
from tests.support.person import PASSWORD, TASKS
from tests.support.portal import Portal
from tests.support.stored import documents as kept_documents
from tests.system.scene import CLIENTS, PEOPLE, Scene, own_origin, submitted_with_a_report, table
from tests.system.test_main_job import ACCEPTED, new_email, new_id

_OF_THE_REQUEST = re.compile(r'nonce="[^"]*"|Reference: \w{8}|value="[\w=-]{32}"|-seconds="\d+"')
"""What no two answers have in common: nonce, reference, tokens of forms, and how long the session has left."""
_HEADERS = ("content-type", "cache-control", "location", "clear-site-data", "www-authenticate", "allow")
_WITH_ID = re.compile(r"{(delegation_id|document_id|email)}")
_CHILD = "Gabriel"
_ROUNDS = 15
SELECTED = ("/tasks/re-assign", "/tasks/snooze", "/tasks/show-again", "/tasks/print")
"""Where the ids of forms are posted, and not in the address."""

Ask = Callable[[dict[str, str]], httpx2.Response]


def seen(answer: httpx2.Response, ids: dict[str, str]) -> tuple[Any, ...]:
    """All that an asker can see, the ids that they gave themselves taken out."""
    text = _OF_THE_REQUEST.sub("", answer.text)
    headers = {name: answer.headers.get(name, "") for name in _HEADERS}
    for each in ids.values():
        text = text.replace(each, "")
        headers = {name: value.replace(each, "") for name, value in headers.items()}
    return answer.status_code, headers, re.sub(r'"reference":\s*"\w+"', "", text)


class Comparison:
    """Pairs of answers: to another's ids, and to ids of nothing."""

    def __init__(self) -> None:
        self.differ: dict[str, tuple[Any, Any]] = {}
        self.compared = 0
        self.gaps: list[float] = []

    def compare(self, what: str, ask: Ask, foreign: dict[str, str], missing: dict[str, str]) -> None:
        first, second = (seen(ask(ids), ids) for ids in (foreign, missing))
        self.compared += 1
        assert _CHILD not in first[-1], what
        if first != second:
            self.differ[what] = (first, second)

    def time(self, ask: Ask, foreign: dict[str, str], missing: dict[str, str]) -> None:
        """Asks for both by turns, and keeps by how much the medians differ."""
        seconds: tuple[list[float], list[float]] = ([], [])
        for _ in range(_ROUNDS):
            for each, ids in zip(seconds, (foreign, missing), strict=True):
                began = time.perf_counter()
                ask(ids)
                each.append(time.perf_counter() - began)
        self.gaps.append(abs(statistics.median(seconds[0]) - statistics.median(seconds[1])))

    def report(self, measures: Measures, who: str) -> None:
        slowest = round(max(self.gaps) * 1000, 1)
        measures.report(
            "T67", asked_by=who, compared=self.compared, differing=len(self.differ), largest_median_gap_in_ms=slowest
        )


def asker(scene: Scene, who: str, route: str) -> Ask:
    """A person's browser at a route, with ids of one's choice in it."""
    person = scene.people[who]
    method, _, template = route.partition(" ")

    def ask(ids: dict[str, str]) -> httpx2.Response:
        address, headers = template.format(**{**scene.values, **ids}), {"Origin": own_origin(person)}
        if method == "GET":
            return person.client.get(address, follow_redirects=False)
        data = {"csrf": scene.token(who), "password": PASSWORD}
        return person.client.post(address, data=data, headers=headers, follow_redirects=False)

    return ask


def posting(scene: Scene, who: str, address: str, name: str, **more: str) -> Ask:
    """The same where the id is a field of a form."""
    person = scene.people[who]

    def ask(ids: dict[str, str]) -> httpx2.Response:
        data, headers = {**more, name: ids["id"], "csrf": scene.token(who)}, {"Origin": own_origin(person)}
        return person.client.post(address, data=data, headers=headers, follow_redirects=False)

    return ask


async def test_t67_a_stranger_cannot_tell_anothers_from_nothing(
    portal: Portal, bristol: Council, scene: Scene, measures: Measures
) -> None:
    await bristol.delegate(delegation_id := new_id(), scene.emails["stranger"])
    own = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]
    comparison = Comparison()
    nothing = {name: str(uuid4()) for name in ("task_id", "file_id", "document_id")}

    def compare() -> None:
        for route in table("About a form", PEOPLE):
            for task_id in (scene.values["task_id"], scene.waiting):
                foreign = {**scene.values, "task_id": task_id}
                ids = {"task_id": foreign["task_id"]}
                comparison.compare(route, asker(scene, "stranger", route), ids, {"task_id": nothing["task_id"]})
        scene.people["stranger"].open_until(f"/forms/{own}/1", "Preferred name")
        for name, folder in (("file_id", "files"), ("document_id", "shared")):
            route = f"GET /forms/{own}/{folder}/{{{name}}}"
            ids = {name: scene.values[name]}
            comparison.compare(route, asker(scene, "stranger", route), ids, {name: nothing[name]})
        for address in SELECTED:
            more = {"to": f"person:{scene.emails['stranger']}", "action": "ok", "until": "2031-01-01"}
            ask = posting(scene, "stranger", address, "task", **more)
            comparison.compare(address, ask, {"id": scene.values["task_id"]}, {"id": nothing["task_id"]})
        kept = [each for where, each in kept_documents(portal) if where == "portal_auth.sessions"]
        (session,) = [each["_id"] for each in kept if each["email"] == scene.emails["holder"]]
        ask = posting(scene, "stranger", "/account/sessions", "session")
        comparison.compare("/account/sessions", ask, {"id": session}, {"id": "0" * 64})
        assert scene.people["holder"].open("/tasks").title == TASKS
        for route in ("GET /forms/{task_id}/1", "GET /tasks/{task_id}/look"):
            ids = {"task_id": scene.values["task_id"]}
            comparison.time(asker(scene, "stranger", route), ids, {"task_id": nothing["task_id"]})

    await asyncio.to_thread(compare)
    comparison.report(measures, "stranger")
    assert comparison.differ == {}


async def test_t67_another_council_cannot_tell_anothers_from_nothing(
    portal: Portal, bristol: Council, oxfordshire: Council, measures: Measures
) -> None:
    comparison, email, delegation_id = Comparison(), new_email("known"), new_id()
    submitted = await submitted_with_a_report(portal, bristol, delegation_id, email)
    documents = [submitted["pdf"]["document_id"], *(each["document_id"] for each in submitted["attachments"])]
    foreign = {"delegation_id": delegation_id, "email": email}
    missing = {"delegation_id": new_id(), "email": new_email("known")}
    routes = [route for route in table("Councils, by HTTP", CLIENTS) if _WITH_ID.search(route)]
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {await oxfordshire.token(session)}"}

    def compare() -> None:
        with httpx2.Client(base_url=portal.gateway, timeout=30, headers=headers) as client:
            for route in routes:
                ask = partial(_at_the_door, client, route)
                for document_id in documents:
                    # Which service has a document its id says: only what follows is anybody's to guess.
                    other = {"document_id": f"{document_id[:-12]}{uuid4().hex[:12]}", **missing}
                    comparison.compare(route, ask, {"document_id": document_id, **foreign}, other)
                comparison.time(ask, {"document_id": document_id, **foreign}, other)

    await asyncio.to_thread(compare)
    comparison.report(measures, "council")
    assert len(documents) == 2
    assert len(routes) == 4
    assert comparison.differ == {}
    assert await bristol.fetch(submitted["pdf"]["url"])


def _at_the_door(client: httpx2.Client, route: str, ids: dict[str, str]) -> httpx2.Response:
    method, _, template = route.partition(" ")
    return client.request(method, template.format(**ids))
