"""What whoever submitted a form adds to it: open for its grant alone, beside what stands, until it is submitted."""

import hashlib
from typing import Any

from httpx2 import Response

from chassis import clock
from contracts.files import AttachedFile
from contracts.tasks import AddendumDiscarded, AddendumStarted
from tests.component.forms.conftest import Forms, put, returned, typed
from tests.component.forms.test_rounds import TOLD, fetched, submitted
from tests.component.forms.test_submissions import FILE
from tests.support.eventually import eventually

REASON = "The advice of our SENCO came later."
ADVICE = AttachedFile(file_id="file_advice", name="Advice.pdf", media_type="application/pdf", size=9, sha256="1" * 64)


def about(task_id: str, told: dict[str, Any], version: int, name: str = "a-1") -> dict[str, Any]:
    return {
        "task_id": task_id,
        "authority": "bristol",
        "delegation_id": f"of-{task_id}",
        "task_version": version,
        "access_version": version,
        "addendum_id": name,
        "contribution_id": told["contribution_id"],
    }


def begun(task_id: str, told: dict[str, Any], version: int = 2, name: str = "a-1") -> AddendumStarted:
    return AddendumStarted(**about(task_id, told, version, name), reason=REASON, started_at=clock.now())


def discarded(task_id: str, told: dict[str, Any], version: int = 3) -> AddendumDiscarded:
    return AddendumDiscarded(**about(task_id, told, version), discarded_at=clock.now())


def by(told: dict[str, Any], version: int = 2, name: str = "a-1") -> dict[str, Any]:
    """Whoever adds to what was submitted."""
    return {"version": version, "addendum": {"addendum_id": name, "contribution_id": told["contribution_id"]}}


async def opened(forms: Forms, task_id: str, told: dict[str, Any], **how: Any) -> None:
    await forms.tell(begun(task_id, told, **how), times=2)
    await eventually(lambda: is_at(forms, task_id, how.get("version", 2)))


async def is_at(forms: Forms, task_id: str, version: int) -> bool:
    return (await forms.kept(task_id)).access_version == version


async def pdf(forms: Forms, task_id: str, who: dict[str, Any], *, draft: bool) -> Response:
    path = f"/contributions/{task_id}/pdf" + ("?draft=1" if draft else "")
    answer = await forms.client.get(path, headers=forms.headers(task_id, **who))
    assert answer.status_code == 200, answer.text
    return answer


def hash_of(answer: Response) -> str:
    return hashlib.sha256(answer.content).hexdigest()


async def test_an_addendum_is_another_round_and_says_why_and_what_changed(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await opened(forms, task_id, first)
    view = await forms.view(task_id, **by(first))
    assert (view["state"], view["contribution_id"], view["council_questions"]) == (
        "draft",
        first["contribution_id"],
        None,
    )
    assert typed(view, "last_name") == "Example"
    assert view["submitted_documents"] == [FILE.name]
    saved = await forms.save(task_id, view["revision"], put("last_name", "Corrected"), **by(first))
    assert saved.status_code == 200, saved.text
    assert await fetched(forms, first) == 200
    assert (await forms.kept(task_id)).submission is not None, "what was submitted stands"
    for _ in range(2):
        assert (await forms.submit(task_id, ADVICE, **by(first))).status_code == 200
    second = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}", round=2)
    assert (first["reason"], first["changed"]) == (None, None)
    assert (second["reason"], second["answers"]["last_name"]) == (REASON, "Corrected")
    assert second["changed"] == {
        "answers": ["last_name"],
        "documents_added": [ADVICE.name],
        "documents_removed": [FILE.name],
    }
    assert second["contribution_id"] != first["contribution_id"]
    heard = [one.body for one in forms.recorder.of("forms.contribution.submitted.v1", task_id=task_id)]
    assert [one["replaces"] for one in heard] == [None, first["contribution_id"]]
    assert [await fetched(forms, told) for told in (first, second)] == [200, 200]
    late = await forms.save(task_id, 99, put("last_name", "Later"), **by(first))
    assert (late.status_code, late.json()["code"]) == (409, "submitted")


