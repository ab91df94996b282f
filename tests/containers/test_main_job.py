"""The main job through the front doors of a portal in containers: broker, pages, emails, documents."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256

from tests.containers.deployment import Deployment
from tests.support.documents import EICAR, pdf
from tests.support.mail import Mail
from tests.support.person import PASSWORD, Page, Person

EMAIL = "sandra.professional@school.example"
DELEGATION = "LCS-2026-000001"
WITHIN_SECONDS = 60.0
SECRET_LENGTH = 40


def do_the_form(person: Person, mail: Mail) -> Page:
    """All that the professional does, from the email to the receipt."""
    mail.wait_for(EMAIL)
    mail.clear()
    person.register(mail, EMAIL)
    return fill_and_submit(person, person.sign_in(mail, EMAIL))


def fill_and_submit(person: Person, tasks: Page) -> Page:
    page = person.open(tasks.link("EHC Needs Assessment Contributions"))
    assert "Gabriel" in page.text
    page = person.press(page, "Next", {"Preferred name": "Gabe"})
    today = datetime.now(UTC).strftime("%d/%m/%Y")
    page = person.press(page, "Save", {"Date Assessment Completed": today, "Yes": True})
    page = person.press(page, "Next")
    page = person.attach(page, "infected.pdf", pdf(EICAR))
    assert "contains a virus" in page.text
    page = person.attach(person.open(page.address), "report.pdf", pdf())
    assert "report.pdf" in page.text
    page = person.press(page, "Submit Contribution")
    return person.press(page, "Yes")


async def test_a_delegated_form_comes_back_with_its_documents(portal: Deployment) -> None:
    mail = portal.mail
    async with portal.council("bristol") as council:
        await council.delegate(DELEGATION, EMAIL)
        await council.expect("portal.delegation.accepted.v1", within=WITHIN_SECONDS, delegation_id=DELEGATION)
        with Person(portal.gateway) as person:
            submitted = await asyncio.to_thread(do_the_form, person, mail)
        assert submitted.title.startswith("Contribution submitted")

        received = await council.expect("portal.contribution.submitted.v1", within=WITHIN_SECONDS)
        assert received.body["answers"]["preferred_name"] == "Gabe"
        assert [one["name"] for one in received.body["attachments"]] == ["report.pdf"]
        for document in (received.body["pdf"], *received.body["attachments"]):
            content = await council.fetch(document["url"])
            assert (len(content), sha256(content).hexdigest()) == (document["size"], document["sha256"])


def test_the_logs_name_nobody_and_hold_no_secret(portal: Deployment) -> None:
    """Of all that the test above did."""
    logs = portal.compose("logs", "--no-color")
    personal = {"Gabriel", "Sandra", "Chloe", EMAIL, PASSWORD, "23 Test Street", "trains"}
    assert {text for text in personal if text in logs} == set()
    assert {name for name, value in portal.values.items() if len(value) >= SECRET_LENGTH and value in logs} == set()


async def test_what_was_done_outlives_every_container(portal: Deployment) -> None:
    """As after an upgrade: new containers, the same volumes. It follows the test above and uses what that left."""
    await asyncio.to_thread(portal.up, "--force-recreate")
    with Person(portal.gateway) as person:
        tasks = await asyncio.to_thread(person.sign_in, portal.mail, EMAIL)
        assert "Recently Submitted Tasks (1)" in tasks.text
