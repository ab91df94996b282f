"""T52, T54, T57, T60 at the gateway: a browser that has given the password alone, and what each step makes of it."""

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import pyotp
import pytest

from services.gateway.app import PAGES
from services.gateway.council import api
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.measures import Measures
from tests.support.person import PASSWORD, TASKS, Page, Person
from tests.support.portal import Portal
from tests.system.scene import Scene, live, stated
from tests.system.test_main_job import ACCEPTED, FORM, new_email, new_id
from tests.system.test_t66_access import outcome

SESSION, BROWSER = "portal_session", "portal_browser"
NOT_SIGNED_IN = "the password alone"
NEW_PASSWORD = "Marsh-kettle-9-lantern"


@pytest.fixture(scope="module")
def email(portal: Portal) -> str:
    """Somebody who is registered."""
    address = new_email("before")
    with Person(portal.gateway) as person:
        person.register(portal.mail, address)
    return address


def give_password(person: Person, portal: Portal, email: str) -> tuple[Page, str]:
    """The page that asks for the code, and the code."""
    sent = len(portal.mail.codes_for(email))
    page = person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
    return page, portal.mail.code_for(email, more_than=sent)


def hold(person: Person, cookies: dict[str, str]) -> None:
    """The browser holds these cookies and no others."""
    person.client.cookies.clear()
    for name, value in cookies.items():
        person.client.cookies.set(name, value, domain="127.0.0.1")


def csrf_of(page: Page) -> str:
    """The token of the forms on a page."""
    return str(page.tree.xpath("//input[@name='csrf']/@value")[0])


def is_alive(portal: Portal, token: str) -> bool:
    """Whether a session's token opens anything, in a browser that holds nothing else."""
    with httpx2.Client(base_url=portal.gateway, cookies={SESSION: token}, timeout=30) as client:
        return client.get("/session/left", headers={"Accept": "application/json"}).status_code == 200


def test_t52_a_cookie_of_before_gives_a_code_no_more_tries(portal: Portal, email: str, measures: Measures) -> None:
    with Person(portal.gateway) as person:
        page, code = give_password(person, portal, email)
        before, wrong = person.cookies(), f"{(int(code) + 1) % 10**8:08}"
        texts = []
        for _ in range(7):
            hold(person, before)
            texts.append(person.press(page, "Finish", {"Code": wrong}).text)
        hold(person, before)
        late = person.press(page, "Finish", {"Code": code})
    looked_at = sum("The code is not correct" in text for text in texts) + 1
    measures.report("T52", what="cookie of before", replays=8, evaluated=looked_at, extra=looked_at - 5)
    assert looked_at == 5
    assert late.title != TASKS


def test_t54_a_code_opens_nothing_in_another_browser(portal: Portal, email: str, measures: Measures) -> None:
    """One that has given the password too, one that has not, and one that holds nothing at all."""
    with Person(portal.gateway) as owner, Person(portal.gateway) as other, Person(portal.gateway) as fresh:
        page, code = give_password(owner, portal, email)
        others, _ = give_password(other, portal, email)
        refused = [other.press(others, "Finish", {"Code": code})]
        token = csrf_of(fresh.open("/sign-in"))
        for cookies, csrf in ((fresh.cookies(), token), ({}, token)):
            hold(fresh, cookies)
            given, origin = {"csrf": csrf, "code": code}, {"Origin": portal.gateway}
            refused.append(Page(fresh.client.post("/sign-in/code", data=given, headers=origin)))
        assert fresh.open("/sign-in/code").title.startswith("Secure login - step 1")
        opened = [each for each in (other, fresh) if SESSION in each.cookies()]
        measures.report("T54", purpose="pages", browsers=3, given=len(refused), opened=len(opened))
        assert opened == []
        assert not [page for page in refused if page.title == TASKS]
        assert owner.press(page, "Finish", {"Code": code}).title == TASKS


@pytest.fixture
async def scene(portal: Portal, bristol: Council) -> AsyncIterator[Scene]:
    """Somebody with a form and a file, whose second browser has given the password alone."""
    email, delegation_id, mail = new_email("password-only"), new_id(), portal.mail
    document = {"document_id": "EP-1", "name": "Report.pdf", "media_type": "application/pdf"}
    documents = [{**document, "content_base64": b64encode(pdf()).decode()}]
    await bristol.delegate(delegation_id, email, documents=documents)
    task_id = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]

    def values(person: Person) -> dict[str, str]:
        person.register(mail, email)
        person.open(person.sign_in(mail, email).link(FORM))
        page = person.attach(person.open(f"/forms/{task_id}/3"), "report.pdf", pdf())
        (file_id,) = {link.rpartition("/")[2] for link in page.tree.xpath("//a/@href") if "/files/" in link}
        made = person.press(person.open("/account/calendar"), "Make an address")
        secret = made.tree.get_element_by_id("address").text.rpartition("/")[2].removesuffix(".ics")
        of_form = {"task_id": task_id, "number": "1", "file_id": file_id, "document_id": "EP-1"}
        of_council = {"delegation_id": delegation_id, "email": email, "name": "council.task.x.v1", "code": "none"}
        return {**of_form, **of_council, "secret": secret, "topic": "tasks", "ticket": "nobody's"}

    with Person(portal.gateway) as owner, Person(portal.gateway, "127.57.0.1") as other:
        known = await asyncio.to_thread(values, owner)
        page, _ = await asyncio.to_thread(give_password, other, portal, email)
        yield Scene(
            {NOT_SIGNED_IN: other},
            {NOT_SIGNED_IN: email},
            known,
            waiting=task_id,
            tokens={NOT_SIGNED_IN: csrf_of(page)},
        )


