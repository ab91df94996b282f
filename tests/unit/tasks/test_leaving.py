"""Somebody closes their account: also where that is heard before what they did last."""

from datetime import timedelta

import pytest

from chassis import clock
from chassis.database import Database
from chassis.errors import AlreadyHandled, TryLater
from contracts.auth import AccountChanged, AccountClosed, AccountReaddressed, AccountRegistered
from contracts.base import Contact
from contracts.council import DelegationRequested, PersonAssignee, Sender, Subject
from services.tasks.usecases.changes import PATIENCE_SECONDS
from tests.unit.tasks.life.service import Inner
from tests.unit.tasks.test_life_of_tasks import FORM

FORMER = Contact(email="ann@school.example", name="Ann Professional")
NOW = Contact(email="ann@trust.example", name="Ann Professional")


async def test_a_closing_that_overtook_a_new_address_waits_for_it_and_leaves_no_form_behind(inner: Database) -> None:
    there = await Inner.opened(inner)
    people, leaving, at = there.service.people, there.service.leaving, clock.now()
    await people.offer_form(FORM)
    await people.welcome(AccountRegistered(account_id="a", authority="bristol", person=FORMER, registered_at=at))
    request = DelegationRequested(
        authority="bristol",
        delegation_id="d",
        form=FORM.form,
        subject=Subject(person_id="P-1", name="Gabriel Example"),
        assignee=PersonAssignee(kind="person", email=FORMER.email),
        sender=Sender(name="Chloe Officer"),
    )
    await there.service.delegations.request(request, PATIENCE_SECONDS)
    moved = AccountReaddressed(
        account_id="a", authority="bristol", person=NOW, former=FORMER, readdressed_at=clock.now()
    )
    closed = AccountClosed(
        account_id="a", authority="bristol", person=NOW, closed_at=clock.now() + timedelta(seconds=1)
    )
    with pytest.raises(TryLater):
        await leaving.release(closed)
    await people.readdress(moved)
    await leaving.release(closed)
    (task,) = (await there.seen()).tasks.values()
    assert task.state == "declined"
    renamed = AccountChanged(account_id="a", authority="bristol", person=NOW, changed_at=clock.now())
    for late in (people.readdress(moved), people.rename(renamed)):
        with pytest.raises(AlreadyHandled):
            await late
    assert await there.service.people._stores.people.at(NOW.email) is None
