"""What an auditor or an alarm asks for stands in the logs, by id, and is counted; nothing personal stands with it."""

import asyncio
import json
from base64 import b64encode
from urllib.request import urlopen
from uuid import uuid4

import aiohttp

from commands.parts.instance import Instance
from tests.support.mail import Mail
from tests.support.person import PASSWORD, Page, Person
from tests.support.portal import Portal

Event = dict[str, str | int]
NEW_PASSWORD = "Fjord+Teapot-8"
WRONG = "Not-the-1-password"
FORENAME = "Canarina"
NETWORK, ELSEWHERE = "127.9.9.9", "127.9.9.8"
EXPECTED = {
    ("registration.code", "failed"): "auth",
    ("registration.finished", "ok"): "auth",
    ("sign_in.password", "failed"): "auth",
    ("sign_in.password", "ok"): "auth",
    ("sign_in.code", "failed"): "auth",
    ("sign_in.code", "ok"): "auth",
    ("sign_in.new_device", "ok"): "auth",
    ("limit.reached", "refused"): "auth",
    ("reset.requested", "ok"): "auth",
    ("reset.code", "failed"): "auth",
    ("reset.code", "ok"): "auth",
    ("reset.password", "ok"): "auth",
    ("session.ended", "ok"): "auth",
    ("council.token", "ok"): "auth",
    ("council.token", "failed"): "auth",
    ("access.refused", "refused"): "gateway",
}
ABOUT_NO_ACCOUNT = {"limit.reached", "council.token", "access.refused"}
"""They are about a network or a council, not about an account."""


def wrong_then_right(person: Person, page: Page, button: str, code: str) -> Page:
    """A code that is not the one, then the one."""
    wrong = f"{(int(code) + 1) % 10**8:08}"
    return person.press(person.press(page, button, {"Code": wrong}), button, {"Code": code})


def sign_in_with(person: Person, email: str, password: str, *, status: int | None = None) -> Page:
    return person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": password}, status=status)


def walk(portal: str, mail: Mail, email: str) -> list[str]:
    """Everything that a person does about an account, rightly and wrongly; the codes that were mailed meanwhile."""
    with Person(portal, NETWORK) as person:
        page = person.begin_registration(email, forename=FORENAME)
        wrong_then_right(person, page, "Next", mail.code_for(email))
        for status in (401, 401, 401, 401, 401, 429):
            sign_in_with(person, email, WRONG, status=status)
        page = person.press(person.open("/reset/1"), "Next", {"Email": email})
        page = wrong_then_right(person, page, "Next", mail.code_for(email, more_than=1))
        person.press(page, "Finish", {"Your new password": NEW_PASSWORD, "Confirm password": NEW_PASSWORD})
    with Person(portal, ELSEWHERE) as person:
        page = sign_in_with(person, email, NEW_PASSWORD)
        page = wrong_then_right(person, page, "Finish", mail.code_for(email, more_than=2))
        cookies = person.cookies()
        person.press(page, "Logout")
    return [*mail.codes_for(email), cookies["portal_session"], cookies["portal_devices"]]


async def ask_as_council(portal: Portal) -> str:
    """A token with the right secret, one with a wrong one, and a request with a token that is none."""
    secret = Instance(portal.data).kept("secrets.json")["client_secrets"]["bristol"]
    door = f"{portal.gateway}/api/council/v1"
    async with aiohttp.ClientSession() as session:
        for given in (secret, "wrong"):
            headers = {"Authorization": f"Basic {b64encode(f'bristol:{given}'.encode()).decode()}"}
            async with session.post(f"{door}/token", headers=headers, data={"grant_type": "client_credentials"}):
                pass
        async with session.get(f"{door}/delegations", headers={"Authorization": "Bearer forged"}) as answer:
            assert answer.status == 401
    return str(secret)


def events_of(text: str) -> list[Event]:
    return [line for line in map(json.loads, text.splitlines()) if line.get("event") == "security"]


def count_of(portal: Portal, service: str) -> float:
    """How many security events a service has counted."""
    with urlopen(f"{portal.addresses['services'][service]['url']}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("portal_security_events_total{"))


async def test_every_security_event_is_a_line_and_a_count_and_nothing_personal(portal: Portal) -> None:
    email = f"canary.{uuid4().hex[:12]}@school.example"
    logs = {name: portal.data / f"logs/{name}.log" for name in ("auth", "gateway", "notify")}
    before = {name: len(path.read_text()) for name, path in logs.items()}
    counted = {name: count_of(portal, name) for name in ("auth", "gateway")}
    secrets = await asyncio.to_thread(walk, portal.gateway, portal.mail, email)
    secrets.append(await ask_as_council(portal))
    written = {name: path.read_text()[before[name] :] for name, path in logs.items()}
    (account,) = {
        line["account_id"] for line in events_of(written["auth"]) if line["security_event"] == "registration.finished"
    }
    for (event, outcome), service in EXPECTED.items():
        lines = [line for line in events_of(written[service]) if line["security_event"] == event]
        assert [line for line in lines if line["outcome"] == outcome], (event, outcome)
        assert event in ABOUT_NO_ACCOUNT or account in {line.get("account_id") for line in lines}, event
        assert all(line["request_id"] for line in lines)
    for name, figure in counted.items():
        assert count_of(portal, name) - figure >= len(events_of(written[name])) > 0
    for personal in (email, FORENAME, PASSWORD, WRONG, NEW_PASSWORD, NETWORK, ELSEWHERE, *secrets):
        assert [name for name, text in written.items() if personal in text] == []
