"""Form definitions at forms' door: published once a version by their owner, told, listed; old and new side by side."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.component.forms.conftest import Forms, put


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


def shipped(code: str) -> dict[str, Any]:
    return dict(json.loads(Path(f"services/forms/definitions/{code}.json").read_text()))


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


async def test_a_form_that_has_no_period_says_so_and_is_told_and_listed_without_one(forms: Forms) -> None:
    code = f"form-{uuid4().hex[:8]}"
    none = {"url": "https://portal.example/fhir/StructureDefinition/due-days", "valueCode": "none"}
    json = questionnaire(code, "1", extension=[none])
    answer = await forms.client.put(f"/definitions/{code}", json=json, headers=forms.council())
    assert (answer.status_code, answer.json()["due_days"]) == (200, None)
    assert "due_days" not in await forms.recorder.expect("forms.definition.published.v1", form=code)
    listed = (await forms.client.get("/definitions", headers=forms.council())).json()
    assert [form["due_days"] for form in listed if form["form"] == code] == [None]


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


async def test_a_professional_publishes_no_form(forms: Forms) -> None:
    headers = forms.headers("any")
    answer = await forms.client.put("/definitions/x", json=questionnaire("x", "1"), headers=headers)
    assert answer.status_code == 403
