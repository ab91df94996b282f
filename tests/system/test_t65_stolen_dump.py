"""T65: whoever steals every database has no token, code, seed or password that opens anything."""

import asyncio
import hashlib
import re

import bson
import pyotp
import pytest
from argon2 import extract_parameters
from pydantic import SecretStr

from chassis.settings import key_bytes
from commands.parts.instance import Instance
from commands.parts.secrets import keys_of
from services.auth.model.tokens import token_hash
from services.gateway.kit.encryption import CookieEncryptor
from tests.support.council import Council
from tests.support.measures import Measures
from tests.support.person import PASSWORD, Person
from tests.support.portal import Portal
from tests.support.stored import documents
from tests.system.test_main_job import new_email

FLOWS = ("registration", "sign_in", "reset", "address_change", "passkey")
"""What a browser holds the id of, which with a code is as good as a token."""
HASHES = (hashlib.sha256, hashlib.sha1, hashlib.md5)
CODE = re.compile(r"\b(\d{4}) (\d{4})\b")


class Thief:
    """Everything that opens anything, as its owner was given it, by what it is; several of a kind are numbered."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.secrets: dict[str, str] = {"password": PASSWORD}
        self._cookies = CookieEncryptor(key_bytes(SecretStr(keys_of(Instance(portal.data))["GATEWAY_SECRET"])))

    def note(self, kind: str, *secrets: str) -> None:
        self.secrets |= {f"{kind} {len(self.secrets) + n}": secret for n, secret in enumerate(secrets) if secret}

    def note_browser(self, person: Person) -> None:
        """What the cookie that nobody but the gateway reads holds just now."""
        held = self._cookies.decrypt("browser", person.cookies().get("portal_browser", ""), 3600) or {}
        for flow in FLOWS:
            self.note(f"id of a {flow}", held.get(flow, ""))

    def note_codes(self, email: str) -> None:
        """Every code that was emailed there."""
        for row in self.portal.mail.to(email):
            for halves in CODE.findall(self.portal.mail.read(row)["Text"]):
                self.note("code", "".join(halves))

    @property
    def codes(self) -> list[str]:
        return [secret for kind, secret in self.secrets.items() if kind.startswith("code ")]


def use_everything(thief: Thief, person: Person, email: str) -> str:
    """One of each: flows begun and not ended, a session, an app, a calendar; gives the session's token."""
    mail = thief.portal.mail
    with Person(thief.portal.gateway) as newcomer:
        newcomer.begin_registration(f"new.{email}")
        thief.note_browser(newcomer)
        mail.code_for(f"new.{email}")
        thief.note_codes(f"new.{email}")
    person.register(mail, email)
    person.sign_in(mail, email)
    thief.note("session", person.cookies()["portal_session"])
    page = person.open("/account/email")
    person.press(page, "Next", {"New email address": f"next.{email}", "Password": PASSWORD})
    thief.note_browser(person)
    page = person.open("/account/security")
    seed = "".join(page.tree.find_class("portal-key")[0].text_content().split())
    added = person.press(page, "Add the app", {"Code": pyotp.TOTP(seed).now(), "Password": PASSWORD})
    recovery = [each.text_content() for each in added.tree.xpath("//ul[contains(@class, 'portal-key')]/li")]
    thief.note("seed", seed)
    thief.note("recovery code", *recovery, *(each.replace("-", "") for each in recovery))
    made = person.press(person.open("/account/calendar"), "Make an address")
    address = made.tree.get_element_by_id("address").text
    thief.note("calendar", address.rpartition("/")[2].removesuffix(".ics"))
    page = person.open("/account/passkeys/new")
    person.press(page, "Next", {"Name of the passkey": "Phone", "Password": PASSWORD})
    thief.note_browser(person)
    with Person(thief.portal.gateway) as elsewhere:
        elsewhere.press(elsewhere.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
        thief.note_browser(elsewhere)
        elsewhere.press(elsewhere.open("/reset/1"), "Next", {"Email": email})
        thief.note_browser(elsewhere)
    mail.wait_for(email, "code to reset")
    for each in (email, f"next.{email}"):
        mail.code_for(each)
        thief.note_codes(each)
    token = person.cookies()["portal_session"]
    thief.note("session", token)
    return token


@pytest.fixture
def thief(portal: Portal) -> Thief:
    return Thief(portal)


async def test_t65_nothing_in_any_database_opens_anything(
    portal: Portal, oxfordshire: Council, thief: Thief, measures: Measures
) -> None:
    email, opened = new_email("dump"), new_email("opened")
    given = {"forename": "Sandra", "surname": "Example", "role": "SENCO", "organisation": "Example School"}
    await oxfordshire.publish("council.account.opened.v1", {"email": opened, **given})

    def steal() -> tuple[str, list[tuple[str, bytes]]]:
        with Person(portal.gateway) as person:
            token = use_everything(thief, person, email)
        temporary = portal.mail.temporary_password_for(opened)
        thief.note("temporary password", temporary, temporary.replace(" ", ""))
        return token, [(where, bson.encode(document)) for where, document in documents(portal)]

    token, dump = await asyncio.to_thread(steal)
    thief.note("council's secret", oxfordshire.client_secret)
    whole = b"\n".join(content for _, content in dump)
    found = [kind for kind, secret in thief.secrets.items() if secret.encode() in whole]
    # Of what has 27 bits a hash without a key is as good as the code itself.
    hashed = [code for code in thief.codes for make in HASHES if _is_in(make(code.encode()), whole)]
    hashes = set(re.findall(rb"\$argon2id\$[^\x00]{20,200}", whole))
    weak = [each for each in hashes if not _is_strong(each.decode())]
    measures.report(
        "T65",
        documents=len(dump),
        secrets=len(thief.secrets),
        in_clear=len(found),
        hashed_without_a_key=len(hashed),
        password_hashes=len(hashes),
        weak=len(weak),
    )
    # The search finds what is there.
    assert email.encode() in whole
    assert token_hash(token).encode() in whole
    kinds = {kind.rpartition(" ")[0] for kind in thief.secrets}
    assert kinds >= {f"id of a {flow}" for flow in FLOWS} | {"code", "seed", "recovery code", "calendar", "session"}
    assert found == []
    assert hashed == []
    assert hashes
    assert weak == []


async def test_t65_what_is_stored_of_a_session_is_no_session(portal: Portal, measures: Measures) -> None:
    email = new_email("stored")

    def replay() -> list[str]:
        with Person(portal.gateway) as person, Person(portal.gateway) as thief:
            person.register(portal.mail, email)
            person.sign_in(portal.mail, email)
            kept = [found for where, found in documents(portal) if where == "portal_auth.sessions"]
            mine = next(each for each in kept if each.get("email") == email)
            texts = [text for text in mine.values() if isinstance(text, str)]
            texts += [f"{text[:43]:A<43}" for text in texts]
            titles = []
            for text in texts:
                thief.client.cookies.set("portal_session", text.encode("ascii", "replace").decode())
                titles.append(thief.open("/tasks").title)
                thief.client.cookies.clear()
            return titles

    titles = await asyncio.to_thread(replay)
    let_in = [title for title in titles if not title.startswith("Secure login - step 1")]
    measures.report("T65", tried_as_a_session=len(titles), let_in=len(let_in))
    assert let_in == []


def _is_in(made: "hashlib._Hash", whole: bytes) -> bool:
    return made.hexdigest().encode() in whole or made.digest() in whole


def _is_strong(password_hash: str) -> bool:
    """OWASP's figures (reliability.md, 1.4)."""
    used = extract_parameters(password_hash)
    return used.memory_cost >= 19_456 and used.time_cost >= 2
