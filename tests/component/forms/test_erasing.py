"""A delegation's time is over: nothing is left of its form, and what comes late changes nothing."""

from chassis import clock
from chassis.retry import dead_queue
from contracts.tasks import TaskErased
from tests.component.forms.conftest import Forms, amended, opened, put
from tests.support.eventually import eventually, stays

ERASED = "forms.contribution.erased.v1"


def erased(task_id: str) -> TaskErased:
    about = {"task_id": task_id, "authority": "bristol", "delegation_id": f"of-{task_id}"}
    return TaskErased(**about, erased_at=clock.now())


async def test_answers_pdf_key_and_copies_go_and_it_is_told_once(forms: Forms) -> None:
    task_id, other = await forms.filled(), await forms.opened()
    assert (await forms.submit(task_id)).status_code == 200
    await eventually(lambda: forms.database["outbox_sent"].find_one({"delegation_id": f"of-{task_id}"}))
    await forms.tell(erased(task_id), times=2)
    await forms.recorder.expect(ERASED, task_id=task_id)
    assert await forms.database.contributions.find_one({"_id": task_id}) is None
    assert await forms.database["pdfs.files"].find_one({"metadata.task_id": task_id}) is None
    kept = await forms.database["keys"].find_one({"key": task_id})
    assert kept is not None
    assert kept["wrapped"] is None
    answers = {"delegation_id": f"of-{task_id}", "type": "portal.contribution.submitted.v1"}
    assert await forms.database["outbox_sent"].find_one(answers) is None
    assert (await forms.view(other))["state"] == "draft"


async def test_what_comes_late_about_it_opens_nothing_and_dies_nowhere(forms: Forms) -> None:
    task_id = await forms.opened()
    assert (await forms.save(task_id, 0, put("last_name", "x"))).status_code == 200
    await forms.tell(erased(task_id))
    await forms.recorder.expect(ERASED, task_id=task_id)
    before = await dead(forms)
    await forms.tell(opened(task_id=task_id), amended(task_id, 2, first_name="Late"))
    assert await stays(lambda: True)
    assert await forms.database.contributions.find_one({"_id": task_id}) is None
    assert await dead(forms) == before
    answer = await forms.client.get(f"/contributions/{task_id}", headers=forms.headers(task_id))
    assert answer.status_code in {404, 503}
    assert (await forms.save(task_id, 1, put("last_name", "y"))).status_code == 404


async def dead(forms: Forms) -> int:
    """How many of forms' deliveries have died."""
    return sum([await forms.broker.count(dead_queue(f"forms.{name}-contribution")) for name in ("prepare", "amend")])
