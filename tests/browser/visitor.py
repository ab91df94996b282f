"""A person at a real browser: finds things by the guides' labels, and notices what a person would complain about."""

import asyncio
import re
from dataclasses import dataclass, field
from uuid import uuid4

from playwright.async_api import Browser, Page, Response, expect

from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.person import PASSWORD, Person
from tests.support.portal import Portal

FORM = "EHC Needs Assessment Contributions"
ACCEPTED = "portal.delegation.accepted.v1"
TASKS = "Professional Portal - tasks to complete"
_EXPECTED = re.compile(
    r"status of (4\d\d|503)|net::ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION_REFUSED)|Clear-Site-Data"
)
"""What a browser notes about an answer that is no success, or a connection that a test cuts; all else is a fault."""


def new_email(name: str = "b") -> str:
    return f"{name}.{uuid4().hex[:8]}@school.example"


def new_id() -> str:
    return f"LCS-{uuid4().hex[:10]}"


@dataclass
class Visitor:
    """One professional in one browser."""

    portal: Portal
    page: Page
    email: str
    complaints: list[str] = field(default_factory=list)
    documents: list[Response] = field(default_factory=list)

    @classmethod
    async def arrive(cls, browser: Browser, portal: Portal, email: str = "", *, scripts: bool = True) -> "Visitor":
        """A new browser with nothing in it."""
        context = await browser.new_context(
            java_script_enabled=scripts, base_url=portal.gateway, viewport={"width": 1280, "height": 900}
        )
        context.set_default_timeout(15_000)
        visitor = cls(portal, await context.new_page(), email or new_email())
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on(
            "console",
            lambda said: (
                visitor.complaints.append(said.text)
                if said.type in ("error", "warning") and not _EXPECTED.search(said.text)
                else None
            ),
        )
        visitor.page.on(
            "response",
            lambda answer: visitor.documents.append(answer) if answer.request.is_navigation_request() else None,
        )
        return visitor

    async def served(self) -> bytes:
        """The HTML of the page in sight, as it was sent."""
        return await self.documents[-1].body()

    async def leave(self) -> None:
        """Closes the browser; a script error or a blocked resource fails the test."""
        await self.page.context.close()
        assert self.complaints == [], self.complaints

    async def have_account(self) -> None:
        """An account, opened in the ordinary way but without a browser."""

        def register() -> None:
            with Person(self.portal.gateway) as person:
                person.register(self.portal.mail, self.email)

        await asyncio.to_thread(register)

    async def fill(self, **labels: str) -> None:
        """Types into fields; a label's blanks are written as underscores."""
        for label, text in labels.items():
            await self.page.get_by_label(label.replace("_", " "), exact=True).fill(text)

    async def press(self, name: str) -> None:
        """Presses a button of that name, or follows a link that looks like one."""
        button = self.page.get_by_role("button", name=name, exact=True)
        await button.or_(self.page.get_by_role("link", name=name, exact=True)).click()

    async def code(self, *, more_than: int = 0) -> str:
        """The code that was emailed."""
        return await asyncio.to_thread(self.portal.mail.code_for, self.email, more_than=more_than)

    async def sign_in(self, *, at: str = "/sign-in") -> None:
        """Both steps of Secure login."""
        if at:
            await self.page.goto(at)
        seen = len(await asyncio.to_thread(self.portal.mail.codes_for, self.email))
        await self.fill(Email=self.email, Password=PASSWORD)
        await self.press("Submit")
        await expect(self.page.get_by_role("heading", name="Secure login - step 2")).to_be_visible()
        await self.fill(Code=await self.code(more_than=seen))
        await self.press("Finish")

    async def be_delegated(self, council: Council, **changes: object) -> str:
        """A form waits for this person; the task's id."""
        delegation_id = new_id()
        await council.delegate(delegation_id, self.email, **changes)
        accepted = await council.expect(ACCEPTED, delegation_id=delegation_id)
        return str(accepted.body["task_id"])

    async def open_form(self, task_id: str, page: int = 1) -> None:
        """A page of the form; it may arrive a moment after its task."""

        async def opened() -> bool:
            answer = await self.page.goto(f"/forms/{task_id}/{page}")
            return bool(answer and answer.ok)

        await eventually(opened)

    async def answer_all(self) -> None:
        """Everything mandatory, from page 2."""
        await self.fill(Date_Assessment_Completed="27/3/2026")
        await self.page.get_by_label("Yes", exact=True).check()
