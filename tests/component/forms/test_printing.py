"""Several forms as one PDF: each as its own, in order, with what was left out, for whoever has them all."""

import io

import pikepdf
import pytest
from httpx2 import Response

from services.forms.model import cover
from tests.component.forms.conftest import EMAIL, Forms, assigned
from tests.support.eventually import eventually
from tests.support.service import professional
from tests.unit.forms.test_pdf import assert_conforms

TITLE = "EHC Needs Assessment Contributions: Gabriel Example"


async def printed(forms: Forms, *task_ids: str, left: tuple[str, ...] = (), email: str = EMAIL) -> Response:
    """By the grants that tasks gives for these."""
    papers = [
        {
            "grant": forms.headers(task_id)["Portal-Grant"],
            "manifest": forms.manifest(task_id, audience="forms-draft"),
        }
        for task_id in task_ids
    ]
    body = {"papers": papers, "left": left}
    return await forms.client.post("/papers", json=body, headers=professional(forms.keys.gateway, "forms", email))


def bookmarks(document: pikepdf.Pdf) -> list[str]:
    with document.open_outline() as outline:
        return [str(each.title) for each in outline.root]


def pages(document: bytes) -> list[bytes]:
    """What is drawn on each."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        return [page.Contents.read_bytes() for page in opened.pages]


async def test_a_draft_and_a_submitted_form_are_one_document_that_conforms(forms: Forms) -> None:
    draft, submitted = await forms.opened(), await forms.filled()
    await forms.submit(submitted)
    answer = await printed(forms, submitted, draft)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    assert '"2 forms 20' in answer.headers["content-disposition"]
    whole = assert_conforms(answer.content)
    assert bookmarks(whole) == ["Forms in this document", f"1. {TITLE}", f"2. {TITLE}"]
    own = []
    for task_id in (submitted, draft):
        manifest = {"Portal-Manifest": forms.manifest(task_id, audience="forms-draft")}
        headers = forms.headers(task_id) | manifest
        own += pages((await forms.client.get(f"/contributions/{task_id}/pdf", headers=headers)).content)
    assert pages(answer.content)[1:] == own


async def test_what_cannot_be_had_is_left_out_and_the_others_are_printed(forms: Forms) -> None:
    mine, gone = await forms.opened(), await forms.opened()
    await forms.tell(assigned(gone, 2))
    await eventually(lambda: forms.database.contributions.find_one({"_id": gone, "access_version": 2}))
    answer = await printed(forms, gone, mine, "unheard", left=("Somebody else has picked up this form.",))
    whole = assert_conforms(answer.content)
    assert bookmarks(whole) == ["Forms in this document", "Forms that were left out", f"1. {TITLE}"]
    assert '"1 form 20' in answer.headers["content-disposition"]
    none = await printed(forms, gone)
    assert (none.status_code, none.json()["code"]) == (403, "grant_outdated")


async def test_each_grant_is_looked_at_and_so_is_who_asks(forms: Forms) -> None:
    task_id = await forms.opened()
    stranger = await printed(forms, task_id, email="stranger@school.example")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "wrong_grant")
    headers = professional(forms.keys.gateway, "forms", EMAIL)
    forged = {"papers": [{"grant": "forged"}]}
    assert (await forms.client.post("/papers", json=forged, headers=headers)).status_code == 401
    for papers in ([], [{"grant": "x"}] * 26):
        refused = await forms.client.post("/papers", json={"papers": papers}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_body")
    assert (await forms.client.post("/papers", json=forged)).status_code == 401


async def test_what_would_make_the_document_too_large_is_left_out(
    forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await forms.opened(), await forms.opened()
    monkeypatch.setattr(cover, "MOST_BYTES", 60_000)
    whole = assert_conforms((await printed(forms, first, second)).content)
    assert bookmarks(whole) == ["Forms in this document", "Forms that were left out", f"1. {TITLE}"]
