"""Council to council through the front doors: AMQP, pages without scripts, emails, documents by reference."""

import asyncio
import json
from base64 import b64encode
from hashlib import sha256
from uuid import uuid4

import aiohttp
import pytest

from tests.support.council import Council, request
from tests.support.documents import EICAR, pdf
from tests.support.eventually import eventually
from tests.support.person import Page, Person
from tests.support.portal import Portal

FORM = "EHC Needs Assessment Contributions"
SUBMITTED = "portal.contribution.submitted.v1"
ACCEPTED = "portal.delegation.accepted.v1"


def new_id() -> str:
    return f"LCS-{uuid4().hex[:10]}"


def new_email(name: str = "p") -> str:
    return f"{name}.{uuid4().hex[:8]}@school.example"


def fill(person: Person, tasks: Page) -> Page:
    """From the task list to the attachments, with everything mandatory answered."""
    page = person.open(tasks.link(FORM))
    page = person.press(page, "Next", {"Preferred name": "Gabe"})
    page = person.press(page, "Save", {"Date Assessment Completed": "01/03/2026", "Yes": True})
    return person.press(page, "Next")


def submit(person: Person, page: Page) -> Page:
    page = person.press(person.press(page, "Submit Contribution"), "Yes")
    assert page.title.startswith("Contribution submitted"), page.text
    return page


async def test_a_form_goes_from_council_to_professional_and_back(portal: Portal, bristol: Council) -> None:
    delegation_id, email, mail = new_id(), new_email(), portal.mail
    await bristol.delegate(delegation_id, email, due_on="2031-09-21")
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)
    told = await asyncio.to_thread(mail.wait_for, email)
    assert "Please complete and submit this form by 21-Sep-2031." in told["Text"]
    assert "Gabriel" not in told["Text"] + told["Subject"]

    def job() -> Page:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            tasks = person.sign_in(mail, email)
            assert "Currently Assigned Tasks (1)" in tasks.text
            page = fill(person, tasks)
            page = person.attach(page, "infected.pdf", pdf(EICAR))
            assert "The selected file contains a virus" in page.text
            page = person.attach(person.open(page.address), "report.pdf", pdf())
            submitted = submit(person, page)
            assert "Bristol City Council confirms within 3 days that it has received it." in submitted.text
            person.open_until("/tasks", "Recently Submitted Tasks (1)")
            return submitted

    await asyncio.to_thread(job)
    received = (await bristol.expect(SUBMITTED, delegation_id=delegation_id)).body
    assert received["answers"]["preferred_name"] == "Gabe"
    assert received["answers"]["date_assessment_completed"] == "2026-03-01"
    assert received["questionnaire_response"]["resourceType"] == "QuestionnaireResponse"
    assert received["answers"]["here_and_now"] == "Hi I'm Gabriel and I like trains."
    assert [one["email"] for one in received["signed_by"]] == [email]
    assert [one["name"] for one in received["attachments"]] == ["report.pdf"]
    for document in (received["pdf"], *received["attachments"]):
        content = await bristol.fetch(document["url"])
        assert (len(content), sha256(content).hexdigest()) == (document["size"], document["sha256"])
    assert (await bristol.fetch(received["pdf"]["url"], Range="bytes=0-3")) == b"%PDF"


async def test_the_professional_reads_what_the_council_sent_along(portal: Portal, bristol: Council) -> None:
    delegation_id, email, mail, report = new_id(), new_email(), portal.mail, pdf()
    kept = {"document_id": "EP/1", "name": "Psychology report.pdf", "media_type": "application/pdf"}
    elsewhere = {**kept, "document_id": "EP/2", "name": "Previous advice", "url": "https://council.example/advice"}
    documents = [{**kept, "content_base64": b64encode(report).decode()}, elsewhere]
    await bristol.delegate(delegation_id, email, documents=documents)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> None:
        with Person(portal.gateway) as person, Person(portal.gateway) as stranger:
            person.register(mail, email)
            tasks = person.sign_in(mail, email)
            page = person.open(tasks.link(FORM))
            assert "Documents from the council" in page.text
            assert page.link("Previous advice") == "https://council.example/advice"
            received = person.open(page.link("Psychology report.pdf")).response
            assert received.content == report
            assert received.headers["Content-Disposition"].startswith('attachment; filename="Psychology report.pdf"')
            assert received.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert (received.headers["X-Content-Type-Options"], received.headers["Cache-Control"]) == (
                "nosniff",
                "no-store",
            )
            assert "Psychology" not in stranger.open(page.link("Psychology report.pdf")).text
            person.open(page.link("Psychology report.pdf") + "0", status=404)

    await asyncio.to_thread(job)


