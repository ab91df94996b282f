"""Parts that the council does not ask for any more: what was typed there stays, and is not sent; in any order."""

import pytest

from chassis.errors import Forbidden
from tests.component.forms.conftest import Forms, amended, assigned, decided, opened, put, returned, typed
from tests.component.forms.test_races import COMPLETE, save, submit
from tests.support.eventually import eventually, stays

TOLD = "portal.contribution.submitted.v1"
PART = "professional_contribution"


async def without(forms: Forms, task_id: str, version: int = 2, *, times: int = 1) -> None:
    """The council has accepted that the second page is declined, and forms has heard of it."""
    await forms.tell(decided(task_id, version, PART), times=times)

    async def is_left_out() -> bool:
        return PART in (await forms.kept(task_id)).left_out

    await eventually(is_left_out)


async def test_what_is_left_out_is_not_required_and_what_was_typed_there_stays_and_is_not_sent(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.save(task_id, 0, put("last_name", "Example"), put("date_assessment_completed", "soon"))
    whole = await forms.view(task_id)
    assert (whole["left_out"], whole["declinable"]) == ([], ["other_professional_service", PART])
    assert [fault["path"] for fault in whole["faults"]] == ["date_assessment_completed", "views_shared"]
    await without(forms, task_id, times=2)
    part = await forms.view(task_id, version=2)
    assert (part["left_out"], part["declinable"], part["faults"]) == ([PART], ["other_professional_service"], [])
    assert {PART, "date_assessment_completed", "sen_identified"} <= set(part["hidden"])
    assert typed(part, "date_assessment_completed") == "soon"
    assert (await forms.submit(task_id, version=2, access_version=1)).status_code == 200
    told = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}")
    assert told["answers"].keys() == {"first_name", "last_name"}
    assert told["left_out"] == [
        {
            "key": PART,
            "title": "Professional Contribution to EHCNA",
            "ask_id": "ask-2",
            "reason_code": "not_the_right_person",
        }
    ]


async def test_a_refusal_leaves_the_form_whole(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.tell(decided(task_id, 2, PART, decision="refused"))

    async def has_heard() -> bool:
        return (await forms.kept(task_id)).amended is not None

    await eventually(has_heard)
    assert (await forms.view(task_id, version=2))["left_out"] == []


async def test_a_page_that_lay_open_saves_into_the_draft_and_hears_what_is_left_out(forms: Forms) -> None:
    task_id = await forms.filled()
    await without(forms, task_id)
    saved = (await forms.save(task_id, 1, put("date_submitted_to_send", "5/9/2021"))).json()
    assert saved["left_out"] == [PART]
    assert typed(await forms.view(task_id), "date_submitted_to_send") == "5/9/2021"


async def test_a_save_that_was_under_way_is_kept_and_a_submission_is_looked_at_again(forms: Forms) -> None:
    task_id = await forms.opened()
    accepted = decided(task_id, 2, PART)
    await save(forms, task_id, lambda: forms.service.delegated.answer(accepted))
    view = await forms.view(task_id)
    assert (typed(view, "last_name"), view["left_out"]) == ("Mine", [PART])

    other = await forms.opened()
    await forms.save(other, 0, *COMPLETE)
    with pytest.raises(Forbidden, match="grant_outdated"):
        await submit(forms, other, lambda: forms.service.delegated.answer(decided(other, 2, PART)))
    assert not forms.recorder.of(TOLD, delegation_id=f"of-{other}")


async def test_of_what_is_submitted_nothing_is_left_out_any_more(forms: Forms) -> None:
    task_id = await forms.filled()
    await forms.submit(task_id)
    await forms.tell(decided(task_id, 2, PART))
    assert await stays(lambda: not forms.recorder.of(TOLD, delegation_id=f"of-{task_id}", round=2))
    assert (await forms.view(task_id))["left_out"] == []


@pytest.mark.parametrize(
    ("asks_about", "left_out"), [("views_shared", []), ("sen_identified", []), ("last_name", [PART])]
)
async def test_what_the_council_asks_about_is_asked_for_again(
    forms: Forms, asks_about: str, left_out: list[str]
) -> None:
    task_id = await forms.filled()
    await without(forms, task_id)
    await forms.submit(task_id, version=2, access_version=1)
    first = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}")
    event = returned(task_id, 4, first["contribution_id"], asks_about)
    await forms.tell(event, times=2)

    async def is_open() -> bool:
        return (await forms.kept(task_id)).state == "draft"

    await eventually(is_open)
    # What was decided before comes again, late.
    await forms.tell(decided(task_id, 2, PART))
    view = await forms.view(task_id, version=4)
    assert view["left_out"] == left_out
    assert typed(view, "views_shared") == "Yes", "nothing of it was lost"
    assert (await forms.submit(task_id, version=4)).status_code == 200
    second = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}", round=2)
    assert ("views_shared" in second["answers"]) is (not left_out)
    assert [each["key"] for each in second["left_out"]] == left_out


async def test_a_new_holder_and_an_amendment_change_nothing_of_it(forms: Forms) -> None:
    task_id = await forms.opened()
    await without(forms, task_id)
    await forms.tell(assigned(task_id, 3), amended(task_id, 4, here_and_now="newer"))

    async def shows() -> bool:
        view = await forms.view(task_id, version=4)
        return typed(view, "here_and_now") == "newer" and bool(view["left_out"] == [PART])

    await eventually(shows)


async def test_a_decision_that_is_heard_before_the_task_counts(forms: Forms) -> None:
    """Nothing is told in order."""
    event = opened()
    await forms.tell(decided(event.task_id, 2, PART))
    await eventually(lambda: forms.database.contributions.find_one({"_id": event.task_id}))
    await forms.tell(event)

    async def is_there() -> bool:
        return (await forms.kept(event.task_id)).opened is not None

    await eventually(is_there)
    assert (await forms.view(event.task_id, version=2))["left_out"] == [PART]
