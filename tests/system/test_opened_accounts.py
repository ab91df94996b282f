"""An account that a council opens, from its message to a form that its owner submits; and a reset by user name."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import aiohttp
from lxml import html

from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.person import PASSWORD, TASKS, Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, new_email, new_id

OPENED = "council.account.opened.v1"
REGISTERED = "portal.account.registered.v1"
FINISH = "Finish setting up your account"
ADDRESS: dict[str, Any] = {"Street": "1 Test Street", "Town/City": "Oxford", "Postcode": "OX1 1AA"}
OWN: dict[str, Any] = {"Your new password": PASSWORD, "Confirm password": PASSWORD}
OTHER = "Marsh-kettle-9-lantern"


def body(email: str, **changes: str) -> dict[str, str]:
    given = {"forename": "Sandra", "surname": "Example", "role": "SENCO", "organisation": "Example School"}
    return {"email": email, **given, **changes}


def sign_in(person: Person, portal: Portal, login: str, password: str, email: str) -> Page:
    """Both steps, by whatever is typed; the page that comes then."""
    seen = len(portal.mail.codes_for(email))
    page = person.press(person.open("/sign-in"), "Submit", {"Email": login, "Password": password})
    where = email if login == email else "the email address of your account"
    assert f"The email went to {where}." in page.text, "a user name tells nobody its address"
    return person.press(page, "Finish", {"Code": portal.mail.code_for(email, more_than=seen)})


async def test_from_a_councils_message_to_the_forms_that_wait_there(portal: Portal, oxfordshire: Council) -> None:
    email, name, delegation_id = new_email("opened"), f"s.{uuid4().hex[:8]}", new_id()
    await oxfordshire.publish(OPENED, body(email, user_name=name))
    password = await asyncio.to_thread(portal.mail.temporary_password_for, email)
    text = portal.mail.wait_for(email, "Your account on the")["Text"]
    assert f"your user name oxfordshire-{name}, or this email address" in " ".join(text.split())
    await oxfordshire.delegate(delegation_id, email)
    task_id = (await oxfordshire.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]
    with Person(portal.gateway) as person:

        def begin() -> Page:
            first = sign_in(person, portal, f"oxfordshire-{name}", password, email)
            assert first.title.startswith(FINISH)
            for address in ("/tasks", "/account", "/account/security", f"/forms/{task_id}/1", "/group-tasks", "/"):
                assert person.open(address).title.startswith(FINISH), address
            return first

        first = await asyncio.to_thread(begin)
        headers = {"Accept": "application/json", "Origin": portal.gateway}
        token = {"csrf": first.tree.xpath("//input[@name='csrf']/@value")[0]}
        for method, address in (("GET", f"/forms/{task_id}/1"), ("POST", f"/forms/{task_id}/1"), ("POST", "/tasks")):
            answer = person.client.request(method, address, headers=headers, data=token if method == "POST" else None)
            assert answer.status_code == 403, address
            # Of what is posted to a form it is asked first whose page that was.
            assert answer.json()["code"] in {"own_password_needed", "typed_by_another"}
        wrong = person.press(first, "Finish", {**OWN, "Confirm password": "Another-1!", "Street": ""})
        assert "Enter your street" in wrong.text
        assert "The passwords do not match" in wrong.text
        assert wrong.tree.get_element_by_id("organisation").value == "Example School"
        assert not [one for one in oxfordshire.received if one.type == REGISTERED and one.body["email"] == email]
        done = person.press(wrong, "Finish", {**OWN, **ADDRESS})
        assert done.title == TASKS
        assert "EHC Needs Assessment Contributions" in done.text
        told = (await oxfordshire.expect(REGISTERED, email=email)).body
        assert (told["name"], told["role"], told["organisation"]) == ("Sandra Example", "SENCO", "Example School")
        form = await asyncio.to_thread(person.open, f"/forms/{task_id}/1", status=200)
        assert "Gabriel Example" in form.text
        assert person.open("/account/take-over").title == TASKS
    with Person(portal.gateway) as person:
        page = await asyncio.to_thread(sign_in, person, portal, email, PASSWORD, email)
        assert page.title == TASKS


def reset(person: Person, portal: Portal, login: str, email: str) -> None:
    """All three steps, by user name."""
    seen = len(portal.mail.codes_for(email))
    page = person.press(person.open("/reset/1"), "Next", {"Email": login})
    assert f"If {login} has an account, the email went to its address." in page.text
    page = person.press(page, "Next", {"Code": portal.mail.code_for(email, more_than=seen)})
    page = person.press(page, "Finish", {"Your new password": OTHER, "Confirm password": OTHER})
    assert page.title.startswith("Password Reset Confirmation")


async def test_a_reset_by_user_name_ends_in_an_own_password(portal: Portal, oxfordshire: Council) -> None:
    email, name = new_email("reset"), f"r.{uuid4().hex[:8]}"
    login = f"oxfordshire-{name}"
    await oxfordshire.publish(OPENED, body(email, user_name=name))
    password = await asyncio.to_thread(portal.mail.temporary_password_for, email)
    with Person(portal.gateway) as person:
        await asyncio.to_thread(reset, person, portal, login, email)
        old = person.press(person.open("/sign-in"), "Submit", {"Email": login, "Password": password}, status=401)
        assert "The user name or the password is not correct." in old.text
        page = await asyncio.to_thread(sign_in, person, portal, login, OTHER, email)
        assert page.title.startswith(FINISH)
        assert "Your new password" not in page.text, "it has been chosen"
        assert person.press(page, "Finish", ADDRESS).title == TASKS
    told = (await oxfordshire.expect(REGISTERED, email=email)).body
    assert told["name"] == "Sandra Example", "a council that has delegated nothing yet hears of it too"


async def test_whoever_has_an_account_is_told_so_by_email_and_the_council_is_not(
    portal: Portal, oxfordshire: Council
) -> None:
    email = new_email("wanted")
    with Person(portal.gateway) as person:
        await asyncio.to_thread(person.register, portal.mail, email)
    given = {"forename": "Wilhelmina", "surname": "Otherwise", "role": "Locksmith", "organisation": "Elsewhere School"}
    message_id = await oxfordshire.publish(OPENED, body(email, **given))
    await oxfordshire.publish(OPENED, body(email, **given), message_id=message_id)
    subject = "You already have an account on the Delegation Portal"
    mail = await asyncio.to_thread(portal.mail.wait_for, email, subject)
    text, page = " ".join(mail["Text"].split()), html.document_fromstring(mail["HTML"])
    assert mail["From"]["Address"] == "no-reply@oxfordshire-portal.example"
    assert "Oxfordshire County Council wanted to open an account for you on the Delegation Portal." in text
    assert "was not told that you had one" in text
    for word in (*given.values(), "Sandra", "Professional Portal", "Educational psychologist", email, PASSWORD):
        assert word not in mail["Text"], word
        assert word not in mail["HTML"], word
    (address,) = {link.get("href") for link in page.xpath("//a[@href]") if "Log in" in link.text_content()}
    assert address in mail["Text"]
    assert address.startswith(portal.gateway)

    def follow() -> Page:
        with Person(portal.gateway) as reader:
            assert "Secure login" in reader.open(address, status=200).text
            return sign_in(reader, portal, email, PASSWORD, email)

    assert (await asyncio.to_thread(follow)).title == TASKS, "the password is as it was"
    assert len([row for row in portal.mail.to(email) if row["Subject"] == subject]) == 1
    told = [one for one in oxfordshire.received if email in json.dumps(one.body) or message_id in json.dumps(one.body)]
    assert told == []


async def test_over_http_and_from_the_shell(portal: Portal, oxfordshire: Council, bristol: Council) -> None:
    email = new_email("posted")
    message = {"authority": "oxfordshire", **body(email)}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        headers = {"Authorization": f"Bearer {await oxfordshire.token(session)}", "Idempotency-Key": uuid4().hex}
        address = f"{portal.gateway}/api/council/v1/messages/{OPENED}"
        for _ in range(2):
            async with session.post(address, json=message, headers=headers) as answer:
                assert answer.status == 202
        refusals = {"Authorization": f"Bearer {await bristol.token(session)}", "Idempotency-Key": uuid4().hex}
        async with session.post(address, json={**message, "authority": "bristol"}, headers=refusals) as answer:
            assert (answer.status, (await answer.json())["code"]) == (422, "opens_no_accounts")
    first = await asyncio.to_thread(portal.mail.temporary_password_for, email)
    words = ("council", "--authority", "oxfordshire", "account", "-")
    sent = await asyncio.to_thread(portal.command, *words, given=json.dumps(body(email)))
    assert json.loads(sent.stdout)["type"] == OPENED
    second = await asyncio.to_thread(portal.mail.temporary_password_for, email, more_than=1)
    assert first != second
    assert len(portal.mail.to(email)) == 2
    rejected = await bristol.publish(OPENED, body(email))
    told = await bristol.expect("portal.message.rejected.v1", message_id=rejected)
    assert told.body["code"] == "opens_no_accounts"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        headers = {"Authorization": f"Bearer {await bristol.token(session)}"}
        await eventually(lambda: is_told(session, portal.gateway, headers, rejected))


async def is_told(session: aiohttp.ClientSession, gateway: str, headers: dict[str, str], message_id: str) -> bool:
    """Whether a council that polls hears of it too."""
    after = ""
    while after is not None:
        query = {"after": after, "limit": "200"}
        async with session.get(f"{gateway}/api/council/v1/events", params=query, headers=headers) as answer:
            page = await answer.json()
        if any(one["body"].get("message_id") == message_id for one in page["events"]):
            return True
        after = page["after"]
    return False