async def test_a_form_is_sent_back_with_questions_and_submitted_again(portal: Portal, bristol: Council) -> None:
    delegation_id, email, mail = new_id(), new_email(), portal.mail
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def first_round() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            page = fill(person, person.sign_in(mail, email))
            submit(person, person.attach(person.open(page.address), "report.pdf", pdf()))

    await asyncio.to_thread(first_round)
    first = (await bristol.expect(SUBMITTED, delegation_id=delegation_id, round=1)).body
    questions = {"comments": "Is Gabe short\nfor Gabriel?", "fields": ["preferred_name"], "due_on": "2031-10-05"}
    for _ in range(2):
        await bristol.publish("council.delegation.returned.v1", {"delegation_id": delegation_id, **questions})
    told = await asyncio.to_thread(mail.wait_for, email, "Sent back: EHC Needs Assessment")
    assert "Gabe" not in told["Text"] + told["Subject"]
    state = await bristol.fetch(f"{portal.gateway}/api/council/v1/delegations/{delegation_id}")
    assert json.loads(state)["state"] == "returned"

    def second_round() -> None:
        with Person(portal.gateway) as person:
            tasks = person.sign_in(mail, email)
            assert "Currently Assigned Tasks (1)" in tasks.text
            assert "Returned" in tasks.text
            page = person.open(tasks.link(FORM))
            assert "Is Gabe short for Gabriel?" in page.text
            assert "Preferred name (page 1)" in page.text
            assert "The council asks about this answer." in page.text
            assert "05-Oct-2031" in page.text
            page = person.press(page, "Next", {"Preferred name": "Gabriel"})
            page = person.press(page, "Next")
            assert "report.pdf" in page.text
            submit(person, person.attach(page, "second.pdf", pdf()))
            person.open_until("/tasks", "Recently Submitted Tasks (1)")

    await asyncio.to_thread(second_round)
    second = (await bristol.expect(SUBMITTED, delegation_id=delegation_id, round=2)).body
    assert [one["answers"]["preferred_name"] for one in (first, second)] == ["Gabe", "Gabriel"]
    assert [[file["name"] for file in one["attachments"]] for one in (first, second)] == [
        ["report.pdf"],
        ["report.pdf", "second.pdf"],
    ]
    assert first["contribution_id"] != second["contribution_id"]
    assert [(asked["contribution_id"], asked["fields"]) for asked in second["council_questions"]] == [
        (first["contribution_id"], ["preferred_name"])
    ]
    for document in (first["pdf"], second["pdf"], *second["attachments"]):
        assert sha256(await bristol.fetch(document["url"])).hexdigest() == document["sha256"]


async def test_a_council_reads_only_its_own_documents(portal: Portal, bristol: Council, oxfordshire: Council) -> None:
    delegation_id, email, mail = new_id(), new_email(), portal.mail
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            submit(person, fill(person, person.sign_in(mail, email)))

    await asyncio.to_thread(job)
    received = (await bristol.expect(SUBMITTED, delegation_id=delegation_id)).body
    assert await bristol.fetch(received["pdf"]["url"])
    with pytest.raises(aiohttp.ClientResponseError) as caught:
        await oxfordshire.fetch(received["pdf"]["url"])
    assert caught.value.status == 404
    async with aiohttp.ClientSession() as session, session.get(received["pdf"]["url"]) as answer:
        assert answer.status == 401


async def test_of_two_who_pick_up_one_gets_it_and_the_other_reads_who(portal: Portal, bristol: Council) -> None:
    delegation_id, group, mail = new_id(), f"wg-{uuid4().hex[:8]}", portal.mail
    sandra, tom = new_email("sandra"), new_email("tom")
    await bristol.define_group(group, [sandra, tom])
    await bristol.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> None:
        with Person(portal.gateway) as first, Person(portal.gateway) as second:
            first.register(mail, sandra, "Sandra")
            second.register(mail, tom, "Tom")
            at_first, at_second = first.sign_in(mail, sandra), second.sign_in(mail, tom)
            assert "Tasks Assigned to your Work Groups" in at_second.text
            page = first.press(at_first, "Pickup")
            assert FORM in page.text
            assert "Gabriel Example" in page.text
            refused = second.press(at_second, "Pickup", status=409)
            assert "Sandra Professional" in refused.text
            assert "Tasks Assigned to your Work Groups" not in second.open("/tasks").text

    await asyncio.to_thread(job)
    assigned = (await bristol.expect("portal.delegation.assigned.v1", delegation_id=delegation_id)).body
    assert assigned["to"] == {"kind": "person", "email": sandra}