async def test_its_author_gets_what_stands_or_the_draft_until_it_is_submitted(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await opened(forms, task_id, first)
    await forms.save(task_id, 99, put("last_name", "Corrected"), **by(first))
    as_submitted, draft = [await pdf(forms, task_id, by(first), draft=draft) for draft in (False, True)]
    assert hash_of(as_submitted) == first["pdf"]["sha256"]
    assert "draft" in draft.headers["content-disposition"]
    assert (await forms.submit(task_id, FILE, **by(first))).status_code == 200
    second = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}", round=2)
    assert second["pdf"]["sha256"] != first["pdf"]["sha256"]
    for is_draft in (False, True):
        assert hash_of(await pdf(forms, task_id, by(first), draft=is_draft)) == second["pdf"]["sha256"]


async def test_a_grant_that_is_newer_than_what_was_heard_waits_and_one_of_before_opens_nothing(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    early = await forms.save(task_id, 99, put("last_name", "Early"), **by(first))
    assert (early.status_code, early.json()["code"]) == (503, "not_ready")
    assert (await forms.save(task_id, 99, put("last_name", "Late"))).json()["code"] == "submitted"
    await opened(forms, task_id, first)
    late = await forms.save(task_id, 99, put("last_name", "Late"))
    assert (late.status_code, late.json()["code"]) == (403, "grant_outdated")


async def test_what_is_discarded_leaves_nothing_and_another_can_be_begun(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await opened(forms, task_id, first)
    await forms.save(task_id, 99, put("last_name", "Discarded"), **by(first))
    await forms.tell(discarded(task_id, first), begun(task_id, first), times=2)
    await eventually(lambda: is_at(forms, task_id, 3))
    view = await forms.view(task_id, version=3)
    assert (view["state"], typed(view, "last_name")) == ("submitted", "Example")
    refused = await forms.submit(task_id, FILE, **by(first))
    assert (refused.status_code, refused.json()["code"]) == (403, "grant_outdated")
    await opened(forms, task_id, first, version=4, name="a-2")
    assert typed(await forms.view(task_id, **by(first, 4, "a-2")), "last_name") == "Example"
    assert len(forms.recorder.of(TOLD, delegation_id=f"of-{task_id}")) == 1


async def test_what_changes_nothing_is_not_sent(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await opened(forms, task_id, first)
    refused = await forms.submit(task_id, FILE, **by(first))
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_changed")
    assert (await forms.submit(task_id, **by(first))).status_code == 200, "a document that is removed is a change"


async def test_what_is_typed_in_two_tabs_is_merged(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await opened(forms, task_id, first)
    seen = (await forms.view(task_id, **by(first)))["revision"]
    for key in ("last_name", "preferred_name"):
        assert (await forms.save(task_id, seen, put(key, f"New {key}"), **by(first))).status_code == 200
    view = await forms.view(task_id, **by(first))
    assert [typed(view, key) for key in ("last_name", "preferred_name")] == ["New last_name", "New preferred_name"]


async def test_a_return_in_between_keeps_what_was_typed_and_what_is_submitted_then_is_its_answer(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await opened(forms, task_id, first)
    await forms.save(task_id, 99, put("last_name", "Corrected"), **by(first))
    for early in (
        await forms.submit(task_id, FILE, version=3),
        await forms.save(task_id, 99, put("last_name", "Early"), version=3),
    ):
        assert (early.status_code, early.json()["code"]) == (503, "not_ready"), (
            "it knows of the return, and forms not yet"
        )
    back = returned(task_id, 3, first["contribution_id"])
    await forms.tell(back.model_copy(update={"addendum_id": "a-1"}))
    await eventually(lambda: is_at(forms, task_id, 3))
    view = await forms.view(task_id, version=3)
    assert (view["state"], typed(view, "last_name")) == ("draft", "Corrected")
    assert (await forms.submit(task_id, FILE, **by(first))).json()["code"] == "grant_outdated"
    assert (await forms.submit(task_id, FILE, version=3)).status_code == 200
    second = await forms.recorder.expect(TOLD, delegation_id=f"of-{task_id}", round=2)
    by_author, by_council = ["last_name"], ["here_and_now"]
    assert (second["reason"], second["changed"]["answers"]) == (None, by_author + by_council)


async def test_a_return_that_comes_after_the_addendum_was_submitted_changes_nothing(forms: Forms) -> None:
    task_id, first = await submitted(forms)
    await opened(forms, task_id, first)
    await forms.save(task_id, 99, put("last_name", "Corrected"), **by(first))
    assert (await forms.submit(task_id, FILE, **by(first))).status_code == 200
    await forms.tell(returned(task_id, 3, first["contribution_id"]))
    await eventually(lambda: is_at(forms, task_id, 3))
    assert (await forms.view(task_id, version=3))["state"] == "submitted"
