"""A form that its council has sent back: open again, submitted again, and what was submitted before stays."""

from typing import Any

from services.forms.usecases.submissions import UNSETTLED_AFTER
from tests.component.forms.conftest import Forms, amended, put, returned, typed
from tests.component.forms.test_submissions import FILE
from tests.support.eventually import eventually

TOLD = "portal.contribution.submitted.v1"


async def submitted(forms: Forms, **who: Any) -> tuple[str, dict[str, Any]]:
    task_id = await forms.filled()
    assert (await forms.submit(task_id, FILE, **who)).status_code == 200
    return task_id, await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}")


async def sent_back(forms: Forms, task_id: str, told: dict[str, Any], *, version: int = 2, times: int = 1) -> None:
    await forms.tell(returned(task_id, version, told["contribution_id"]), times=times)

    async def is_open() -> bool:
        return (await forms.kept(task_id)).state == "draft"

    await eventually(is_open)


async def fetched(forms: Forms, told: dict[str, Any]) -> int:
    path = f"/documents/{told['pdf']['document_id']}"
    return (await forms.client.get(path, headers=forms.council())).status_code


async def test_a_second_round_begins_with_what_was_submitted_and_ends_as_another_contribution(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await sent_back(forms, task_id, first, times=2)
    before = await forms.view(task_id, version=2)
    assert before["state"] == "draft"
    assert (before["council_questions"]["comments"], before["council_questions"]["fields"]) == (
        "How often?",
        ["here_and_now"],
    )
    assert typed(before, "last_name") == "Example"
    saved = await forms.save(task_id, before["revision"], put("last_name", "Corrected"), version=2)
    assert saved.status_code == 200
    assert (await forms.submit(task_id, FILE, version=2)).status_code == 200
    second = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}", round=2)
    assert (first["round"], first["answers"]["last_name"], second["answers"]["last_name"]) == (
        1,
        "Example",
        "Corrected",
    )
    assert second["contribution_id"] != first["contribution_id"]
    assert second["receipt"] != first["receipt"]
    (asked,) = second["council_questions"]
    assert first["council_questions"] == []
    assert (asked["contribution_id"], asked["comments"], asked["fields"]) == (
        first["contribution_id"],
        "How often?",
        ["here_and_now"],
    )
    assert (await forms.view(task_id, version=2))["council_questions"] is None
    heard = forms.recorder.of("forms.contribution.submitted.v1", task_id=task_id)
    assert [one.body["contribution_id"] for one in heard] == [first["contribution_id"], second["contribution_id"]]
    assert [await fetched(forms, told) for told in (first, second)] == [200, 200]


async def test_a_grant_of_the_round_before_submits_nothing_again(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await sent_back(forms, task_id, first)
    late = await forms.submit(task_id, FILE)
    assert (late.status_code, late.json()["code"]) == (403, "grant_outdated")
    assert len(forms.recorder.of(TOLD, delegation_id=f"of-{task_id}")) == 1


async def test_each_round_is_received_for_itself(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await sent_back(forms, task_id, first)
    await forms.submit(task_id, FILE, version=2)
    second = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}", round=2)
    for told in (second, first, second):
        path = f"/documents/{told['pdf']['document_id']}/receipt"
        assert (await forms.client.post(path, headers=forms.council())).status_code == 204
        await forms.recorder.expect("forms.contribution.received.v1", contribution_id=told["contribution_id"])
    assert [await fetched(forms, told) for told in (first, second)] == [404, 404]
    assert len(forms.recorder.of("forms.contribution.received.v1", task_id=task_id)) == 2


async def test_an_amendment_that_comes_late_says_nothing_new_and_a_later_one_does(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await sent_back(forms, task_id, first, version=3)
    await forms.tell(amended(task_id, 2, first_name="Older"), amended(task_id, 4, first_name="Newer"))

    async def is_newer() -> bool:
        return bool((await forms.kept(task_id)).prefill["first_name"] == "Newer")

    await eventually(is_newer)


async def test_the_papers_of_all_rounds_are_kept(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await sent_back(forms, task_id, first)
    at = (await forms.kept(task_id)).earlier[0].submitted_at - 2 * UNSETTLED_AFTER
    old = {"$set": {"metadata.unsettled_since": at}}
    await forms.database["pdfs.files"].update_many({"metadata.task_id": task_id}, old)
    await forms.service.submissions.tidy()
    assert await fetched(forms, first) == 200
