"""T66: every route of the gateway, asked by everybody; docs/access.md says what each of them gets."""

import asyncio

import aiohttp
import httpx2

from services.gateway.app import PAGES
from services.gateway.council import api
from tests.support.council import Council
from tests.support.measures import Measures
from tests.support.person import Page
from tests.support.portal import Portal
from tests.system.scene import ASSETS, CLIENTS, PEOPLE, ROUTE, TEXT, Scene, live, stated, submitted_with_a_report, table
from tests.system.test_main_job import new_email, new_id

_REFUSED = {403, 404, 409}
_CHILD = "Gabriel"


def test_every_route_stands_in_the_documentation_once() -> None:
    named = ROUTE.findall(TEXT)
    assert sorted(named) == sorted([ASSETS, *live(PAGES), *live(api.routes)])


def outcome(page: Page, route: str) -> str:
    status, asked = page.response.status_code, route.partition(" ")[2]
    assert status < 500, f"{route}: {status}"
    assert status != 429, route
    if status in _REFUSED:
        return "no"
    is_way_in = status == 401 or (page.is_html and bool(page.tree.xpath("//form[@action='/sign-in']")))
    return "sign in" if is_way_in and asked != "/sign-in" else "yes"


async def test_t66_everybody_gets_at_each_route_what_is_theirs(scene: Scene, measures: Measures) -> None:
    # Who may do least is asked first, and last what would end the form, the wait in the group, or the session.
    last = ("", "POST /forms/{task_id}/submit", "POST /tasks/{task_id}/pickup", "POST /sign-out")
    wanted = {route: gets for route, gets in stated().items() if route != ASSETS}
    routes = sorted(wanted, key=lambda route: last.index(route) if route in last else 0)

    def walk() -> dict[tuple[str, str], tuple[str, str]]:
        wrong = {}
        for route in routes:
            for who in PEOPLE:
                page = scene.ask(who, route)
                got, want = outcome(page, route), wanted[route][who]
                if got != want and not (want == "public" and got in ("yes", "sign in")):
                    wrong[route, who] = (got, want)
                if got != "yes" or who == "stranger":
                    assert _CHILD not in page.response.text, f"{route}, {who}: a child is named"
        return wrong

    wrong = await asyncio.to_thread(walk)
    measures.report("T66", routes=len(routes), people=len(PEOPLE), asked=len(routes) * len(PEOPLE), wrong=len(wrong))
    assert wrong == {}


async def test_t66_of_several_forms_everybody_is_printed_what_is_theirs(scene: Scene) -> None:
    wanted, own, other = stated(), "GET /forms/{task_id}/pdf", "POST /tasks/print"

    def walk() -> dict[str, str]:
        got = {}
        for who in PEOPLE:
            page = scene.ask(who, other, task=[scene.values["task_id"], scene.waiting])
            is_pdf = page.response.headers["Content-Type"] == "application/pdf"
            assert is_pdf or _CHILD not in page.response.text, f"{who}: a child is named"
            got[who] = "sign in" if outcome(page, other) == "sign in" else "yes" if is_pdf else "no"
        return got

    assert await asyncio.to_thread(walk) == wanted[own]


async def test_t66_each_council_gets_its_own(
    portal: Portal, bristol: Council, oxfordshire: Council, measures: Measures
) -> None:
    delegation_id, email = new_id(), new_email()
    submitted = await submitted_with_a_report(portal, bristol, delegation_id, email)
    values = {
        "delegation_id": delegation_id,
        "document_id": submitted["pdf"]["document_id"],
        "email": email,
        "name": "council.delegation.retracted.v1",
        "code": "no-such-form",
    }
    wanted, wrong = table("Councils, by HTTP", CLIENTS), {}
    async with aiohttp.ClientSession() as session:
        tokens = {CLIENTS[1]: await oxfordshire.token(session), CLIENTS[2]: await bristol.token(session)}
    with httpx2.Client(base_url=portal.gateway, timeout=30) as client:
        for route, gets in wanted.items():
            method, _, template = route.partition(" ")
            for who in CLIENTS:
                headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
                answer = await asyncio.to_thread(
                    client.request, method, template.format(**values), headers=headers, content=b"{}"
                )
                assert answer.status_code < 500, (route, who)
                got = "no" if answer.status_code in {401, *_REFUSED} else "yes"
                if got != gets[who]:
                    wrong[route, who] = (answer.status_code, gets[who])
                if who != CLIENTS[2]:
                    assert delegation_id not in answer.text, (route, who)
                    assert _CHILD not in answer.text, (route, who)
    asked = len(wanted) * len(CLIENTS)
    measures.report("T66", routes=len(wanted), councils=len(CLIENTS), asked=asked, wrong=len(wrong))
    assert wrong == {}
