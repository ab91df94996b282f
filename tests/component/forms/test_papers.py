"""The PDFs of a form: what was submitted, for the council until its receipt; a draft, whatever stands in it."""

import hashlib
import io

import pikepdf
from httpx2 import Response

from contracts.files import AttachedFile
from services.forms.app import build_app
from tests.component.forms.conftest import Forms, put
from tests.support.service import running


async def test_the_pdf_is_given_to_the_council_until_its_receipt_and_to_the_professional_after_it(forms: Forms) -> None:
    task_id = await forms.filled()
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
    task_id = await forms.filled()
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


async def test_the_printers_threads_end_with_the_service(forms: Forms) -> None:
    app = build_app(forms.settings)
    async with running(app):
        printer = app.state.service.submissions._printer
        assert not printer._threads._shutdown
    assert printer._threads._shutdown


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
    task_id = await forms.filled()
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
