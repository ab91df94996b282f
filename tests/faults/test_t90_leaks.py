"""T90: a child's name, passwords, codes and tokens, through the main flows: nowhere that people look for faults.

Logs, metrics, error pages, dead letters, traces, and what emails say of a child.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import aiohttp
import httpx2
import pytest

from commands.parts.dead_letters import opened
from commands.parts.instance import Instance
from commands.topology import subscriptions
from contracts import registry
from tests.support.collector import Collector, traced_portal
from tests.support.council import Council, request
from tests.support.documents import pdf
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.person import PASSWORD, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, fill, new_id, submit

CHILD = f"qzchild{uuid4().hex[:10]}"
"""In whatever is written about a child, by the council and by the professional."""
WRONG_PASSWORD = "Not-the-1-password"
WRONG_CODE = "01020304"
NEW_PASSWORD = "Fjord+Teapot-8"
FORGED = f"forged-{uuid4().hex}"
UNKNOWN_FORM = "no-such-form"


@pytest.fixture(scope="module")
def exporting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Collector]]:
    with traced_portal(tmp_path_factory.mktemp("t90")) as both:
        yield both


def about_a_child(delegation_id: str, email: str) -> dict[str, Any]:
    body = request(delegation_id, email)
    document = {"document_id": "EP-1", "name": f"{CHILD}.txt", "media_type": "text/plain", "content_base64": "QUJD"}
    return {
        **body,
        "subject": {**body["subject"], "name": CHILD, "address": f"1 {CHILD} Road"},
        "comments": f"About {CHILD}",
        "prefill": {"first_name": CHILD},
        "documents": [document],
    }


class Visitor(Person):
    """Keeps every error page that it is shown; a form that says what is wrong with it is none."""

    def __init__(self, portal: str) -> None:
        super().__init__(portal)
        self.errors: list[str] = []
        self.client.event_hooks = {"response": [self._keep]}

    def _keep(self, response: httpx2.Response) -> None:
        if response.status_code >= 400 and response.status_code not in {401, 422}:
            self.errors.append(f"{response.status_code} {response.read().decode(errors='replace')}")


class Walk:
    """The main flows by one professional, rightly and wrongly; what was secret in them, and the errors they met."""

    def __init__(self, portal: Portal, email: str) -> None:
        self.portal, self.mail, self.email = portal, portal.mail, email
        self.secrets, self.errors = {PASSWORD, WRONG_PASSWORD, NEW_PASSWORD, WRONG_CODE, FORGED}, list[str]()

    def do(self) -> None:
        with Visitor(self.portal.gateway) as person:
            person.register(self.mail, self.email)
            self.sign_in_wrongly(person)
            tasks = person.sign_in(self.mail, self.email)
            page = person.attach(fill(person, tasks), f"{CHILD}.pdf", pdf(CHILD.encode()))
            refused = person.press(
                person.open(tasks.link("EHC Needs")), "Save", {"First name": CHILD, "Last name": CHILD}
            )
            submit(person, person.open(page.address))
            self.meet_errors(person, refused.address)
            self.secrets |= set(person.cookies().values())
            self.errors += person.errors
        with Visitor(self.portal.gateway) as person:
            self.reset(person)
            self.errors += person.errors
        self.secrets |= {*self.mail.codes_for(self.email)}

    def sign_in_wrongly(self, person: Person) -> None:
        page, seen = person.open("/sign-in"), len(self.mail.codes_for(self.email))
        person.press(page, "Submit", {"Email": self.email, "Password": WRONG_PASSWORD}, status=401)
        page = person.press(person.open("/sign-in"), "Submit", {"Email": self.email, "Password": PASSWORD})
        self.mail.code_for(self.email, more_than=seen)
        person.press(page, "Finish", {"Code": WRONG_CODE})

    def reset(self, person: Person) -> None:
        seen = len(self.mail.codes_for(self.email))
        page = person.press(person.open("/reset/1"), "Next", {"Email": self.email})
        page = person.press(page, "Next", {"Code": WRONG_CODE})
        page = person.press(page, "Next", {"Code": self.mail.code_for(self.email, more_than=seen)})
        person.press(page, "Finish", {"Your new password": NEW_PASSWORD, "Confirm password": NEW_PASSWORD})

    def meet_errors(self, person: Person, form: str) -> None:
        """What is not there, not theirs, not from this session, too much."""
        for path in (f"/forms/{uuid4()}/1", "/no-such-page", "/sign-in/no-such-step"):
            person.client.get(path)
        for fields in ({"csrf": FORGED, "first_name": CHILD}, {"x": CHILD * 1000}):
            person.client.post(form, data=fields, headers={"Origin": self.portal.gateway})
            person.client.post(form, data=fields, headers={"Origin": "https://elsewhere.example"})


async def ask_as_council(portal: Portal, council: Council) -> tuple[set[str], list[str]]:
    """What a council's program holds, and the errors that it gets."""
    door, errors = f"{portal.gateway}/api/council/v1", []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        token = await council.token(session)
        body = {"authority": "bristol", **about_a_child(new_id(), "x@school.example"), "form": UNKNOWN_FORM}
        for given in (token, FORGED):
            headers = {"Authorization": f"Bearer {given}", "Idempotency-Key": uuid4().hex}
            for method, path, sent in (
                ("GET", f"/documents/{uuid4()}", None),
                ("POST", "/messages/council.delegation.requested.v1", body),
                ("POST", "/messages/council.delegation.requested.v1", {**body, "subject": CHILD}),
            ):
                async with session.request(method, door + path, json=sent, headers=headers) as answer:
                    assert answer.status >= 400
                    errors.append(await answer.text())
    return {token, council.client_secret}, errors


