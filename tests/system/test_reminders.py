"""A reminder from the council's delegation to the mailbox, by the clock; and none of what is submitted."""

import asyncio
from datetime import timedelta

from chassis import clock
from tests.support.council import Council
from tests.support.eventually import eventually, stays
from tests.support.person import Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, fill, new_email, new_id, submit

DUE_IN, FIRST, LATE = 20, 20 - 14 + 5, 20 + 1 + 5
"""Days: five more, because nobody is reminded on a weekend or a bank holiday."""
UNBEGUN = "Nobody has begun"
SENT = "portal.reminder.sent.v1"
OVERDUE = "portal.delegation.overdue.v1"


async def test_who_has_a_form_is_reminded_and_who_has_submitted_it_is_not(
    timed_portal: Portal, bristol: Council
) -> None:
    portal, late, done = timed_portal, (new_id(), new_email()), (new_id(), new_email())
    due_on = (clock.today() + timedelta(days=DUE_IN)).isoformat()
    for delegation_id, email in (late, done):
        await bristol.delegate(delegation_id, email, due_on=due_on)
        await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def submits(email: str) -> None:
        with Person(portal.gateway) as person:
            person.register(portal.mail, email)
            submit(person, fill(person, person.sign_in(portal.mail, email)))

    await asyncio.to_thread(submits, done[1])
    await bristol.expect(SUBMITTED, delegation_id=done[0])

    def subjects(email: str) -> list[str]:
        return [row["Subject"].partition(":")[0] for row in portal.mail.to(email)]

    portal.set_clock(f"P{FIRST}D")
    await eventually(lambda: {"Reminder", UNBEGUN} <= {*subjects(late[1])}, every=0.5)
    assert (await bristol.expect(SENT, delegation_id=late[0])).body["due_on"] == due_on
    portal.set_clock(f"P{LATE}D")
    await eventually(lambda: "Late" in subjects(late[1]), every=0.5)
    await bristol.expect(OVERDUE, delegation_id=late[0])
    assert await stays(lambda: not {"Reminder", "Late", UNBEGUN} & {*subjects(done[1])})
