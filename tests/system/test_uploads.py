"""How much one person may have under way at once: what comes beyond it waits, and nothing that was typed is lost."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from uuid import uuid4

import pytest

from services.gateway.kit.request_body import LARGEST_BYTES
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.eventually import wait_until
from tests.support.person import Page, Person
from tests.support.portal import Portal

FORM = "EHC Needs Assessment Contributions"
DATE = "Date Assessment Completed"
DOCUMENT = ("report.pdf", pdf(b"x" * 400_000), "application/pdf")


@pytest.fixture
def person(portal: Portal) -> Iterator[Person]:
    with Person(portal.gateway) as person:
        yield person


async def form_of(portal: Portal, council: Council, person: Person) -> str:
    """The address of somebody's form."""
    delegation_id, email = f"LCS-{uuid4().hex[:10]}", f"u.{uuid4().hex[:8]}@school.example"
    await council.delegate(delegation_id, email)
    await council.expect("portal.delegation.accepted.v1", delegation_id=delegation_id)

    def opened() -> str:
        person.register(portal.mail, email)
        return person.open(person.sign_in(portal.mail, email).link(FORM)).address.rpartition("/")[0]

    return await asyncio.to_thread(opened)


def begin_upload(portal: Portal, cookies: Mapping[str, str], form: str, size: int) -> socket.socket:
    """A document whose head is sent, and of whose content nothing comes."""
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    head = (
        f"POST {form}/attach HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\nCookie: {sent}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {size}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", portal.port))
    connection.sendall(head.encode())
    return connection


async def test_beyond_128_mb_of_one_person_an_upload_waits_and_no_word_is_lost(
    portal: Portal, bristol: Council, person: Person
) -> None:
    form = await form_of(portal, bristol, person)

    def upload() -> tuple[int, str]:
        """As the page's script sends it."""
        page = person.open(f"{form}/3")
        values = {name: page.tree.xpath(f"//input[@name='{name}']/@value")[0] for name in ("csrf", "holder", "page_id")}
        answer = person.client.post(
            f"{form}/attach", data=values, files={"files": DOCUMENT}, headers={"Accept": "application/json"}
        )
        return answer.status_code, str(answer.json().get("detail", ""))

    def job() -> Page:
        with ExitStack() as under_way:
            for _ in range(4):
                under_way.enter_context(closing(begin_upload(portal, person.cookies(), form, LARGEST_BYTES // 4)))
            wait_until(lambda: upload()[0] == 503)
            assert upload() == (503, "Other uploads of yours are not finished yet.")
            typed = person.press(person.open(f"{form}/2"), "Save", {DATE: "1/3/2026"})
            assert typed.response.status_code == 200, "what takes no room is saved as ever"
            page = person.open(f"{form}/3")
            page = person.press(page, "Upload Document", {"Choose File": DOCUMENT}, status=503)
            assert "Other uploads of yours are not finished yet. What you typed is kept in this page" in page.text
            assert "report.pdf" in page.text
        wait_until(lambda: upload()[0] == 200)
        return person.press(page, "Try again")

    page = await asyncio.to_thread(job)
    assert "report.pdf: The document could not be kept meanwhile. Choose it again." in page.text


async def test_what_one_person_has_under_way_keeps_nobody_else_from_uploading(
    portal: Portal, bristol: Council, person: Person
) -> None:
    form = await form_of(portal, bristol, person)
    with Person(portal.gateway) as other:
        others = await form_of(portal, bristol, other)

        def job() -> Page:
            with closing(begin_upload(portal, person.cookies(), form, LARGEST_BYTES)):
                page = person.open(f"{form}/3")
                wait_until(
                    lambda: "not finished" in person.press(page, "Save", {"Choose File": DOCUMENT}, status=503).text
                )
                return other.attach(other.open(f"{others}/3"), "theirs.pdf", pdf())

        assert "theirs.pdf" in (await asyncio.to_thread(job)).text
