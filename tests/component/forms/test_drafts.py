"""Forms are prepared by what tasks tells, and filled by edits, for real."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from chassis.telemetry import DATABASE_COMMANDS
from tests.component.forms.conftest import EMAIL, Forms, amended, assigned, opened, put, retracted, typed
from tests.support.eventually import eventually

STARTED = "forms.contribution.started.v1"


async def test_an_open_task_has_one_contribution_with_its_prefill(forms: Forms) -> None:
    event = opened()
    await forms.tell(event, times=3)
    await eventually(lambda: forms.database.contributions.find_one({"_id": event.task_id}))
    view = await forms.view(event.task_id)
    assert (view["state"], view["revision"], view["form_version"]) == ("draft", 0, "1")
    assert typed(view, "first_name") == "Gabriel"
    assert typed(view, "here_and_now") == "Hi I'm Gabriel and I like trains."
    assert [page["title"] for page in view["pages"]] == [
        "Other Professional/Service",
        "Professional Contribution to EHCNA",
        "Attach supporting documents",
    ]
    shown = {each["key"]: each for page in view["pages"] for each in page["questions"]}
    assert shown["sen_identified"]["type"] == "table"
    assert shown["sen_identified"]["full_width"]
    assert [column["type"] for column in shown["sen_identified"]["columns"]] == ["picklist", "text", "text"]
    assert shown["views_shared"]["type"] == "radio"
    key_information = {each["key"]: each for each in shown["key_information"]["questions"]}
    assert key_information["here_and_now"]["type"] == "read_only"
    assert key_information["preferred_pronoun"]["hint"] == "e.g. They/She/He"
    assert key_information["first_name"]["prefilled"]


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_any_order_of_what_tasks_tells_ends_the_same(forms: Forms, order: tuple[int, ...]) -> None:
    first = opened()
    task_id = first.task_id
    events = [
        first,
        amended(task_id, 2, here_and_now="newer"),
        amended(task_id, 3, here_and_now="newest"),
        assigned(task_id, 4),
    ]

    async def is_whole() -> bool:
        document = await forms.database.contributions.find_one({"_id": task_id})
        return document is not None and document["opened"] is not None and document.get("access_version") == 4

    for index in order:
        await forms.tell(events[index], times=2)
    await eventually(is_whole)
    await eventually(lambda: is_newest(forms, task_id))
    view = await forms.view(task_id, version=4)
    assert typed(view, "here_and_now") == "newest"
    assert typed(view, "first_name") == "Gabriel"


async def is_newest(forms: Forms, task_id: str) -> bool:
    amended = (await forms.kept(task_id)).amended
    return amended is not None and amended.comments == "Version 3"


async def test_a_save_is_one_write_and_survives_a_repeat(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.view(task_id)
    for _ in range(2):
        answer = await forms.save(
            task_id, 0, put("preferred_name", "$Gabe"), put("date_assessment_completed", "5/9"), batch="page-one:1"
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["revision"] == 1
        assert answer.json()["saved_at"]
    view = await forms.view(task_id)
    assert typed(view, "preferred_name") == "$Gabe"
    assert typed(view, "date_assessment_completed") == "5/9"
    assert view["revision"] == 1


async def is_told(forms: Forms, task_id: str) -> bool:
    """Nothing of it stands in the outbox: what clears that would be counted too."""
    waiting = {"_id": task_id, "outbox.at": {"$exists": True}}
    return await forms.database.contributions.find_one(waiting) is None


async def test_a_save_of_what_nobody_else_touched_is_one_round_trip(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.view(task_id)
    await forms.save(task_id, 0, put("preferred_name", "Gab"))
    await eventually(lambda: is_told(forms, task_id))
    before = commands()
    await forms.save(task_id, 1, put("preferred_name", "Gabe"), put("last_name", "Example"))
    assert commands() - before == {"findAndModify": 1}


async def test_the_first_answer_is_told_once_however_many_saves_follow(forms: Forms) -> None:
    task_id = await forms.opened()
    empty_row = {"op": "add_row", "path": "outcomes/row-1"}
    await forms.save(task_id, 0, empty_row)
    assert await started_at(forms, task_id) is None, "neither the council's words nor an empty row are an answer"
    first = put("preferred_name", "Gabe")
    for number, edit in enumerate((first, first, put("last_name", "Example"), put("preferred_name", "Gab")), 1):
        answer = await forms.save(task_id, number, edit, batch=f"page-one:{max(number, 2)}")
        assert answer.status_code == 200, answer.text
    told = await forms.recorder.expect(STARTED, task_id=task_id)
    assert (told["authority"], told["delegation_id"]) == ("bristol", f"of-{task_id}")
    await forms.save(task_id, 4, {"op": "add_row", "path": "outcomes/row-2"}, put("last_name", "Other"))
    await has_told_one_start(forms, task_id)


async def test_two_first_answers_at_once_start_a_form_once(forms: Forms) -> None:
    task_id = await forms.opened()
    edits = [put("last_name", "Example"), put("preferred_name", "Gabe"), put("preferred_pronoun", "He")]
    answers = await asyncio.gather(*(forms.save(task_id, 0, edit) for edit in edits))
    assert [answer.status_code for answer in answers] == [200] * 3
    await forms.recorder.expect(STARTED, task_id=task_id)
    await has_told_one_start(forms, task_id)


async def has_told_one_start(forms: Forms, task_id: str) -> None:
    """A second one would have the same message id, but another time."""
    await eventually(lambda: forms.database.contributions.find_one({"_id": task_id, "outbox": []}))
    times = {
        one.body["started_at"]
        for one in forms.recorder.heard
        if (one.type, one.body.get("task_id")) == (STARTED, task_id)
    }
    assert [datetime.fromisoformat(at) for at in times] == [await started_at(forms, task_id)]


async def started_at(forms: Forms, task_id: str) -> Any:
    document: Any = await forms.database.contributions.find_one({"_id": task_id})
    return document["started_at"].replace(tzinfo=UTC) if document["started_at"] else None


def commands() -> Counter[str]:
    """Database commands of this process so far, those of the relay aside."""
    samples = [sample for metric in DATABASE_COMMANDS.collect() for sample in metric.samples]
    named = {sample.labels["command"]: int(sample.value) for sample in samples if sample.name.endswith("_total")}
    return Counter({name: count for name, count in named.items() if name != "find"})


async def test_two_writers_of_different_fields_merge(forms: Forms) -> None:
    task_id = await forms.opened()
    first = await forms.save(task_id, 0, put("last_name", "Example"), batch="first-tab:1")
    second = await forms.save(task_id, 0, put("preferred_pronoun", "He"), batch="other-tab:1")
    assert first.json()["revision"] == 1
    assert second.json()["revision"] == 0, "what was saved in between has not been seen"
    again = await forms.save(task_id, 0, put("preferred_pronoun", "He/They"), batch="other-tab:2")
    assert again.json()["conflicts"] == []
    view = await forms.view(task_id)
    assert (typed(view, "last_name"), typed(view, "preferred_pronoun")) == ("Example", "He/They")


async def test_two_writers_of_one_field_are_both_kept_until_somebody_chooses(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.save(task_id, 0, put("last_name", "One"), batch="first-tab:1")
    second = await forms.save(task_id, 0, put("last_name", "Two"), email="ben@school.example", name="Ben Colleague")
    conflict = second.json()["conflicts"][0]
    assert conflict["path"] == "last_name"
    assert (conflict["stands"]["answer"]["typed"], conflict["stands"]["by"]) == ("Two", "Ben Colleague")
    assert [(other["answer"]["typed"], other["by"]) for other in conflict["others"]] == [("One", "Sandra Professional")]
    view = await forms.view(task_id)
    assert view["conflicts"] == second.json()["conflicts"]
    choice = {"op": "resolve", "path": "last_name", "value": "One"}
    assert (await forms.save(task_id, view["revision"], choice)).json()["conflicts"] == []
    assert typed(await forms.view(task_id), "last_name") == "One"


async def test_rows_are_added_filled_and_removed(forms: Forms) -> None:
    task_id = await forms.opened()
    added = [{"op": "add_row", "path": f"sen_identified/row-{number}"} for number in range(3)]
    await forms.save(task_id, 0, *added, put("sen_identified/row-1/need", "Speech"))
    await forms.save(task_id, 1, put("sen_identified/row-2/need", "Memory"))
    await forms.save(task_id, 2, {"op": "remove_row", "path": "sen_identified/row-0"})
    view = await forms.view(task_id)
    assert [(row["row_id"], row["owner"]) for row in view["rows"]["sen_identified"]] == [
        ("row-1", "Sandra Professional"),
        ("row-2", "Sandra Professional"),
    ]
    needs = {path: answer["typed"] for path, answer in view["answers"].items() if path.startswith("sen_identified/")}
    assert needs == {"sen_identified/row-1/need": "Speech", "sen_identified/row-2/need": "Memory"}


async def test_a_hundred_saves_at_once_lose_nothing(forms: Forms) -> None:
    task_id = await forms.opened()
    cells = [put(f"outcomes/row-{number}/outcome", f"text {number}") for number in range(20)]
    rivals = [put("last_name", f"name {number}") for number in range(10)]
    answers = await asyncio.gather(*(forms.save(task_id, 0, edit) for edit in [*cells, *rivals]))
    for edit, answer in zip([*cells, *rivals], answers, strict=True):
        while answer.status_code == 503:
            answer = await forms.save(task_id, 0, edit)  # noqa: PLW2901 - as a browser does
        assert answer.status_code == 200, answer.text
    view = await forms.view(task_id)
    kept = {answer["typed"] for path, answer in view["answers"].items() if path.startswith("outcomes/")}
    assert kept == {f"text {number}" for number in range(20)}
    conflict = view["conflicts"][0]
    names = {conflict["stands"]["answer"]["typed"], *(other["answer"]["typed"] for other in conflict["others"])}
    assert names == {f"name {number}" for number in range(10)}


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (put("here_and_now", "mine"), "read_only"),
        (put("nothing", "x"), "unknown_field"),
        (put("last_name", {"$gt": ""}), "wrong_type"),
        (put("last_name", "x" * 20_001), "too_long"),
    ],
)
async def test_an_edit_that_cannot_be_is_refused_whole(forms: Forms, edit: dict[str, Any], code: str) -> None:
    task_id = await forms.opened()
    answer = await forms.save(task_id, 0, put("first_name", "changed"), edit)
    assert answer.status_code == 422
    assert [(fault["path"], fault["code"]) for fault in answer.json()["faults"]] == [(edit["path"], code)]
    assert typed(await forms.view(task_id), "first_name") == "Gabriel"


async def test_a_grant_older_than_what_was_heard_is_refused(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.tell(assigned(task_id, 2))
    await eventually(lambda: forms.database.contributions.find_one({"_id": task_id, "access_version": 2}))
    for answer in (
        await forms.client.get(f"/contributions/{task_id}", headers=forms.headers(task_id)),
        await forms.save(task_id, 0, put("last_name", "late")),
        await forms.submit(task_id),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "grant_outdated")
    assert (await forms.save(task_id, 0, put("last_name", "in time"), version=2)).status_code == 200


async def test_somebody_elses_grant_or_a_missing_right_is_refused(forms: Forms) -> None:
    task_id = await forms.opened()
    others = {**forms.headers(task_id), "Authorization": forms.headers(task_id, email="x@y.example")["Authorization"]}
    assert (await forms.client.get(f"/contributions/{task_id}", headers=others)).status_code == 403
    assert (await forms.save(task_id, 0, put("last_name", "x"), rights=["read"])).status_code == 403
    foreign = await forms.client.get(
        f"/contributions/{task_id}", headers=forms.headers(task_id, authority="oxfordshire")
    )
    assert foreign.status_code == 503, "as if it were not there yet"


async def test_a_form_whose_task_is_not_heard_of_yet_says_so(forms: Forms) -> None:
    answer = await forms.client.get("/contributions/unheard", headers=forms.headers("unheard"))
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert (await forms.save("unheard", 0, put("last_name", "x"))).status_code == 503


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_withdrawn_form_takes_nothing_more(forms: Forms, is_first: bool) -> None:
    event = opened()
    events = [event, retracted(event.task_id, 2)]
    await forms.tell(*(reversed(events) if is_first else events))
    whole = {"_id": event.task_id, "opened": {"$ne": None}, "retracted_at": {"$ne": None}}
    await eventually(lambda: forms.database.contributions.find_one(whole))
    reading: dict[str, Any] = {"version": 2, "rights": ["read"]}
    assert (await forms.view(event.task_id, **reading))["state"] == "retracted"
    where = f"/contributions/{event.task_id}/pdf"
    assert (await forms.client.get(where, headers=forms.headers(event.task_id, **reading))).content.startswith(b"%PDF")
    for answer in (
        await forms.save(event.task_id, 0, put("last_name", "x"), version=2),
        await forms.submit(event.task_id, version=2),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "retracted")


async def test_a_form_without_a_date_is_filled_in_and_printed(forms: Forms) -> None:
    task_id = await forms.opened(due_on=None)
    assert (await forms.save(task_id, 0, put("last_name", "x"))).status_code == 200
    printed = await forms.client.get(f"/contributions/{task_id}/pdf", headers=forms.headers(task_id))
    assert printed.content.startswith(b"%PDF")


async def test_answers_name_their_writer_by_no_email(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.save(task_id, 0, put("last_name", "x"))
    assert EMAIL not in str((await forms.kept(task_id)).draft)


async def test_the_childs_name_and_date_of_birth_stand_where_the_form_asks_for_them(forms: Forms) -> None:
    task_id = await forms.opened(form="ehcna-information-gathering-ot", form_version="2", prefill={})
    view = await forms.view(task_id)
    assert (typed(view, "full_name"), typed(view, "date_of_birth")) == ("Gabriel Example", "26/4/2008")
