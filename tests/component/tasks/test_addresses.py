import pytest

from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, REJECTED, new_email, new_id


@pytest.mark.parametrize("email", ["jo.groß@school.example", "ﬁona@school.example", "\u212aate@school.example"])
async def test_an_address_that_folds_into_another_is_refused(tasks: Tasks, email: str) -> None:
    asked = await tasks.council.delegate(new_id(), email)
    rejected = await tasks.recorder.expect(REJECTED, message_id=asked)
    assert (rejected["code"], rejected["field"]) == ("invalid", "/assignee/email")
    group = {
        "work_group_id": new_id(),
        "name": "G",
        "members": [{"email": new_email()}, {"email": email}],
        "version": 1,
    }
    defined = await tasks.council.publish("council.work-group.defined.v1", group)
    rejected = await tasks.recorder.expect(REJECTED, message_id=defined)
    assert (rejected["code"], rejected["field"]) == ("invalid", "/members/1/email")


async def test_a_domain_is_the_one_that_the_name_system_looks_up(tasks: Tasks) -> None:
    delegation_id, local = new_id(), new_email().partition("@")[0]
    await tasks.council.delegate(delegation_id, f"{local}@straße.example")
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    assert (await tasks.list(f"{local}@strasse.example"))["rows"] == []
    assert len((await tasks.list(f"{local}@xn--strae-oqa.example"))["rows"]) == 1


async def test_a_date_that_overflows_is_refused_at_once(tasks: Tasks) -> None:
    asked = await tasks.council.delegate(new_id(), received_on="9999-12-31")
    rejected = await tasks.recorder.expect(REJECTED, message_id=asked)
    assert (rejected["code"], rejected["field"]) == ("invalid", "/received_on")
    asked = await tasks.council.delegate(delegation_id := new_id(), received_on="2199-12-31")
    assert (await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id))["due_on"] == "2200-02-11"
