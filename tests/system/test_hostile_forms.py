"""Whatever a signed-in person's browser posts: an answer in the portal's frame, no failure of ours, nothing lost."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.council import Council
from tests.support.measures import Measures
from tests.support.person import Page, Person
from tests.support.portal import Portal

FORM = "EHC Needs Assessment Contributions"
DEEP = 5000
HALF = '"\\ud800"'
HUGE = str(2**70)
TEXTS = [
    "",
    "\u20ac" * 24,
    "\U0001f989",
    "a\r\nSet-Cookie: b=c",
    "x" * 5000,
    "../..",
    "{{7*7}}",
    HUGE,
    "-1",
    "\u0663",
    "1e999",
]
JSONS = ["[" * DEEP, '{"a":' * DEEP, '{"a":{"x":' + "[" * DEEP, HALF, HUGE, "1e999", "NaN", "null", "[]", f"[{HALF}]"]
SEEN = [
    '{"a":{"views":' + HALF + '},"r":{}}',
    '{"a":{' + HALF + ':"1"},"r":{' + HALF + ":[" + HALF + "]}}",
    '{"a":[],"r":1}',
    '{"a":{"views":' + HUGE + '},"r":{"needs":[' + HUGE + "]}}",
]
ACTIONS = [
    "add:",
    "add:\u20ac",
    "add:nowhere",
    "remove:a/b/c",
    "remove:/",
    f"page:{HUGE}",
    "full:\u20ac",
    "remove-file:../..",
    "x:y",
]
ADDRESSES = [
    "/forms/{task}/0",
    f"/forms/{{task}}/{HUGE}",
    "/forms/%00/1",
    "/forms/%ff/1",
    "/forms/{task}/1?full=%ed%a0%80",
]


@pytest.fixture
def person(portal: Portal) -> Iterator[Person]:
    with Person(portal.gateway) as person:
        yield person


@pytest.fixture
async def form(portal: Portal, bristol: Council, person: Person) -> Page:
    delegation_id, email = f"LCS-{uuid4().hex[:10]}", f"p.{uuid4().hex[:8]}@school.example"
    await bristol.delegate(delegation_id, email)
    await bristol.expect("portal.delegation.accepted.v1", delegation_id=delegation_id)

    def opened() -> Page:
        person.register(portal.mail, email)
        page = person.open(person.sign_in(portal.mail, email).link(FORM))
        return person.press(page, "Next")

    return await asyncio.to_thread(opened)


def posted(page: Page) -> dict[str, list[str]]:
    """What the page would post untouched."""
    fields: dict[str, list[str]] = {}
    for name, value in page.tree.xpath("//form[@data-portal='contribution']")[0].form_values():
        fields.setdefault(name, []).append(value)
    return fields


def attacks(fields: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Each hostile value in each field by itself."""
    for name in fields:
        for value in TEXTS if name != "seen" else [*TEXTS, *JSONS, *SEEN]:
            if name != "csrf":
                yield name, fields | {name: [value]}
    for value in (*JSONS, *TEXTS):
        for path in [name[2:] for name in fields if name.startswith("a:")][:3]:
            yield f"choice:{path}", fields | {f"choice:{path}": [value]}
    for action in ACTIONS:
        yield "action", fields | {"action": [action]}
    yield "a lone name", fields | {"a:\u20ac/\x00": ["x"], "rows:": ["\u20ac"], "removed:x": ["/"], "\u20ac": ["x"]}


def test_hostile_values_in_any_field_are_no_failure(
    portal: Portal, person: Person, form: Page, measures: Measures
) -> None:
    fields, client, statuses, failed = posted(form), person.client, Counter[int](), []
    address, own = form.address, {"Origin": portal.gateway}
    for what, each in attacks(fields):
        for accept in ("text/html", "application/json"):
            answer = client.post(address, data=each, headers=own | {"Accept": accept}, follow_redirects=False)
            statuses[answer.status_code] += 1
            in_frame = answer.status_code < 400 or accept != "text/html" or "<main" in answer.text
            if answer.status_code >= 500 or not in_frame:
                failed.append((what, each.get(what, [""])[0][:30], accept, answer.status_code))
    for each_address in ADDRESSES:
        answer = client.get(each_address.format(task=address.split("/")[2]), follow_redirects=False)
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            failed.append((each_address, "", "", answer.status_code))
    measures.report("T88", posts=statuses.total(), statuses=dict(sorted(statuses.items())), failures=len(failed))
    assert failed == []
    assert person.open(address).tree.xpath("//form[@data-portal='contribution']")