def metrics_of(portal: Portal) -> dict[str, str]:
    urls = {name: portal.addresses["services"][name]["url"] for name in registry.stored()} | {"gateway": portal.gateway}
    said = {}
    for name, url in urls.items():
        with urlopen(f"{url}/metrics", timeout=30) as answer:
            said[f"metrics of {name}"] = answer.read().decode()
    return said


async def dead_letters_of(portal: Portal) -> str:
    """As they lie on the broker, headers and all, and as an operator lists them."""
    queues = [subscription.queue for own in subscriptions().values() for subscription in own]
    async with opened(Instance(portal.data).running()["amqp"]["url"], queues) as morgue:
        letters = [letter async for letter in morgue.read(100)]
    assert letters, "one was refused"
    raw = [f"{letter.raw.body!r} {dict(letter.raw.headers)} {json.dumps(letter.row)}" for letter in letters]
    listed = await asyncio.to_thread(portal.command, "dead", "list", "--json")
    return "\n".join([*raw, listed.stdout])


async def walked(portal: Portal, walk: Walk) -> tuple[str, set[str], list[str]]:
    """One delegation from council to council, another refused: that one's message; secrets, and errors on the way."""
    delegation_id = new_id()
    async with Council.of(portal.addresses) as bristol:
        await bristol.publish("council.delegation.requested.v1", about_a_child(delegation_id, walk.email))
        await bristol.expect(ACCEPTED, delegation_id=delegation_id)
        refused = {**about_a_child(new_id(), walk.email), "form": UNKNOWN_FORM}
        message_id = await bristol.publish("council.delegation.requested.v1", refused)
        await bristol.expect("portal.message.rejected.v1", message_id=message_id)
        await asyncio.to_thread(walk.do)
        await bristol.expect(SUBMITTED, delegation_id=delegation_id)
        secrets, errors = await ask_as_council(portal, bristol)
    return message_id, walk.secrets | secrets, walk.errors + errors


async def test_t90_no_word_about_a_child_and_no_secret_stands_where_faults_are_looked_for(
    exporting: tuple[Portal, Collector], measures: Measures
) -> None:
    watched, traces = exporting
    walk = Walk(watched, f"p{uuid4().hex[:10]}@school.example")
    message_id, secrets, errors = await walked(watched, walk)
    await eventually(lambda: any(seen.name == "send receipt" for seen in traces.spans))
    places = {
        **{path.name: path.read_text() for path in (watched.data / "logs").glob("*.log")},
        **await asyncio.to_thread(metrics_of, watched),
        **{f"error {number}: {text[:60]}": text for number, text in enumerate(errors)},
        "dead letters": await dead_letters_of(watched),
        "traces": "\n".join(map(str, traces.spans)),
    }
    words = {CHILD, *secrets}
    hits = sorted((place, word) for place, text in places.items() for word in words if word in text)
    measures.report("T90", words=len(words), places=len(places), errors=len(errors), hits=len(hits))
    assert hits == []
    assert CHILD not in "\n".join(f"{row['Subject']} {watched.mail.read(row)['Text']}" for row in watched.mail.all())
    # The search looks where something is said.
    assert message_id in places["dead letters"]
    assert len(walk.errors) >= 5
    for name in registry.stored():
        assert f'"service": "{name}"' in places[f"{name}.log"]
        assert "portal_request_seconds" in places[f"metrics of {name}"]
