"""T66: every route of the gateway, asked by everybody; docs/access.md says what each of them gets."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import aiohttp
import httpx2
import pytest
from starlette.routing import BaseRoute, Mount, Route

from commands.parts.instance import ROOT
from services.gateway.app import PAGES
from services.gateway.council import api
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.measures import Measures
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, fill, new_email, new_id, submit
from tests.system.test_re_assigning import fill as begin
from tests.system.test_re_assigning import re_assign

TEXT = (ROOT / "docs/access.md").read_text(encoding="utf-8")
ASSETS = "GET /static/{build}/{name}"
PEOPLE = ("nobody", "stranger", "colleague", "former holder", "manager", "holder")
CLIENTS = ("no token", "another council", "the council")
_ROUTE = re.compile(r"`((?:GET|POST|PUT) /[^`]*)`")
_REFUSED = {403, 404, 409}
_CHILD = "Gabriel"


def section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def table(title: str, actors: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """What each gets, by route."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section(title).splitlines() if "`" in line
    ]
    return {row[0].strip("`"): dict(zip(actors, row[1:], strict=True)) for row in rows if len(row) > 1}


def stated() -> dict[str, dict[str, str]]:
    """All of the people's routes, and what each of them gets."""
    public = dict.fromkeys(PEOPLE, "public")
    own = {**dict.fromkeys(PEOPLE, "yes"), "nobody": "sign in"}
    lists = (("Everybody", public), ("Whoever is signed in, about themselves", own))
    return {route: gets for title, gets in lists for route in _ROUTE.findall(section(title))} | table(
        "About a form", PEOPLE
    )


def live(routes: Sequence[BaseRoute], before: str = "") -> Iterator[str]:
    """Every route as the page names it; a HEAD is its GET."""
    for route in routes:
        if isinstance(route, Mount):
            yield from live(route.routes, before + route.path)
        elif isinstance(route, Route):
            path = re.sub(r"{(\w+):\w+}", r"{\1}", before + route.path)
            yield from (f"{method} {path}" for method in sorted((route.methods or set()) - {"HEAD"}))


def test_every_route_stands_in_the_documentation_once() -> None:
    named = _ROUTE.findall(TEXT)
    assert sorted(named) == sorted([ASSETS, *live(PAGES), *live(api.routes)])


@dataclass
class Scene:
    """People around a form, and the form."""

    people: dict[str, Person]
    values: dict[str, str]
    waiting: str = ""
    """A form in the work group, that nobody has picked up."""
    hidden: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, who: str, route: str, **more: list[str]) -> Page:
        """As this person's browser would, with the token of its forms; about a form with the holder's hidden fields."""
        method, _, template = route.partition(" ")
        values = {**self.values, "task_id": self.waiting} if template.endswith(("look", "pickup")) else self.values
        address, person = template.format(**values), self.people[who]
        if method == "GET":
            return Page(person.client.get(address))
        at = str(person.client.base_url).rstrip("/")
        hidden = self.hidden if template.startswith("/forms/") else {}
        data = {**hidden, **more, "csrf": self._token(who)}
        return Page(person.client.post(address, data=data, headers={"Origin": at}))

    def _token(self, who: str) -> str:
        """Of the forms on this person's pages."""
        if who not in self.tokens:
            page = self.people[who].open("/sign-in" if who == "nobody" else "/help")
            self.tokens[who] = page.tree.xpath("//input[@name='csrf']/@value")[0]
        return self.tokens[who]


def outcome(page: Page, route: str) -> str:
    status, asked = page.response.status_code, route.partition(" ")[2]
    assert status < 500, f"{route}: {status}"
    assert status != 429, route
    if status in _REFUSED:
        return "no"
    is_way_in = status == 401 or (page.is_html and bool(page.tree.xpath("//form[@action='/sign-in']")))
    return "sign in" if is_way_in and asked != "/sign-in" else "yes"


