"""T68: two councils fill the portal with words of their own; neither, and none of its people, meets the other's."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.support.council import Council, request
from tests.support.documents import pdf, pdf_text
from tests.support.measures import Measures
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, submit
from tests.system.test_re_assigning import fill as begin

LISTS = ("/tasks", "/tasks?tab=submitted", "/tasks?tab=retracted", "/tasks?all=1", "/group-tasks", "/group-tasks?all=1")
ABOUT_ONESELF = ("/account", "/account/automatic-replies", "/account/sessions", "/account/calendar", "/account/emails")
OF_A_FORM = (
    *("/forms/{}/1", "/forms/{}/2", "/forms/{}/3", "/forms/{}/check", "/forms/{}/submit", "/forms/{}/submitted"),
    *("/forms/{}/pdf?draft=1", "/forms/{}/print", "/tasks/{}/re-assign", "/tasks/{}/decline", "/tasks/{}/more-time"),
)
SEARCHED = ("Child", "Officer", "Professional", "school.example")
OWN = {
    "member /tasks": "Child {}",
    "manager /tasks?tab=submitted": "Child {}",
    "manager /group-tasks": "Child {}",
    "manager searches Child": "Child {}",
    "member re-assigns Professional": "manager.{}@",
    "member prints": "Child {}",
    "printed": "Child {}",
    "attached": "{}",
    "messages": "'delegation_id': '{}-member'",
}
"""What a world is shown of its own, so that the search finds what is there."""


@dataclass
class World:
    """A council, its word, its people, and whatever it or they were shown."""

    council: Council
    word: str = field(default_factory=lambda: f"Zq{uuid4().hex[:8]}")
    seen: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    """The tasks' ids by who has them."""
    people: dict[str, Person] = field(default_factory=dict)

    shared: Person = field(init=False)

    def address(self, who: str) -> str:
        return f"{who}.{self.word}@school.example"

    async def begin(self, shared: str) -> None:
        """A group with the one who works for both, and three forms; the word is in every text that a council gives."""
        group = f"wg-{self.word}"
        members = [self.address("manager"), self.address("member"), shared]
        await self.council.define_group(group, members, name=f"Group {self.word}", email=self.address("group"))
        to_group = {"kind": "work_group", "work_group_id": group}
        for who, changes in (
            ("member", {"assignee": to_group}),
            ("manager", {"email": self.address("manager")}),
            ("shared", {"email": shared}),
            ("group", {"assignee": to_group}),
        ):
            self.forms[who] = await self._delegate(who, changes)

    async def _delegate(self, who: str, changes: dict[str, Any]) -> str:
        delegation_id = f"{self.word}-{who}"
        asked = request(delegation_id, changes.pop("email", self.address("member")))
        asked["subject"] |= {"person_id": f"P-{self.word}", "name": f"Child {self.word}", "address": self.word}
        asked["sender"] |= {"name": f"Officer {self.word}", "department": self.word, "email": self.address("officer")}
        report = {"document_id": f"EP-{self.word}", "name": f"{self.word}.pdf", "media_type": "application/pdf"}
        asked |= {
            "comments": f"Comment {self.word}",
            "prefill": {"first_name": self.word, "here_and_now": f"I am {self.word}."},
            "documents": [{**report, "content_base64": b64encode(pdf(self.word.encode())).decode()}],
        }
        await self.council.publish("council.delegation.requested.v1", {**asked, **changes})
        accepted = await self.council.expect(ACCEPTED, delegation_id=delegation_id)
        return str(accepted.body["task_id"])

    def note(self, where: str, page: Page) -> None:
        """Keeps what an answer holds: a PDF's words, another file's bytes."""
        content = page.response.content
        text = pdf_text(content) if content.startswith(b"%PDF") and b"/ToUnicode" in content else page.response.text
        self.seen[where] = f"{text} {page.response.headers.get('Content-Disposition', '')}"

    def work(self) -> None:
        """They write the word and attach it; the manager submits."""
        manager, member, file = self.people["manager"], self.people["member"], pdf(self.word.encode())
        page = manager.press(begin(manager, manager.open(f"/forms/{self.forms['manager']}/1")), "Next")
        submit(manager, manager.attach(page, f"{self.word}.pdf", file))
        page = posted(member, f"/tasks/{self.forms['member']}/pickup")
        page = member.press(page, "Save", {"Preferred name": self.word})
        member.attach(member.open(f"/forms/{self.forms['member']}/3"), f"{self.word}.pdf", file)

    def look(self, who: str, person: Person, others: Collection[str]) -> None:
        """Every list, count, choice and search, and whatever this person is given of these forms and the others."""
        for address in (*LISTS, *ABOUT_ONESELF):
            self.note(f"{who} {address}", person.open(address))
        for words in SEARCHED:
            self.note(f"{who} searches {words}", posted(person, "/tasks", words=words))
            address = f"/tasks/{self.forms['member']}/re-assign"
            self.note(f"{who} re-assigns {words}", posted(person, address, words=words, action="search"))
        self.note(f"{who} prints", posted(person, "/tasks/print", task=[*self.forms.values(), *others]))
        for task_id in (*self.forms.values(), *others):
            self.look_at_form(who, person, task_id)
        made = person.press(person.open("/account/calendar"), "Make an address")
        self.note(f"{who} calendar", person.open(made.tree.get_element_by_id("address").text))

    def look_at_form(self, who: str, person: Person, task_id: str) -> None:
        """All of its pages, its PDF, and its files."""
        for address in OF_A_FORM:
            page = Page(person.client.get(address.format(task_id)))
            self.note(f"{who} {address.format(task_id)}", page)
            if page.is_html:
                for link in page.tree.xpath("//a[contains(@href, '/files/') or contains(@href, '/shared/')]/@href"):
                    self.note(f"{who} {link}", person.open(link))

    def read_mail(self, portal: Portal, who: str) -> None:
        """What was emailed to an address of this world."""
        for row in portal.mail.to(self.address(who)):
            email = portal.mail.read(row)
            self.seen[f"{who} email {row['ID']}"] = (
                f"{email['Subject']} {email['Text']} {email['HTML']} {email['From']}"
            )

    async def look_at_the_door(self) -> None:
        """Everything that the council's API gives it, and every message."""
        async with aiohttp.ClientSession() as session:
            headers = {"Authorization": f"Bearer {await self.council.token(session)}"}
            for name in ("delegations", "events"):
                async for text in pages_of(session, f"{self.council.gateway}/api/council/v1/{name}", headers):
                    self.seen[f"{name} {len(self.seen)}"] = text
        submitted = (await self.council.expect(SUBMITTED, delegation_id=f"{self.word}-manager")).body
        self.seen["printed"] = pdf_text(await self.council.fetch(submitted["pdf"]["url"]))
        for document in submitted["attachments"]:
            self.seen["attached"] = (await self.council.fetch(document["url"])).decode("latin-1")
        self.seen["messages"] = str([(each.type, each.body) for each in self.council.received])


