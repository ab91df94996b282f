"""A form is submitted once, whoever asks how often; its documents can be fetched and its receipt computed again."""

import asyncio
import hashlib
import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pikepdf
from httpx2 import Response

from contracts.files import AttachedFile
from services.forms.app import build_app
from tests.component.forms.conftest import Forms, assigned, put, retracted, typed
from tests.support.service import running

FILE = AttachedFile(file_id="file_1", name="Report.pdf", media_type="application/pdf", size=1234, sha256="ab" * 32)
ANSWERS = [
    put("last_name", "Example"),
    put("date_assessment_completed", "20/8/2021"),
    put("views_shared", "Yes"),
    put("sen_identified/row-1/category", "Cognition and learning"),
    put("sen_identified/row-1/need", "Working memory"),
    {"op": "add_row", "path": "sen_identified/row-2"},
]


async def filled(forms: Forms) -> str:
    task_id = await forms.opened()
    assert (await forms.save(task_id, 0, *ANSWERS)).status_code == 200
    return task_id


async def test_a_submission_tells_the_council_and_tasks_once(forms: Forms) -> None:
    task_id = await filled(forms)
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
    task_id = await filled(forms)
    await forms.submit(task_id, FILE)
    told = await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
    receipt = told.pop("receipt")
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(canonical).hexdigest() == receipt


async def test_the_pdf_is_given_to_the_council_until_its_receipt_and_to_the_professional_after_it(forms: Forms) -> None:
    task_id = await filled(forms)
    await forms.submit(task_id)
    told = await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
    where = f"/documents/{told['pdf']['document_id']}"
    assert (await forms.client.post(f"{where}/receipt", headers=forms.council("oxfordshire"))).status_code == 404
    assert (await forms.client.get(where, headers=forms.council())).status_code == 200
    for _ in range(2):
        assert (await forms.client.post(f"{where}/receipt", headers=forms.council())).status_code == 204
    assert (await forms.client.get(where, headers=forms.council())).status_code == 404
    own = await forms.client.get(f"/contributions/{task_id}/pdf", headers=forms.headers(task_id))
    assert (own.status_code, hashlib.sha256(own.content).hexdigest()) == (200, told["pdf"]["sha256"])


async def test_the_council_fetches_the_pdf_whole_and_in_parts(forms: Forms) -> None:
    task_id = await filled(forms)
    await forms.submit(task_id)
    told = await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
    pdf = told["pdf"]
    assert pdf["document_id"].startswith("pdf_")
    assert pdf["url"] == f"https://portal.example/api/council/v1/documents/{pdf['document_id']}"
    where = f"/documents/{pdf['document_id']}"
    whole = await forms.client.get(where, headers=forms.council())
    assert whole.headers["content-type"] == "application/pdf"
    assert (len(whole.content), hashlib.sha256(whole.content).hexdigest()) == (pdf["size"], pdf["sha256"])
    with pikepdf.open(io.BytesIO(whole.content)) as opened:
        assert str(opened.docinfo["/Title"]) == "EHC Needs Assessment Contributions: Gabriel Example"
    for asked, part in (
        ("bytes=0-99", whole.content[:100]),
        ("bytes=100-", whole.content[100:]),
        ("bytes=-50", whole.content[-50:]),
    ):
        answer = await forms.client.get(where, headers={**forms.council(), "Range": asked})
        assert (answer.status_code, answer.content) == (206, part)
    beyond = await forms.client.get(where, headers={**forms.council(), "Range": f"bytes={pdf['size']}-"})
    assert beyond.status_code == 416
    foreign = await forms.client.get(where, headers=forms.council("oxfordshire"))
    assert foreign.status_code == 404
    own = await forms.client.get(f"/contributions/{task_id}/pdf", headers=forms.headers(task_id))
    assert own.content == whole.content


async def test_a_hundred_submissions_at_once_are_one(forms: Forms) -> None:
    task_id = await filled(forms)
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
            task_id = await filled(forms)
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
            kept = await forms.database["pdfs.files"].find({"metadata.task_id": task_id}).to_list(9)
            assert [file["_id"] for file in kept] == [told["pdf"]["document_id"]]


