"""The largest that forms takes: what it is read, judged and written for leaves the event loop to everybody else."""

from typing import Any
from uuid import uuid4

import pytest

from chassis import strictjson
from services.forms.model.contribution import Contribution
from services.forms.store.contributions import MAPPER
from services.forms.usecases import definitions, drafts
from tests.component.forms.conftest import Forms, put
from tests.support.measures import Measures
from tests.support.ticks import ticking

LONGEST = "Gabriel " * 2500
"""An answer has 20,000 characters at most, a form 4,000,000, a table 200 rows."""
ROWS = 195


async def test_the_largest_definition_is_read_and_checked_beside_the_loop(
    forms: Forms, measures: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b'{"resourceType":"Questionnaire","item":[' + b",".join([b"[1]"] * 4_000_000) + b"]}"
    assert 0.9 * strictjson.MAX_BYTES < len(body) < strictjson.MAX_BYTES
    headers = {**forms.council(), "Content-Type": "application/json"}
    async with ticking() as ticks:
        ticks.watch(monkeypatch, strictjson, "read")
        ticks.watch(monkeypatch, definitions, "check")
        answer = await forms.client.put(f"/definitions/f-{uuid4().hex[:8]}", content=body, headers=headers)
    measures.report("LOOP", what="a definition", megabytes=round(len(body) / 1e6), **ticks.figures)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_definition")
    assert (ticks.left, ticks.held) == ({"read", "check"}, set())


async def test_the_largest_form_is_opened_judged_saved_and_submitted_beside_the_loop(
    forms: Forms, measures: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await forms.filled()
    await _fill(forms, task_id)
    async with ticking() as ticks:
        ticks.watch(monkeypatch, MAPPER, "aggregate")
        ticks.watch(monkeypatch, MAPPER, "document")
        for name in ("view_of", "judged", "merge"):
            ticks.watch(monkeypatch, drafts, name)
        ticks.watch(monkeypatch, Contribution, "judge")
        view = await forms.view(task_id)
        added = {"op": "add_row", "path": "sen_identified/row-3"}
        assert (await forms.save(task_id, view["revision"], put("last_name", "Sample"), added)).status_code == 200
        assert (await forms.submit(task_id)).status_code == 422
    measures.report("LOOP", what="a form", cells=len(view["answers"]), **ticks.figures)
    assert sum(len(answer["typed"]) for answer in view["answers"].values()) > 3_900_000
    assert (ticks.left, ticks.held) == ({"aggregate", "document", "view_of", "judged", "merge", "judge"}, set())


async def _fill(forms: Forms, task_id: str) -> None:
    """Nearly all that a form holds: long texts in one table, a wrong answer, and many short ones in another."""
    columns = ("outcome", "by_when", "provision", "who", "how_often")
    short = [put(f"outcomes/row-{row}/{column}", "x") for row in range(200) for column in columns]
    long: list[dict[str, Any]] = [put(f"sen_identified/long-{row}/need", LONGEST) for row in range(ROWS)]
    for edits in (short, long, [put("date_assessment_completed", "soon")]):
        answer = await forms.save(task_id, 1, *edits)
        assert answer.status_code == 200, answer.text