@pytest.fixture
async def scene(portal: Portal, bristol: Council) -> AsyncIterator[Scene]:
    group, emails = f"wg-{uuid4().hex[:8]}", {who: new_email(who.partition(" ")[0]) for who in PEOPLE[1:]}
    picked, waiting = new_id(), new_id()
    members = [emails[who] for who in ("manager", "colleague", "former holder", "holder")]
    await bristol.define_group(group, members)
    shared = {"document_id": "EP-1", "name": "Report.pdf", "media_type": "application/pdf"}
    documents = [{**shared, "content_base64": b64encode(pdf()).decode()}]
    to_group = {"kind": "work_group", "work_group_id": group}
    await bristol.delegate(picked, assignee=to_group, documents=documents)
    task_id = (await bristol.expect(ACCEPTED, delegation_id=picked)).body["task_id"]

    def meet(stack: ExitStack) -> Scene:
        people = {
            who: stack.enter_context(Person(portal.gateway, f"127.66.0.{1 + number}"))
            for number, who in enumerate(PEOPLE)
        }
        for who, email in emails.items():
            people[who].register(portal.mail, email, who.replace(" ", "").title())
        former, holder = people["former holder"], people["holder"]
        begin(former, former.press(former.sign_in(portal.mail, emails["former holder"]), "Pickup"))
        for who in ("stranger", "colleague", "manager", "holder"):
            people[who].sign_in(portal.mail, emails[who])
        re_assign(people["manager"], "Formerholder Professional", "Holder Professional")
        page = holder.attach(holder.open(f"/forms/{task_id}/3"), "report.pdf", pdf())
        (file_id,) = {link.rpartition("/")[2] for link in page.tree.xpath("//a/@href") if "/files/" in link}
        values = {"task_id": task_id, "number": "1", "file_id": file_id, "document_id": "EP-1"}
        values |= {"topic": "tasks", "ticket": "nobody's"}
        made = holder.press(holder.open("/account/calendar"), "Make an address")
        values["secret"] = made.tree.get_element_by_id("address").text.rpartition("/")[2].removesuffix(".ics")
        found = holder.open(f"/forms/{task_id}/1").tree.xpath(
            "//form[@data-portal='contribution']//input[@type='hidden']"
        )
        return Scene(people, values, hidden={one.get("name"): one.get("value", "") for one in found})

    with ExitStack() as stack:
        met = await asyncio.to_thread(meet, stack)
        await bristol.delegate(waiting, assignee=to_group)
        met.waiting = (await bristol.expect(ACCEPTED, delegation_id=waiting)).body["task_id"]
        yield met


async def test_t66_everybody_gets_at_each_route_what_is_theirs(scene: Scene, measures: Measures) -> None:
    # Who may do least is asked first, and last what would end the form, the wait in the group, or the session.
    last = ("", "POST /forms/{task_id}/submit", "POST /tasks/{task_id}/pickup", "POST /sign-out")
    wanted = {route: gets for route, gets in stated().items() if route != ASSETS}
    routes = sorted(wanted, key=lambda route: last.index(route) if route in last else 0)

    def walk() -> dict[tuple[str, str], tuple[str, str]]:
        wrong = {}
        for route in routes:
            for who in PEOPLE:
                page = scene.ask(who, route)
                got, want = outcome(page, route), wanted[route][who]
                if got != want and not (want == "public" and got in ("yes", "sign in")):
                    wrong[route, who] = (got, want)
                if got != "yes" or who == "stranger":
                    assert _CHILD not in page.response.text, f"{route}, {who}: a child is named"
        return wrong

    wrong = await asyncio.to_thread(walk)
    measures.report("T66", routes=len(routes), people=len(PEOPLE), asked=len(routes) * len(PEOPLE), wrong=len(wrong))
    assert wrong == {}


async def test_t66_of_several_forms_everybody_is_printed_what_is_theirs(scene: Scene) -> None:
    wanted, own, other = stated(), "GET /forms/{task_id}/pdf", "POST /tasks/print"

    def walk() -> dict[str, str]:
        got = {}
        for who in PEOPLE:
            page = scene.ask(who, other, task=[scene.values["task_id"], scene.waiting])
            is_pdf = page.response.headers["Content-Type"] == "application/pdf"
            assert is_pdf or _CHILD not in page.response.text, f"{who}: a child is named"
            got[who] = "sign in" if outcome(page, other) == "sign in" else "yes" if is_pdf else "no"
        return got

    assert await asyncio.to_thread(walk) == wanted[own]


async def test_t66_each_council_gets_its_own(
    portal: Portal, bristol: Council, oxfordshire: Council, measures: Measures
) -> None:
    delegation_id, email = new_id(), new_email()
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> None:
        with Person(portal.gateway) as person:
            person.register(portal.mail, email)
            page = fill(person, person.sign_in(portal.mail, email))
            submit(person, person.attach(page, "report.pdf", pdf()))

    await asyncio.to_thread(job)
    submitted = (await bristol.expect(SUBMITTED, delegation_id=delegation_id)).body
    values = {
        "delegation_id": delegation_id,
        "document_id": submitted["pdf"]["document_id"],
        "email": email,
        "name": "council.delegation.retracted.v1",
        "code": "no-such-form",
    }
    wanted, wrong = table("Councils, by HTTP", CLIENTS), {}
    async with aiohttp.ClientSession() as session:
        tokens = {CLIENTS[1]: await oxfordshire.token(session), CLIENTS[2]: await bristol.token(session)}
    with httpx2.Client(base_url=portal.gateway, timeout=30) as client:
        for route, gets in wanted.items():
            method, _, template = route.partition(" ")
            for who in CLIENTS:
                headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
                answer = await asyncio.to_thread(
                    client.request, method, template.format(**values), headers=headers, content=b"{}"
                )
                assert answer.status_code < 500, (route, who)
                got = "no" if answer.status_code in {401, *_REFUSED} else "yes"
                if got != gets[who]:
                    wrong[route, who] = (answer.status_code, gets[who])
                if who != CLIENTS[2]:
                    assert delegation_id not in answer.text, (route, who)
                    assert _CHILD not in answer.text, (route, who)
    asked = len(wanted) * len(CLIENTS)
    measures.report("T66", routes=len(wanted), councils=len(CLIENTS), asked=asked, wrong=len(wrong))
    assert wrong == {}
