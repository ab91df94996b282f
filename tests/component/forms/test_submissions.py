"""A form is submitted once, whoever asks how often; what is told of it can be computed again."""

import asyncio
import hashlib
import json

from chassis import clock
from contracts.files import AttachedFile
from services.forms.app import build_app
from services.forms.usecases.submissions import UNSETTLED_AFTER
from tests.component.forms.conftest import Forms, assigned, put, retracted, typed
from tests.support.service import running

FILE = AttachedFile(file_id="file_1", name="Report.pdf", media_type="application/pdf", size=1234, sha256="ab" * 32)


async def test_a_submission_tells_the_council_and_tasks_once(forms: Forms) -> None:
    task_id = await forms.filled()
    answer = await forms.submit(task_id, FILE)
    assert answer.status_code == 200, answer.text
    told = await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
    assert told["answers"] == {
        "first_name": "Gabriel",
        "last_name": "Example",
        "here_and_now": "Hi I'm Gabriel and I like trains.",
        "date_assessment_completed": "2021-08-20",
        "views_shared": "Yes",
        "sen_identified": [{"category": "Cognition and learning", "need": "Working memory"}],
    }
    assert (told["authority"], told["form"], told["form_version"]) == (
        "bristol",
        "ehc-needs-assessment-contributions",
        "1",
    )
    assert [(signed["name"], signed["role"]) for signed in told["signed_by"]] == [("Sandra Professional", "SENCO")]
    assert told["attachments"] == [
        {
            "document_id": "file_1",
            "name": "Report.pdf",
            "media_type": "application/pdf",
            "size": 1234,
            "sha256": FILE.sha256,
            "url": "https://portal.example/api/council/v1/documents/file_1",
        }
    ]
    heard = await forms.recorder.expect("forms.contribution.submitted.v1", task_id=task_id)
    assert heard["contribution_id"] == told["contribution_id"] == answer.json()["contribution_id"]
    assert heard["receipt"] == told["receipt"] == answer.json()["receipt"]
    assert heard["file_ids"] == ["file_1"]


async def test_the_receipt_can_be_computed_from_what_the_council_got(forms: Forms) -> None:
    task_id = await forms.filled()
    await forms.submit(task_id, FILE)
    told = await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
    receipt = told.pop("receipt")
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(canonical).hexdigest() == receipt


async def test_a_hundred_submissions_at_once_are_one(forms: Forms) -> None:
    task_id = await forms.filled()
    answers = await asyncio.gather(*(forms.submit(task_id, FILE) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert (await forms.submit(task_id)).text == answers[0].text
    await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
    await forms.recorder.expect("forms.contribution.submitted.v1", task_id=task_id)
    assert len(forms.recorder.of("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")) == 1
    assert len(forms.recorder.of("forms.contribution.submitted.v1", task_id=task_id)) == 1
    stored = await forms.database["pdfs.files"].count_documents({"metadata.task_id": task_id})
    assert stored == 1


async def test_two_instances_that_submit_at_once_make_one_contribution(forms: Forms) -> None:
    async with running(build_app(forms.settings)) as other:
        for _ in range(5):
            task_id = await forms.filled()
            body, headers = {"manifest": forms.manifest(task_id, FILE)}, forms.headers(task_id)
            answers = await asyncio.gather(
                *(
                    instance.post(f"/contributions/{task_id}/submit", json=body, headers=headers)
                    for instance in (forms.client, other) * 3
                )
            )
            assert {answer.status_code for answer in answers} == {200}
            assert len({answer.text for answer in answers}) == 1
            told = await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
            # What the slower ones have printed is tidied up.
            old = {"$set": {"metadata.unsettled_since": clock.now() - 2 * UNSETTLED_AFTER}}
            await forms.database["pdfs.files"].update_many({"metadata.task_id": task_id}, old)
            await forms.service.submissions.tidy()
            kept = await forms.database["pdfs.files"].find({"metadata.task_id": task_id}).to_list(9)
            assert [file["_id"] for file in kept] == [told["pdf"]["document_id"]]


async def test_what_is_missing_or_wrong_is_told_beside_its_field_and_nothing_is_lost(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.save(task_id, 0, put("date_assessment_completed", "soon"))
    answer = await forms.submit(task_id)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_answers")
    assert {fault["path"]: fault["message"] for fault in answer.json()["faults"]} == {
        "date_assessment_completed": "This must be a real date, like 17/5/2026.",
        "views_shared": "This field is required.",
    }
    assert typed(await forms.view(task_id), "date_assessment_completed") == "soon"


async def test_versions_that_nobody_has_chosen_from_keep_a_form_from_being_submitted(forms: Forms) -> None:
    task_id = await forms.filled()
    await forms.save(task_id, 0, put("last_name", "Other"))
    answer = await forms.submit(task_id)
    assert [(fault["path"], fault["code"]) for fault in answer.json()["faults"]] == [("last_name", "undecided")]


async def test_a_submitted_form_can_be_read_and_no_longer_changed(forms: Forms) -> None:
    task_id = await forms.filled()
    submitted = (await forms.submit(task_id)).json()
    late = await forms.save(task_id, 1, put("last_name", "Late"))
    assert (late.status_code, late.json()["code"]) == (409, "submitted")
    view = await forms.view(task_id)
    assert (view["state"], view["contribution_id"], view["receipt"]) == (
        "submitted",
        submitted["contribution_id"],
        submitted["receipt"],
    )
    assert typed(view, "last_name") == "Example"
    await forms.tell(retracted(task_id, 2), assigned(task_id, 3))
    assert (await forms.view(task_id, version=3))["state"] == "submitted"


async def test_a_manifest_of_another_form_or_another_hand_is_refused(forms: Forms) -> None:
    task_id = await forms.filled()
    assert (await forms.submit(task_id, manifest=forms.manifest("another"))).status_code == 403
    assert (await forms.submit(task_id, manifest=forms.manifest(task_id, authority="oxfordshire"))).status_code == 403
    assert (await forms.submit(task_id, manifest="forged")).status_code == 401
    assert (await forms.view(task_id))["state"] == "draft"
