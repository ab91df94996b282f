"""Every route of the gateway, and people around a form who ask it: what the attacks on pages share."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.routing import BaseRoute, Mount, Route

from commands.parts.instance import ROOT
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, fill, new_email, new_id, submit
from tests.system.test_re_assigning import fill as begin
from tests.system.test_re_assigning import re_assign

TEXT = (ROOT / "docs/access.md").read_text(encoding="utf-8")
ASSETS = "GET /static/{build}/{name}"
PEOPLE = ("nobody", "stranger", "colleague", "former holder", "manager", "holder")
CLIENTS = ("no token", "another council", "the council")
ROUTE = re.compile(r"`((?:GET|POST|PUT) /[^`]*)`")


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
    return {route: gets for title, gets in lists for route in ROUTE.findall(section(title))} | table(
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


@dataclass
class Scene:
    """People around a form, and the form."""

    people: dict[str, Person]
    emails: dict[str, str]
    values: dict[str, str]
    waiting: str = ""
    """A form in the work group, that nobody has picked up."""
    hidden: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, who: str, route: str, **more: list[str]) -> Page:
        """As this person's browser would, with the token of its forms; about a form with the holder's hidden fields."""
        person = self.people[who]
        if route.startswith("GET"):
            return Page(person.client.get(self.address(route)))
        data, headers = {**self.fields(who, route), **more}, {"Origin": own_origin(person)}
        return Page(person.client.post(self.address(route), data=data, headers=headers))

    def address(self, route: str) -> str:
        """Where a route is asked: about the form, or the one that waits."""
        template = route.partition(" ")[2]
        values = {**self.values, "task_id": self.waiting} if template.endswith(("look", "pickup")) else self.values
        return template.format(**values)

    def fields(self, who: str, route: str) -> dict[str, str]:
        """What stands in the form that this person's page would post there."""
        return {**(self.hidden if "/forms/" in route else {}), "csrf": self.token(who)}

    def token(self, who: str) -> str:
        """Of the forms on this person's pages."""
        if who not in self.tokens:
            page = self.people[who].open("/sign-in" if who == "nobody" else "/help")
            self.tokens[who] = page.tree.xpath("//input[@name='csrf']/@value")[0]
        return self.tokens[who]


def own_origin(person: Person) -> str:
    """What this person's browser says of the pages that it shows."""
    return str(person.client.base_url).rstrip("/")


@asynccontextmanager
async def around_a_form(portal: Portal, bristol: Council) -> AsyncIterator[Scene]:
    """They have registered and are signed in, all but nobody."""
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
        return Scene(people, emails, values, hidden={one.get("name"): one.get("value", "") for one in found})

    with ExitStack() as stack:
        scene = await asyncio.to_thread(meet, stack)
        await bristol.delegate(waiting, assignee=to_group)
        scene.waiting = (await bristol.expect(ACCEPTED, delegation_id=waiting)).body["task_id"]
        yield scene


async def submitted_with_a_report(portal: Portal, council: Council, delegation_id: str, email: str) -> dict[str, Any]:
    """Somebody registers, fills a form of this council's, attaches a report and submits; what the council hears."""
    await council.delegate(delegation_id, email)
    await council.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> None:
        with Person(portal.gateway) as person:
            person.register(portal.mail, email)
            page = fill(person, person.sign_in(portal.mail, email))
            submit(person, person.attach(page, "report.pdf", pdf()))

    await asyncio.to_thread(job)
    return (await council.expect(SUBMITTED, delegation_id=delegation_id)).body
