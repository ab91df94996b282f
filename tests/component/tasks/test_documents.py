import base64
from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from services.tasks.usecases.delegations import UNSETTLED_AFTER
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, OPENED, REJECTED, new_email, new_id
from tests.support.council import request
from tests.support.documents import pdf
from tests.support.eventually import eventually

REPORT = pdf() + bytes(2_500_000)
SENT = {
    "document_id": "EP/1",
    "name": "Psychology report – Zoë.pdf",
    "media_type": "application/pdf",
    "content_base64": base64.b64encode(REPORT).decode(),
}
ELSEWHERE = {
    "document_id": "EP-2",
    "name": "Advice.docx",
    "media_type": "application/msword",
    "url": "https://council.example/documents/7",
}


async def opened(tasks: Tasks, documents: list[dict[str, Any]], *, times: int = 1) -> tuple[str, str]:
    """The holder's address and the task's id."""
    delegation_id, email = new_id(), new_email()
    for _ in range(times):
        await tasks.council.delegate(delegation_id, email, documents=documents)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    return email, (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]


async def test_a_document_is_kept_once_however_often_it_comes(tasks: Tasks) -> None:
    email, task_id = await opened(tasks, [SENT, ELSEWHERE], times=3)
    answer = await tasks.client.get(f"/tasks/{task_id}/documents/EP%2F1", headers=tasks.as_person(email))
    assert (answer.status_code, answer.content) == (200, REPORT)
    assert answer.headers["Content-Type"] == "application/pdf"
    named = answer.headers["Content-Disposition"]
    assert named.startswith("attachment; ")
    assert named.endswith("filename*=UTF-8''Psychology%20report%20%E2%80%93%20Zo%C3%AB.pdf")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert await tasks.database["shared.files"].count_documents({"metadata.task_id": task_id}) == 1
    task = await tasks.client.get(f"/tasks/{task_id}", headers=tasks.as_person(email))
    kept = {name: SENT[name] for name in ("document_id", "name", "media_type")}
    assert task.json()["documents"] == [
        {**kept, "size": len(REPORT), "url": None},
        {**ELSEWHERE, "size": None},
    ]
    stored = await tasks.database["tasks"].find_one({"_id": task_id})
    assert SENT["content_base64"][:100] not in str(stored)


async def test_content_that_was_left_halfway_is_completed(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    documents = [SENT]
    await tasks.council.delegate(delegation_id, email, documents=documents)
    task_id = (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]
    file = await tasks.database["shared.files"].find_one_and_delete({"metadata.task_id": task_id})
    assert file
    await tasks.database["shared.chunks"].delete_one({"files_id": file["_id"], "n": 1})
    await tasks.database["tasks"].delete_one({"_id": task_id})
    await tasks.council.delegate(delegation_id, email, documents=documents)
    await eventually(lambda: tasks.database["tasks"].find_one({"_id": task_id}))
    answer = await tasks.client.get(f"/tasks/{task_id}/documents/EP%2F1", headers=tasks.as_person(email))
    assert answer.content == REPORT


async def test_only_who_holds_the_task_gets_its_documents(tasks: Tasks) -> None:
    email, task_id = await opened(tasks, [SENT, ELSEWHERE])
    address = f"/tasks/{task_id}/documents"
    assert (await tasks.client.get(f"{address}/EP%2F1", headers=tasks.as_person(new_email()))).status_code == 404
    assert (await tasks.client.get(f"{address}/EP%2F1")).status_code == 401
    for unknown in ("EP-2", "none"):
        answer = await tasks.client.get(f"{address}/{unknown}", headers=tasks.as_person(email))
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_document")


async def test_a_type_that_is_none_is_served_as_mere_bytes(tasks: Tasks) -> None:
    bent = {**SENT, "media_type": "text/html\r\nX-Bent: 1", "name": "../\u202eb.pdf"}
    email, task_id = await opened(tasks, [bent])
    answer = await tasks.client.get(f"/tasks/{task_id}/documents/EP%2F1", headers=tasks.as_person(email))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="b.pdf"')


@pytest.mark.parametrize(
    ("documents", "field"),
    [
        ([{**SENT, "content_base64": "not base64"}], "/documents/0/content_base64"),
        ([ELSEWHERE, {**SENT, "content_base64": "QQ=\n="}], "/documents/1/content_base64"),
        ([{**ELSEWHERE, "content_base64": "QQ=="}], "/documents/0"),
        ([ELSEWHERE, {**ELSEWHERE, "document_id": "EP-3", "url": None}], "/documents/1"),
        ([ELSEWHERE, SENT, ELSEWHERE], "/documents/2/document_id"),
    ],
)
async def test_a_document_at_fault_is_answered_with_its_place(
    tasks: Tasks, documents: list[dict[str, Any]], field: str
) -> None:
    body = {**request(new_id(), new_email()), "documents": documents}
    message_id = await tasks.council.publish("council.delegation.requested.v1", body)
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert (rejected["code"], rejected["field"]) == ("invalid_document", field)


async def test_documents_of_a_refused_request_go_after_a_day_and_those_of_the_accepted_one_stay(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    await tasks.council.delegate(delegation_id, email, documents=[SENT])
    task_id = (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]
    other = {**SENT, "content_base64": base64.b64encode(pdf()).decode()}
    message_id = await tasks.council.delegate(delegation_id, email, documents=[other])
    assert (await tasks.recorder.expect(REJECTED, message_id=message_id))["code"] == "delegation_differs"
    about, files = {"metadata.task_id": task_id}, tasks.database["shared.files"]
    contents = {record["_id"] async for record in files.find(about)}
    assert len(contents) == 2

    await tasks.service.delegations.tidy()
    assert await files.count_documents(about) == 2, "the refused one may be tried again"
    long_ago = clock.now() - UNSETTLED_AFTER - timedelta(minutes=1)
    await files.update_many(about, {"$set": {"metadata.unsettled_since": long_ago}})
    await tasks.service.delegations.tidy()
    (held,) = [record["_id"] async for record in files.find(about)]
    chunks = tasks.database["shared.chunks"]
    assert await chunks.distinct("files_id", {"files_id": {"$in": list(contents)}}) == [held]
    answer = await tasks.client.get(f"/tasks/{task_id}/documents/EP%2F1", headers=tasks.as_person(email))
    assert answer.content == REPORT


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 409), (400, 409)])
async def test_a_submitted_task_its_documents_and_its_grant_close_with_the_window(
    tasks: Tasks, days: int, status: int
) -> None:
    email, task_id = await opened(tasks, [SENT])
    at = clock.now() - timedelta(days=days)
    submission = {"contribution_id": "c", "receipt": "r", "by": {"email": email, "name": ""}, "submitted_at": at}
    await tasks.database["tasks"].update_one({"_id": task_id}, {"$set": {"submission": submission}})
    person = tasks.as_person(email)
    answers = [
        await tasks.client.get(f"/tasks/{task_id}", headers=person),
        await tasks.client.get(f"/tasks/{task_id}/documents/EP%2F1", headers=person),
        await tasks.client.post(f"/tasks/{task_id}/grant", headers=person),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3
