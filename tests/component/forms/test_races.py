"""What happens between a read and the write that follows from it: every interleaving ends right."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chassis.database import OutboxCollection
from chassis.documents import Document
from chassis.errors import Conflict, Forbidden
from contracts.api.forms import Edit, EditsBody
from services.forms.store import ContributionStore, Stores
from services.forms.usecases.drafts import Drafts
from services.forms.usecases.submissions import Submissions
from tests.component.forms.conftest import Forms, amended, assigned, put, retracted, typed

Change = Callable[[], Awaitable[object]]
COMPLETE = (put("date_assessment_completed", "20/8/2021"), put("views_shared", "Yes"))


class Barrier(OutboxCollection):
    """Something else happens after the first read of a whole contribution and before what follows from it."""

    def __init__(self, documents: OutboxCollection, between: Change) -> None:
        super().__init__(documents.raw, documents._relay)
        self._between: list[Change] = [between]

    async def get(self, query: Mapping[str, Any], projection: Mapping[str, Any] | None = None) -> Document | None:
        found = await super().get(query, projection)
        while self._between and projection == {"outbox": 0}:
            await self._between.pop()()
        return found


def stores(forms: Forms, between: Change) -> Stores:
    known = forms.service.submissions._stores
    barrier = Barrier(known.contributions._documents, between)
    return replace(known, contributions=ContributionStore(barrier, known.documents._keys))


async def save(forms: Forms, task_id: str, between: Change, version: int = 1) -> None:
    """A save that must merge, since it adds a row."""
    edits = [Edit(op="add_row", path="outcomes/row-1"), Edit(op="set", path="last_name", value="Mine")]
    body = EditsBody(revision=0, batch_id=uuid4().hex, edits=edits)
    await Drafts(stores(forms, between)).save(forms.grant(task_id, version=version), body)


async def submit(forms: Forms, task_id: str, between: Change) -> None:
    known = forms.service.submissions
    racing = Submissions(
        stores(forms, between), known._authorities, known._printer, known._manifests, "https://portal.example/"
    )
    await racing.submit(forms.grant(task_id), forms.manifest(task_id))


async def test_a_save_between_the_read_and_the_write_of_another_is_kept_beside_it(forms: Forms) -> None:
    task_id = await forms.opened()
    await save(forms, task_id, lambda: forms.save(task_id, 0, put("preferred_name", "Gabe"), put("last_name", "Other")))
    view = await forms.view(task_id)
    assert (typed(view, "preferred_name"), typed(view, "last_name")) == ("Gabe", "Mine")
    assert [other["answer"]["typed"] for other in view["conflicts"][0]["others"]] == ["Other"]


async def test_an_amendment_between_the_read_and_the_write_of_a_save_takes_nothing_away(forms: Forms) -> None:
    task_id = await forms.opened()
    amendment = amended(task_id, 2, here_and_now="newer")
    await save(forms, task_id, lambda: forms.service.delegated.amend(amendment))
    view = await forms.view(task_id, version=2)
    assert (typed(view, "last_name"), typed(view, "here_and_now")) == ("Mine", "newer")


async def test_a_save_that_was_granted_after_an_amendment_is_taken_before_forms_hears_of_it(forms: Forms) -> None:
    task_id = await forms.opened()
    amendment = amended(task_id, 2, here_and_now="newer")
    await save(forms, task_id, lambda: forms.service.delegated.amend(amendment), version=2)
    view = await forms.view(task_id, version=2)
    assert (typed(view, "last_name"), typed(view, "here_and_now")) == ("Mine", "newer")


@pytest.mark.parametrize("between", ["amended", "handed over"])
async def test_a_submission_never_leaves_with_what_was_true_before(forms: Forms, between: str) -> None:
    task_id = await forms.opened()
    await forms.save(task_id, 0, *COMPLETE)
    delegated = forms.service.delegated
    changes: dict[str, Change] = {
        "amended": lambda: delegated.amend(amended(task_id, 2, here_and_now="newer")),
        "handed over": lambda: delegated.hand_over(assigned(task_id, 2)),
    }
    with pytest.raises(Forbidden, match="grant_outdated"):
        await submit(forms, task_id, changes[between])
    assert (await forms.view(task_id, version=2))["state"] == "draft"


async def test_a_submission_holds_what_was_saved_until_it_was_written(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.save(task_id, 0, *COMPLETE)
    await submit(forms, task_id, lambda: forms.save(task_id, 1, put("last_name", "Just in time")))
    told = await forms.recorder.expect("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
    assert told["answers"]["last_name"] == "Just in time"


async def test_a_withdrawal_between_the_read_and_the_write_of_a_submission_wins(forms: Forms) -> None:
    task_id = await forms.opened()
    await forms.save(task_id, 0, *COMPLETE)
    withdrawn = retracted(task_id, 1)
    with pytest.raises(Conflict, match="retracted"):
        await submit(forms, task_id, lambda: forms.service.delegated.retract(withdrawn))
    assert not forms.recorder.of("portal.contribution.submitted.v1", delegation_id=f"of-{task_id}")