async def test_a_retracted_form_leaves_the_list_and_its_holder_is_told(portal: Portal, bristol: Council) -> None:
    delegation_id, email, mail = new_id(), new_email(), portal.mail
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def sign_in(person: Person) -> str:
        person.register(mail, email)
        return person.sign_in(mail, email).link(FORM)

    with Person(portal.gateway) as person:
        form = await asyncio.to_thread(sign_in, person)
        before = len(mail.to(email))
        await bristol.publish(
            "council.delegation.retracted.v1", {"delegation_id": delegation_id, "reason": "Moved away"}
        )

        def left() -> Page | None:
            page = person.open("/tasks")
            return page if "Recently Retracted Tasks (1)" in page.text else None

        await eventually(lambda: asyncio.to_thread(left))
        await asyncio.to_thread(mail.wait_for, email, more_than=before)
        over = await asyncio.to_thread(person.open, form)
        assert over.title.startswith("This form was withdrawn")


async def test_each_authority_shows_its_own_banner(portal: Portal, bristol: Council, oxfordshire: Council) -> None:
    email, mail = new_email(), portal.mail
    for council in (bristol, oxfordshire):
        delegation_id = new_id()
        await council.delegate(delegation_id, email, comments=f"Comment of {council.authority}")
        await council.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> list[str]:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            tasks = person.sign_in(mail, email)
            links = tasks.tree.xpath("//a[starts-with(@href, '/forms/')]/@href")
            return [person.open(link).text for link in dict.fromkeys(links)]

    texts = await asyncio.to_thread(job)
    assert len(texts) == 2
    theirs = [text for text in texts if "Comment of oxfordshire" in text]
    assert len(theirs) == 1
    assert "23 Test Street" in theirs[0]
    assert all("23 Test Street" not in text for text in texts if text not in theirs)


async def test_the_councils_http_door_reads_state(portal: Portal, bristol: Council) -> None:
    delegation_id, email = new_id(), new_email()
    await bristol.delegate(delegation_id, email)
    accepted = await bristol.expect(ACCEPTED, delegation_id=delegation_id)
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {await bristol.token(session)}"}
        base = f"{portal.gateway}/api/council/v1/delegations"
        async with session.get(f"{base}/{delegation_id}", headers=headers) as answer:
            state = await answer.json()
        assert state == {
            "delegation_id": delegation_id,
            "form": "ehc-needs-assessment-contributions",
            "state": "assigned",
            "assigned_to": {"kind": "person", "email": email},
            "due_on": accepted.body["due_on"],
            "task_id": accepted.body["task_id"],
            "reference": accepted.body["reference"],
            "contribution_id": None,
        }
        async with session.get(base, headers=headers, params={"limit": "1"}) as answer:
            page = await answer.json()
        assert len(page["delegations"]) == 1
        async with session.get(base, headers=headers, params={"waits_for": "decision", "limit": "200"}) as answer:
            assert delegation_id not in await answer.text()
        async with session.get(base, headers=headers, params={"waits_for": "tea"}) as answer:
            assert (answer.status, (await answer.json())["field"]) == (400, "waits_for")
        async with session.get(f"{base}/no-such-thing", headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, "unknown_delegation")


async def test_a_council_without_a_broker_sends_and_polls(portal: Portal, bristol: Council) -> None:
    delegation_id, email = new_id(), new_email()
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {await bristol.token(session)}", "Idempotency-Key": delegation_id}
        base = f"{portal.gateway}/api/council/v1"
        name, body = "council.delegation.requested.v1", {"authority": "bristol", **request(delegation_id, email)}
        async with session.post(f"{base}/messages/{name}", json=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()
        async with session.post(f"{base}/messages/{name}", json={**body, "form": "x"}, headers=headers) as answer:
            problem = await answer.json()
        assert (answer.status, problem["code"], problem["field"]) == (422, "unknown_form", "/form")
        assert answer.headers["Content-Type"] == "application/problem+json"

        async def told() -> list[str]:
            found, after = [], ""
            while True:
                async with session.get(f"{base}/events", params={"after": after}, headers=headers) as answer:
                    page = await answer.json()
                found += [one["type"] for one in page["events"] if one["body"].get("delegation_id") == delegation_id]
                if page["after"] is None:
                    return found
                after = page["after"]

        assert await eventually(told) == [ACCEPTED]
