"""T64: whatever another site has a browser send, nothing is done by it; and no GET changes anything."""

import asyncio
from urllib.parse import urlencode

import httpx2

from services.gateway.app import PAGES
from services.gateway.council import api
from tests.support.measures import Measures
from tests.support.person import PASSWORD, Person
from tests.support.portal import Portal
from tests.support.stored import changes, settled
from tests.system.scene import ASSETS, PEOPLE, Scene, live, own_origin, stated
from tests.system.test_main_job import new_email

ATTACKS = ("no token", "another session's token", "foreign Origin", "cross-site", "text/plain")
BY_ITS_ADDRESS = "POST /emails/{ticket}"
"""What a mail program posts by itself has no token of ours: the address is the secret (RFC 8058, ADR 0051)."""
SIGN_OUT = "POST /sign-out"


def forged(scene: Scene, who: str, route: str, attack: str, other: str) -> httpx2.Response:
    """What this person's browser sends for a page of somebody else; `other` is the token of that one's own session."""
    person, own = scene.people[who], {"Origin": own_origin(scene.people[who])}
    # Whoever is not signed in would be signed in as another (login CSRF): the credentials are good ones.
    data = {**scene.fields(who, route), "email": scene.emails["stranger"], "password": PASSWORD}
    address = scene.address(route)
    if attack == "no token":
        del data["csrf"]
    elif attack == "another session's token":
        data["csrf"] = other
    elif attack == "foreign Origin":
        own = {"Origin": "https://evil.example"}
    elif attack == "cross-site":
        own = {"Sec-Fetch-Site": "cross-site"}
    else:
        plain = {**own, "Content-Type": "text/plain"}
        return person.client.post(address, content=urlencode(data), headers=plain, follow_redirects=False)
    return person.client.post(address, data=data, headers=own, follow_redirects=False)


def victims(route: str) -> tuple[str, ...]:
    """In whose name a route is tried: whoever may use it."""
    gets = stated()[route]
    if gets["nobody"] == "public":
        return ("nobody", "holder")
    return (next(who for who in reversed(PEOPLE) if gets[who] == "yes"),)


def is_refused(answer: httpx2.Response) -> bool:
    """403; or what was typed on a page of ours is handed back, to be saved by whoever signs in again."""
    return answer.status_code == 403 or (answer.status_code == 200 and 'name="unsaved"' in answer.text)


async def test_t64_nothing_is_done_by_a_form_of_another_site(portal: Portal, scene: Scene, measures: Measures) -> None:
    routes = [route for route in live(PAGES) if not route.startswith("GET")]
    assert set(routes) <= set(stated())

    def attack_all() -> tuple[int, list[tuple[str, str, str, int]], list[str]]:
        tried, accepted = 0, []
        with Person(portal.gateway) as attacker:
            page = attacker.open("/sign-in")
            others = {"nobody": page.tree.xpath("//input[@name='csrf']/@value")[0]}
            before = settled(portal)
            for route in routes:
                for who in victims(route):
                    for attack in ATTACKS:
                        answer = forged(scene, who, route, attack, others.get(who) or scene.token("stranger"))
                        tried += 1
                        given_up = answer.status_code == 410 and route == BY_ITS_ADDRESS
                        if not is_refused(answer) and not given_up:
                            accepted.append((route, who, attack, answer.status_code))
            return tried, accepted, changes(before, settled(portal))

    tried, accepted, changed = await asyncio.to_thread(attack_all)
    measures.report("T64", routes=len(routes), forged=tried, accepted=len(accepted), documents_changed=len(changed))
    assert accepted == []
    assert changed == []


def test_t64_no_cookie_opens_a_councils_door(portal: Portal, measures: Measures) -> None:
    routes = [route for route in live(api.routes) if not route.startswith("GET")]
    values = {"document_id": "no-such-document", "name": "council.delegation.retracted.v1", "code": "no-such-form"}
    statuses = {}
    with Person(portal.gateway) as person:
        person.register(portal.mail, email := new_email("door"))
        person.sign_in(portal.mail, email)
        for route in routes:
            method, _, template = route.partition(" ")
            statuses[route] = person.client.request(method, template.format(**values), content=b"{}").status_code
    measures.report("T64", council_routes=len(routes), accepted=sum(each != 401 for each in statuses.values()))
    assert set(statuses.values()) == {401}


async def test_t64_no_get_changes_anything(portal: Portal, scene: Scene, measures: Measures) -> None:
    routes = [route for route in stated() if route.startswith("GET") and route != ASSETS]

    def read() -> list[str]:
        before = settled(portal)
        for route in routes:
            for who in PEOPLE:
                assert scene.ask(who, route).response.status_code < 500, route
        return changes(before, settled(portal))

    changed = await asyncio.to_thread(read)
    measures.report("T64", gets=len(routes), people=len(PEOPLE), documents_changed=len(changed))
    assert changed == []