def posted(person: Person, address: str, **fields: str | list[str]) -> Page:
    """What a page's form would post there."""
    token = person.open("/help").tree.xpath("//input[@name='csrf']/@value")[0]
    at = str(person.client.base_url).rstrip("/")
    return Page(person.client.post(address, data={**fields, "csrf": token}, headers={"Origin": at}))


async def pages_of(session: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> AsyncIterator[str]:
    """All pages of a list, as they were sent."""
    after: str | None = ""
    while after is not None:
        query = {"limit": "200", **({"after": after} if after else {})}
        async with session.get(address, params=query, headers=headers) as answer:
            answer.raise_for_status()
            text = await answer.text()
        yield text
        after = json.loads(text)["after"]


@pytest.fixture
async def worlds(portal: Portal, bristol: Council, oxfordshire: Council) -> AsyncIterator[list[World]]:
    """Both councils' worlds, after their people have worked; one person works for both."""
    shared, found = f"shared.{uuid4().hex[:8]}@school.example", [World(bristol), World(oxfordshire)]
    for world in found:
        await world.begin(shared)

    def work(stack: ExitStack) -> None:
        person = stack.enter_context(Person(portal.gateway))
        person.register(portal.mail, shared)
        person.sign_in(portal.mail, shared)
        for world in found:
            world.people = {who: stack.enter_context(Person(portal.gateway)) for who in ("manager", "member")}
            for who, each in world.people.items():
                each.register(portal.mail, world.address(who), world.word)
                each.sign_in(portal.mail, world.address(who))
            world.work()
            world.shared = person

    with ExitStack() as stack:
        await asyncio.to_thread(work, stack)
        yield found


async def test_t68_neither_council_meets_the_others_words(
    portal: Portal, worlds: list[World], measures: Measures
) -> None:
    def look() -> None:
        for world, other in (worlds, worlds[::-1]):
            for who, person in world.people.items():
                world.look(who, person, other.forms.values())
                world.read_mail(portal, who)
            world.read_mail(portal, "group")
            # Whoever works for both finds of each form its own council's words alone.
            world.look_at_form("shared", world.shared, world.forms["shared"])

    await asyncio.to_thread(look)
    for world in worlds:
        await world.look_at_the_door()
    met = [
        f"{world.council.authority}: {where}"
        for world, other in (worlds, worlds[::-1])
        for where, text in world.seen.items()
        if other.word.lower() in text.lower()
    ]
    own = [sum(world.word in text for text in world.seen.values()) for world in worlds]
    measures.report("T68", looked_at=sum(len(world.seen) for world in worlds), own=sum(own), of_the_other=len(met))
    assert met == []
    for world in worlds:
        hidden = [where for where, text in OWN.items() if text.format(world.word) not in world.seen[where]]
        assert hidden == []
        tasks = world.seen["member /tasks"]
        assert "Currently Assigned Tasks (1)" in " ".join(tasks.split())
