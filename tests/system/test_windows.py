"""What is over is shown for as long as the authority shows it, and at no door any longer."""

import asyncio

from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, FORM, SUBMITTED, fill, new_email, new_id, submit
from tests.system.test_printing import printed

CLOSED = "This form can no longer be seen here"


async def test_a_submitted_form_closes_at_every_door_with_its_window(timed_portal: Portal, bristol: Council) -> None:
    portal, delegation_id, email = timed_portal, new_id(), new_email()
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def submitted(person: Person) -> str:
        person.register(portal.mail, email)
        return submit(person, fill(person, person.sign_in(portal.mail, email))).address

    def doors(person: Person, receipt: str, status: int) -> list[Page]:
        return [
            person.open(receipt.replace("submitted", door), status=status)
            for door in ("submitted", "pdf", "print", "1", "check")
        ]

    with Person(portal.gateway) as person:
        receipt = await asyncio.to_thread(submitted, person)
    await bristol.expect(SUBMITTED, delegation_id=delegation_id)
    for days, status in ((29, 200), (31, 409), (170, 409)):
        portal.set_clock(f"P{days}D")
        with Person(portal.gateway) as person:
            await asyncio.to_thread(person.sign_in, portal.mail, email)
            pages = await asyncio.to_thread(doors, person, receipt, status)
            together = await asyncio.to_thread(lambda: printed(person, person.open("/tasks"), receipt.split("/")[2]))
        assert [CLOSED in page.text for page in pages] == [status == 409] * 5
        assert together.is_html == (status == 409)
        if together.is_html:
            assert (together.title.partition(" -")[0], CLOSED in together.text) == ("No form was printed", True)


async def test_a_withdrawn_draft_can_be_read_by_its_author_and_changed_by_nobody(
    timed_portal: Portal, bristol: Council
) -> None:
    portal, delegation_id, email = timed_portal, new_id(), new_email()
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def typed(person: Person) -> Page:
        person.register(portal.mail, email)
        page = person.open(person.sign_in(portal.mail, email).link(FORM))
        return person.press(page, "Save", {"Preferred name": "Gabe the Great"})

    with Person(portal.gateway) as person:
        page = await asyncio.to_thread(typed, person)
        retraction = {"delegation_id": delegation_id, "reason": "Moved away"}
        await bristol.publish("council.delegation.retracted.v1", retraction)

        def withdrawn() -> Page | None:
            shown = person.open(page.address)
            return shown if shown.title.startswith("This form was withdrawn") else None

        told = await eventually(lambda: asyncio.to_thread(withdrawn))
        printed = await asyncio.to_thread(person.open, told.link("read and print"))
        assert "Gabe the Great" in printed.text
        await asyncio.to_thread(person.open, told.link("download as a PDF"), status=200)
        refused = await asyncio.to_thread(person.press, page, "Save", {"Preferred name": "G"}, status=409)
        assert "withdrawn" in refused.text
        portal.set_clock("P31D")
    # Its author may read it for as long as it is kept, and then it is as if it had never been.
    erased = "portal.delegation.erased.v1"
    await bristol.expect(erased, delegation_id=delegation_id)
    with Person(portal.gateway) as person:
        await asyncio.to_thread(person.sign_in, portal.mail, email)
        await asyncio.to_thread(person.open, printed.address, status=404)
