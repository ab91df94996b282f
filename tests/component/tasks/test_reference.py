from itertools import count

from chassis.outbox import task_id_of
from services.tasks.model.reference import reference_of
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, OPENED, new_email, new_id
from tests.support.eventually import eventually
from tests.support.service import council
from tests.unit.tasks.test_task import BRISTOL


def two_that_would_share_a_reference() -> tuple[str, str]:
    prefix, seen = new_id(), dict[str, str]()
    for number in count():
        delegation_id = f"{prefix}-{number}"
        reference = reference_of(BRISTOL, task_id_of("bristol", delegation_id), 0)
        if reference in seen:
            return seen[reference], delegation_id
        seen[reference] = delegation_id
    raise AssertionError("endless")


async def test_every_door_names_the_same_reference(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    await tasks.council.delegate(delegation_id, email)
    accepted = await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    opened = await tasks.recorder.expect(OPENED, delegation_id=delegation_id)
    row = (await tasks.list(email))["rows"][0]
    view = (await tasks.client.get(f"/tasks/{row['task_id']}", headers=tasks.as_person(email))).json()
    state = await tasks.client.get(f"/delegations/{delegation_id}", headers=council(tasks.key, "tasks"))
    assert accepted["reference"].startswith("BRI-")
    assert {accepted["reference"]} == {
        opened["reference"],
        row["reference"],
        view["reference"],
        state.json()["reference"],
    }


async def test_a_reference_that_is_taken_is_given_to_nobody_else(tasks: Tasks) -> None:
    first, second = two_that_would_share_a_reference()
    await tasks.council.delegate(first)
    one = await tasks.recorder.expect(ACCEPTED, delegation_id=first)
    await tasks.council.delegate(second)
    other = await tasks.recorder.expect(ACCEPTED, delegation_id=second)
    assert one["reference"] != other["reference"]
    opened = await tasks.recorder.expect(OPENED, delegation_id=second)
    assert opened["reference"] == other["reference"]


async def test_a_task_from_before_there_were_references_is_read_and_gets_one_with_its_next_change(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    await tasks.council.delegate(delegation_id, email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    task_id = task_id_of("bristol", delegation_id)
    await tasks.database["tasks"].update_one({"_id": task_id}, {"$unset": {"reference": ""}})
    assert (await tasks.kept(task_id)).reference == ""
    await tasks.council.publish("council.delegation.amended.v1", {"delegation_id": delegation_id, "comments": "More"})
    await tasks.recorder.expect("tasks.task.amended.v1", delegation_id=delegation_id)
    assert (await tasks.kept(task_id)).reference.startswith("BRI-")
    rows = await eventually(lambda: tasks.list(email))
    assert rows["rows"][0]["reference"].startswith("BRI-")