async def test_the_printers_threads_end_with_the_service(forms: Forms) -> None:
    app = build_app(forms.settings)
    async with running(app):
        printer = app.state.service.submissions._printer
        assert not printer._threads._shutdown
    assert printer._threads._shutdown


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
    task_id = await filled(forms)
    await forms.save(task_id, 0, put("last_name", "Other"))
    answer = await forms.submit(task_id)
    assert [(fault["path"], fault["code"]) for fault in answer.json()["faults"]] == [("last_name", "undecided")]


async def test_a_submitted_form_can_be_read_and_no_longer_changed(forms: Forms) -> None:
    task_id = await filled(forms)
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
    task_id = await filled(forms)
    assert (await forms.submit(task_id, manifest=forms.manifest("another"))).status_code == 403
    assert (await forms.submit(task_id, manifest=forms.manifest(task_id, authority="oxfordshire"))).status_code == 403
    assert (await forms.submit(task_id, manifest="forged")).status_code == 401
    assert (await forms.view(task_id))["state"] == "draft"


async def test_a_draft_can_be_printed_whatever_stands_in_it(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.save(
        task_id, 0, put("last_name", "中\x00\ud7ff\U0010ffff"), put("outcomes/row-1/outcome", "#read(1) $")
    )
    answer = await forms.client.get(f"/contributions/{task_id}/pdf", headers=forms.headers(task_id))
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    again = await forms.client.get(f"/contributions/{task_id}/pdf", headers=forms.headers(task_id))
    assert again.content == answer.content


async def test_a_draft_lists_what_is_attached_and_its_list_submits_nothing(forms: Forms) -> None:
    task_id = await filled(forms)
    file = AttachedFile(file_id="f", name="Report.pdf", media_type="application/pdf", size=2_097_152, sha256="0")

    async def printed(manifest: str) -> Response:
        headers = {**forms.headers(task_id), "Portal-Manifest": manifest}
        return await forms.client.get(f"/contributions/{task_id}/pdf", headers=headers)

    listed = await printed(forms.manifest(task_id, file, audience="forms-draft"))
    without = await printed(forms.manifest(task_id, audience="forms-draft"))
    assert (listed.status_code, without.status_code) == (200, 200)
    assert listed.content != without.content
    assert "draft" in listed.headers["content-disposition"]
    assert (await printed(forms.manifest("another", audience="forms-draft"))).status_code == 403
    assert (await printed(forms.manifest(task_id, file))).status_code == 401
    assert (await forms.submit(task_id, manifest=forms.manifest(task_id, audience="forms-draft"))).status_code == 401


def questionnaire(code: str, version: str, **changed: Any) -> dict[str, Any]:
    question = {"linkId": "only", "type": "string", "text": "Only", "required": True}
    return {
        "resourceType": "Questionnaire",
        "url": f"https://council.example/forms/{code}",
        "version": version,
        "title": "A new form",
        "status": "active",
        "item": [{"linkId": "page", "type": "group", "text": "Page", "item": [question]}],
        **changed,
    }


async def test_a_published_form_is_told_listed_and_never_changes(forms: Forms) -> None:
    code = f"form-{uuid4().hex[:8]}"
    one = questionnaire(code, "1")
    for _ in range(2):
        answer = await forms.client.put(f"/definitions/{code}", json=one, headers=forms.council())
        assert answer.status_code == 200, answer.text
    told = await forms.recorder.expect("forms.definition.published.v1", form=code)
    assert (told["version"], told["due_days"], list(told["prefill_schema"]["properties"])) == ("1", 42, ["only"])
    other = await forms.client.put(
        f"/definitions/{code}", json=questionnaire(code, "1", title="Changed"), headers=forms.council()
    )
    assert (other.status_code, other.json()["code"]) == (409, "version_exists")
    await forms.client.put(f"/definitions/{code}", json=questionnaire(code, "2"), headers=forms.council())
    listed = (await forms.client.get("/definitions", headers=forms.council())).json()
    assert [(form["version"], form["title"]) for form in listed if form["form"] == code] == [("2", "A new form")]


async def test_codes_and_versions_belong_to_their_owner(forms: Forms) -> None:
    code = f"form-{uuid4().hex[:8]}"
    for authority, key in (("oxfordshire", "theirs"), ("bristol", "ours")):
        json = questionnaire(code, "99.0", title=f"Of {authority}")
        json["item"][0]["item"][0]["linkId"] = key
        answer = await forms.client.put(f"/definitions/{code}", json=json, headers=forms.council(authority))
        assert answer.status_code == 200, answer.text
        listed = (await forms.client.get("/definitions", headers=forms.council(authority))).json()
        assert [form["title"] for form in listed if form["form"] == code] == [f"Of {authority}"]
    for authority, key in (("oxfordshire", "theirs"), ("bristol", "ours")):
        await forms.recorder.expect("forms.definition.published.v1", form=code, owner=authority)
        task_id = await forms.opened(
            form=code, form_version="99.0", form_owner=authority, authority=authority, prefill={}
        )
        assert (await forms.save(task_id, 0, put(key, "x"), authority=authority)).status_code == 200


async def test_a_council_lists_its_own_form_of_a_code_else_the_portals(forms: Forms) -> None:
    code = "annual-review-report"
    own = shipped(code) | {"title": "Our own"}
    answer = await forms.client.put(f"/definitions/{code}", json=own, headers=forms.council("oxfordshire"))
    assert answer.status_code == 200, "the same code and version as the portal's, and another text"
    titles = [
        {form["form"]: form["title"] for form in (await forms.client.get("/definitions", headers=headers)).json()}[code]
        for headers in (forms.council("oxfordshire"), forms.council())
    ]
    assert titles == ["Our own", shipped(code)["title"]]


async def test_old_and_new_versions_live_side_by_side(forms: Forms) -> None:
    code = f"form-{uuid4().hex[:8]}"
    await forms.client.put(f"/definitions/{code}", json=questionnaire(code, "1"), headers=forms.council())
    task_id = await forms.opened(form=code, form_version="1", form_owner="bristol", prefill={})
    new = questionnaire(code, "2")
    new["item"][0]["item"][0]["linkId"] = "renamed"
    await forms.client.put(f"/definitions/{code}", json=new, headers=forms.council())
    assert (await forms.save(task_id, 0, put("only", "x"))).status_code == 200
    assert (await forms.save(task_id, 1, put("renamed", "x"))).status_code == 422
    assert (await forms.submit(task_id)).status_code == 200


async def test_a_definition_that_breaks_rules_is_refused_with_every_fault(forms: Forms) -> None:
    broken = questionnaire("broken", "1", status="live")
    broken["item"][0]["item"] *= 2
    answer = await forms.client.put("/definitions/broken", json=broken, headers=forms.council())
    assert answer.status_code == 422
    assert {(fault["path"], fault["code"]) for fault in answer.json()["faults"]} == {
        ("/status", "unknown_status"),
        ("/item/0/item/1/linkId", "duplicate_key"),
    }
    wrong = await forms.client.put("/definitions/other", json=questionnaire("broken", "1"), headers=forms.council())
    assert [fault["code"] for fault in wrong.json()["faults"]] == ["other_code"]
    not_json = await forms.client.put("/definitions/broken", content=b"{", headers=forms.council())
    assert not_json.status_code == 422


async def test_the_shipped_forms_are_told_at_start_and_listed(forms: Forms) -> None:
    listed = {form["form"]: form for form in (await forms.client.get("/definitions", headers=forms.council())).json()}
    assert listed["ehc-needs-assessment-contributions"]["title"] == "EHC Needs Assessment Contributions"
    told = await forms.recorder.expect("forms.definition.published.v1", form="ehc-needs-assessment-contributions")
    assert told["due_days"] == 42


async def test_a_new_version_of_a_shipped_form_comes_from_any_authority(forms: Forms) -> None:
    code = "consultation-response"
    for authority, version in (("bristol", "2"), ("oxfordshire", "3"), ("bristol", "1")):
        answer = await forms.client.put(
            f"/definitions/{code}", json=shipped(code) | {"version": version}, headers=forms.council(authority)
        )
        assert answer.status_code == 200, answer.text
    assert await forms.database.definitions.count_documents({"form": code}) == 4, "that of each owner, and the portal's"


def shipped(code: str) -> dict[str, Any]:
    return dict(json.loads(Path(f"services/forms/definitions/{code}.json").read_text()))


async def test_a_professional_publishes_no_form(forms: Forms) -> None:
    headers = forms.headers("any")
    answer = await forms.client.put("/definitions/x", json=questionnaire("x", "1"), headers=headers)
    assert answer.status_code == 403
