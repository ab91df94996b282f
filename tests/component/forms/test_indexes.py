"""Every query of forms is answered by an index."""

from typing import Any
from uuid import uuid4

import pytest

from tests.component.forms.conftest import Forms

QUERIES: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    ("contributions", {"_id": "t", "authority": "bristol"}, {}),
    ("contributions", {"submission.pdf.document_id": "pdf_1", "authority": "bristol"}, {}),
    ("definitions", {"_id": "bristol:form|1"}, {}),
    ("definitions", {"owner": {"$in": ["portal", "bristol"]}, "status": "active"}, {"published_at": -1}),
    ("pdfs.files", {"metadata.task_id": "t", "_id": {"$ne": "pdf_1"}}, {}),
    ("pdfs.chunks", {"files_id": "pdf_1"}, {"n": 1}),
]


@pytest.mark.parametrize(("collection", "query", "order"), QUERIES)
async def test_every_query_has_an_index(
    forms: Forms, collection: str, query: dict[str, Any], order: dict[str, int]
) -> None:
    # GridFS makes its own index with its first document.
    documents = forms.service.submissions._stores.documents
    await documents.put(uuid4().hex, "of-no-task", b"%PDF-")
    first = next(iter(query))
    indexes = (await forms.database[collection].index_information()).values()
    leading = {index["key"][0][0] for index in indexes}
    assert first in leading
    cursor = forms.database[collection].find(query).sort(list(order.items())) if order else None
    plan = await (cursor or forms.database[collection].find(query)).explain()
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), plan["queryPlanner"]["winningPlan"]
