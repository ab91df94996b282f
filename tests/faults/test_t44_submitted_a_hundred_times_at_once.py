"""T44: one form is submitted a hundred times at once, and once more: the council gets one contribution."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.faults.cms import Cms
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.person import Page, Person

FORM = "EHC Needs Assessment Contributions"
SUBMITTED = "portal.contribution.submitted.v1"
TIMES = 100


async def test_t44_a_form_submitted_a_hundred_times_at_once_is_submitted_once(
    house: House, cms: Cms, prefix: str, measures: Measures
) -> None:
    delegation_id = f"{prefix}1"
    await cms.delegate([delegation_id])
    await house.settle(cms, [delegation_id])
    titles = await asyncio.to_thread(_submit, house, f"{delegation_id}@school.example")
    await eventually(lambda: cms.answers[SUBMITTED][delegation_id], within=60)
    await eventually(house.nothing_waits, within=60)
    kept = house.motor["portal_forms"]["contributions"]
    submissions = await kept.count_documents({"delegation_id": delegation_id, "submission": {"$ne": None}})
    assert len(cms.answers[SUBMITTED][delegation_id]) == 1
    assert submissions == 1
    assert titles["Contribution submitted"] == TIMES + 1, titles
    measures.report(
        "T44",
        attempted=TIMES + 1,
        pages=dict(titles),
        contributions=submissions,
        told_the_council=len(cms.answers[SUBMITTED][delegation_id]),
        effects_twice=submissions + len(cms.answers[SUBMITTED][delegation_id]) - 2,
    )


def _submit(house: House, email: str) -> Counter[str]:
    """What the person saw, each time."""
    mail = house.portal.mail
    with Person(house.portal.gateway) as person:
        person.register(mail, email)
        page = person.open(person.sign_in(mail, email).link(FORM))
        page = person.press(page, "Next", {"Preferred name": "Gabe"})
        page = person.press(page, "Save", {"Date Assessment Completed": "01/03/2026", "Yes": True})
        page = person.press(person.press(page, "Next"), "Submit Contribution")

        def press(_: int) -> Page:
            return person.press(page, "Yes")

        with ThreadPoolExecutor(TIMES) as pool:
            seen = [*pool.map(press, range(TIMES)), press(0)]
    return Counter(one.title.split(" - ")[0] for one in seen)