def knock(scene: Scene, route: str) -> Page:
    """As the browser that has given the password alone."""
    method, _, template = route.partition(" ")
    if not template.startswith("/api/"):
        return scene.ask(NOT_SIGNED_IN, route)
    client = scene.people[NOT_SIGNED_IN].client
    return Page(client.request(method, template.format(**scene.values), content=b"{}"))


async def test_t57_the_password_alone_opens_no_route_that_is_not_everybodys(
    scene: Scene, portal: Portal, measures: Measures
) -> None:
    """Every route of the live table; the browser's cookies are those of after the password at each of them."""
    person, email = scene.people[NOT_SIGNED_IN], scene.values["email"]
    public = {route for route, gets in stated().items() if gets["nobody"] == "public"}
    cookies, routes = person.cookies(), [*live(PAGES), *live(api.routes)]
    assert BROWSER in cookies

    def walk() -> tuple[Counter[str], list[str]]:
        got, wrong = Counter[str](), []
        for route in routes:
            hold(person, cookies)
            page = knock(scene, route)
            found = "public" if route in public else outcome(page, route)
            got[found] += 1
            if found not in {"public", "sign in"} or "Gabriel" in page.response.text:
                wrong.append(route)
        return got, wrong

    sent = len(portal.mail.codes_for(email))
    got, wrong = await asyncio.to_thread(walk)
    measures.report("T57", routes=len(routes), everybodys=got["public"], to_sign_in=got["sign in"], opened=len(wrong))
    assert wrong == []
    # It was a live one all the time: the code of the walk's "new code" opens it.
    hold(person, cookies)
    code = await asyncio.to_thread(portal.mail.code_for, email, more_than=sent)
    page = await asyncio.to_thread(person.press, person.open("/sign-in/code"), "Finish", {"Code": code})
    assert page.title == TASKS


def test_t60_each_step_gives_another_token_and_the_one_before_is_over(portal: Portal, measures: Measures) -> None:
    """A browser into which a stranger has put cookies of theirs; then each step to a session, or to more of one."""
    mail, email, tokens = portal.mail, new_email("steps"), ["x" * 43]

    def step(done: Page) -> None:
        """What has just been done: whoever kept the token of before has nothing."""
        assert done.response.status_code == 200, done.text
        assert not is_alive(portal, tokens[-1])
        tokens.append(person.cookies()[SESSION])
        assert is_alive(portal, tokens[-1])

    with Person(portal.gateway) as person, Person(portal.gateway) as stranger:
        person.register(mail, email)
        stranger.open("/sign-in")
        planted = {**stranger.cookies(), SESSION: tokens[0]}
        hold(person, planted)
        page, code = give_password(person, portal, email)
        assert person.cookies()[BROWSER] != planted[BROWSER]
        step(person.press(page, "Finish", {"Code": code}))
        hold(stranger, planted)
        assert stranger.open("/sign-in/code").title.startswith("Secure login - step 1")
        step(sign_in_again(person, portal, email))
        page = person.open("/account/security")
        app = pyotp.TOTP("".join(page.tree.find_class("portal-key")[0].text_content().split()))
        step(person.press(page, "Add the app", {"Code": app.now(), "Password": PASSWORD}))
        page = person.open("/account/password")
        words = {"Your new password": NEW_PASSWORD, "Confirm password": NEW_PASSWORD}
        step(person.press(page, "Change password", {"Your password now": PASSWORD, **words}))
        person.press(person.open("/tasks"), "Logout")
    alive = [token for token in tokens if is_alive(portal, token)]
    measures.report("T60", what="pages", steps=len(tokens) - 1, tokens=len(set(tokens)) - 1, alive=len(alive))
    assert len(set(tokens)) == 5
    assert alive == []


def sign_in_again(person: Person, portal: Portal, email: str) -> Page:
    """In a browser that is signed in: its login page leads to the tasks, and a form of another page will do."""
    sent = len(portal.mail.codes_for(email))
    given = {"csrf": csrf_of(person.open("/help")), "email": email, "password": PASSWORD}
    page = Page(person.client.post("/sign-in", data=given, headers={"Origin": portal.gateway}))
    return person.press(page, "Finish", {"Code": portal.mail.code_for(email, more_than=sent)})
