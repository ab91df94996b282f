"""The main job through the front doors of a portal in containers: broker, pages, emails, documents."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO

import pikepdf

from tests.containers.deployment import Deployment
from tests.containers.person import Page, Person
from tests.support.eventually import wait_until
from tests.support.mail import Mail

EMAIL, PASSWORD = "sandra.professional@school.example", "Correct-horse-7-battery"
# The industry's harmless test virus, in halves so that no scanner stops at this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
DELEGATION = "LCS-2026-000001"
WITHIN_SECONDS = 60.0
SECRET_LENGTH = 40


def pdf(note: bytes) -> bytes:
    """A small document that carries a note as it is."""
    document, written = pikepdf.new(), BytesIO()
    document.add_blank_page()
    document.Root.Note = document.make_stream(note)
    document.save(written, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return written.getvalue()


def register(person: Person, mail: Mail) -> None:
    page = person.open("/register/1")
    page = person.press(
        page,
        "Next",
        {
            "Forename": "Sandra",
            "Surname": "Professional",
            "Is this account being used": True,
            "Role": "Educational psychologist",
            "Organisation": "Example School",
            "Street": "1 Test Street",
            "Town/City": "Bristol",
            "Postcode": "BS1 1AA",
        },
    )
    fields = {"Email address": EMAIL, "Password": PASSWORD, "Confirm password": PASSWORD}
    page = person.press(page, "Next", fields)
    page = person.press(page, "Next", {"Code": mail.code_for(EMAIL)})
    assert page.title.startswith("Registration completed")


def sign_in(person: Person, mail: Mail) -> Page:
    mail.clear()
    page = person.press(person.open("/sign-in"), "Submit", {"Email": EMAIL, "Password": PASSWORD})
    page = person.press(page, "Finish", {"Code": mail.code_for(EMAIL)})
    assert page.title == "Professional Portal - tasks to complete"
    return page


def upload(person: Person, page: Page, name: str, content: bytes) -> Page:
    """Upload, and look again until the scanner has spoken."""
    page = person.press(page, "Upload Document", {"Choose File": (name, content, "application/pdf")})

    def checked() -> Page | None:
        seen = person.open(page.address)
        return None if "still being checked" in seen.text else seen

    return page if "still being checked" not in page.text else wait_until(checked, within=60) or page


def do_the_form(person: Person, mail: Mail) -> Page:
    """All that the professional does, from the email to the receipt."""
    mail.wait_for(EMAIL)
    mail.clear()
    register(person, mail)
    return fill_and_submit(person, sign_in(person, mail))


def fill_and_submit(person: Person, tasks: Page) -> Page:
    page = person.open(tasks.link("EHC Needs Assessment Contributions"))
    assert "Gabriel" in page.text
    page = person.press(page, "Next", {"Preferred name": "Gabe"})
    today = datetime.now(UTC).strftime("%d/%m/%Y")
    page = person.press(page, "Save", {"Date Assessment Completed": today, "Yes": True})
    page = person.press(page, "Next")
    page = upload(person, page, "infected.pdf", pdf(EICAR))
    assert "contains a virus" in page.text
    page = upload(person, person.open(page.address), "report.pdf", pdf(b"a report"))
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
        tasks = await asyncio.to_thread(sign_in, person, portal.mail)
        assert "Recently Submitted Tasks (1)" in tasks.text
