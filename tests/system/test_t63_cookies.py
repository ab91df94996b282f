"""T63: every cookie that a walk through the portal is given over https is the host's own, and no script's but one."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from commands.parts.instance import Instance
from commands.parts.secrets import keys_of
from contracts import registry
from tests.faults.alone import gateway
from tests.support.council import Council
from tests.support.eventually import wait_until
from tests.support.measures import Measures
from tests.support.person import PASSWORD, Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, new_email, new_id

HOST = "oxfordshire.portal.example"
"""Of an authority that lets browsers be trusted."""
FOR_SCRIPT = "__Host-portal_saved"
"""Tells the browser's copy of a page that the page was saved: an id that opens nothing."""
NAMES = {f"__Host-portal_{name}" for name in ("session", "browser", "devices", "trusts", "manages", "saved")}
LARGEST = 4096


class _BehindTls(httpx2.HTTPTransport):
    """Asks a process over http what the browser asks its host over https, as a proxy that ends TLS does."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        behind = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return super().handle_request(
            httpx2.Request(
                request.method, behind, headers=request.headers, stream=request.stream, extensions=request.extensions
            )
        )


class Browser(Person):
    """A person over https, and every Set-Cookie that they were sent."""

    def __init__(self, port: int) -> None:
        self.sent: list[str] = []
        self.client = httpx2.Client(
            base_url=f"https://{HOST}",
            follow_redirects=True,
            timeout=30,
            transport=_BehindTls(port),
            event_hooks={"response": [lambda answer: self.sent.extend(answer.headers.get_list("set-cookie"))]},
        )


@pytest.fixture
def browser(portal: Portal, tmp_path: Path) -> Iterator[Browser]:
    """At another gateway to the same services, one that is asked over https."""
    parts, keys = portal.parts(), keys_of(Instance(portal.data))
    settings = {variable: keys[key] for variable, key in registry.named("gateway").keys.items()}
    services = {name: parts[name]["probe"].removesuffix("/readyz") for name in registry.stored()}
    with (
        gateway(
            tmp_path,
            **settings,
            GATEWAY_SERVICE_URLS=json.dumps(services),
            GATEWAY_PUBLIC_URL="https://portal.example",
        ) as one,
        Browser(one.port) as browser,
    ):
        yield browser


def faults(line: str) -> list[str]:
    """What is wrong with a Set-Cookie."""
    pair, *attributes = (part.strip() for part in line.split(";"))
    given = {name.lower(): value for name, _, value in (each.partition("=") for each in attributes)}
    name = pair.partition("=")[0]
    checks = {
        "__Host-": name.startswith("__Host-"),
        "Secure": "secure" in given,
        "HttpOnly": "httponly" in given or name == FOR_SCRIPT,
        "SameSite": given.get("samesite", "").lower() in {"lax", "strict"},
        "no Domain": "domain" not in given,
        "Path=/": given.get("path") == "/",
        f"{LARGEST} bytes": len(pair.encode()) <= LARGEST,
    }
    return [f"{name}: {what}" for what, is_so in checks.items() if not is_so]


def code_page(browser: Browser, email: str, after: str = "") -> Page:
    page = browser.open(f"/sign-in?next={after}")
    return browser.press(page, "Submit", {"Email": email, "Password": PASSWORD})


async def test_t63_every_cookie_is_its_hosts_own(
    portal: Portal, oxfordshire: Council, browser: Browser, measures: Measures
) -> None:
    email, group, delegation_id, mail = new_email("cookies"), f"wg-{uuid4().hex[:8]}", new_id(), portal.mail
    await oxfordshire.define_group(group, [email])
    await oxfordshire.delegate(delegation_id, email)
    task_id = (await oxfordshire.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]
    # Letters that neither JSON nor a compressor makes short.
    letters = random.Random(63)
    longest = "/" + "".join(chr(letters.randint(0x4E00, 0x9FFF)) for _ in range(499))

    def walk() -> None:
        browser.register(mail, email)
        browser.press(browser.open("/reset/1"), "Next", {"Email": email})
        mail.wait_for(email, "code to reset")
        for after in (longest * 4, longest):
            seen = len(mail.codes_for(email))
            page = code_page(browser, email, after)
            assert page.address == "/sign-in/code", "the browser has kept its cookie"
            code = mail.code_for(email, more_than=seen)
        browser.press(page, "Finish", {"Code": code, "Do not ask for a code": True}, status=404)
        form = wait_until(lambda: page if (page := browser.open(f"/forms/{task_id}/1")).is_html else None)
        browser.press(form, "Save", {"Preferred name": "Gabe"})
        browser.press(browser.open("/tasks"), "Logout")
        code_page(browser, email)
        browser.press(browser.open("/tasks"), "Logout")

    await asyncio.to_thread(walk)
    kept = Counter(line.partition("=")[0] for line in browser.sent)
    wrong = Counter(fault for line in browser.sent for fault in faults(line))
    largest = max(len(line.partition(";")[0].encode()) for line in browser.sent)
    measures.report("T63", cookies=kept.total(), names=len(kept), largest_bytes=largest, faults=wrong.total())
    assert set(kept) == NAMES
    assert not wrong
