"""Two gateways behind one address: each request of a person goes to the other one, and then one is killed."""

import asyncio
from itertools import cycle

import httpx2

from tests.faults.cms import Cms
from tests.faults.house import House
from tests.support.documents import pdf
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.person import Page, Person

FORM = "EHC Needs Assessment Contributions"
SUBMITTED = "portal.contribution.submitted.v1"
GATEWAYS = ("gateway", "gateway-2")


class Balancer(httpx2.BaseTransport):
    """Sends each request to the next gateway, to none that is out."""

    def __init__(self, ports: list[int]) -> None:
        self._next, self._out = cycle(ports), set[int]()
        self._way = httpx2.HTTPTransport(limits=httpx2.Limits(max_keepalive_connections=0))
        self.taken = dict.fromkeys(ports, 0)

    def take_out(self, port: int) -> None:
        """As a balancer does with one that answers its look no more."""
        self._out.add(port)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        port = next(each for each in self._next if each not in self._out)
        request.url = request.url.copy_with(port=port)
        self.taken[port] += 1
        return self._way.handle_request(request)

    def close(self) -> None:
        self._way.close()


async def test_a_form_is_filled_at_two_gateways_in_turn_and_goes_on_when_one_is_killed(
    house: House, cms: Cms, prefix: str, measures: Measures
) -> None:
    delegation_id = f"{prefix}1"
    await cms.delegate([delegation_id])
    await house.settle(cms, [delegation_id])
    parts = house.portal.parts()
    ports = [httpx2.URL(parts[name]["url"]).port or 0 for name in GATEWAYS]
    balancer = Balancer(ports)
    with Person(house.portal.gateway, by=balancer) as person:
        page = await asyncio.to_thread(_half, house, person, f"{delegation_id}@school.example")
        await house.kill("gateway-2")
        balancer.take_out(ports[1])
        page = await asyncio.to_thread(_rest, person, page)
    assert page.title.startswith("Contribution submitted"), page.text
    told = await eventually(lambda: cms.answers[SUBMITTED][delegation_id], within=60)
    assert len(told) == 1
    assert min(balancer.taken.values()) > 5, "both had their share"
    measures.report("two gateways", killed=1, requests=sum(balancer.taken.values()), contributions=len(told))


def _half(house: House, person: Person, email: str) -> Page:
    """Signs in, answers what is mandatory, and attaches a report."""
    person.register(house.portal.mail, email)
    page = person.open(person.sign_in(house.portal.mail, email).link(FORM))
    page = person.press(page, "Next", {"Preferred name": "Gabe"})
    page = person.press(page, "Save", {"Date Assessment Completed": "01/03/2026", "Yes": True})
    return person.attach(person.press(page, "Next"), "report.pdf", pdf())


def _rest(person: Person, page: Page) -> Page:
    """Goes on in the page that is open."""
    return person.press(person.press(page, "Submit Contribution"), "Yes")
