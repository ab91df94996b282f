"""What a council sends along: which content of it is needed."""

from services.tasks.model.shared import KeptDocument, held


def test_content_is_needed_by_the_accepted_requests_documents_alone() -> None:
    kept = KeptDocument(document_id="EP-1", name="a.pdf", media_type="application/pdf", content_id="kept")
    elsewhere = KeptDocument(document_id="EP-2", name="b.pdf", media_type="application/pdf", url="https://a.example/b")
    assert held("kept", [elsewhere, kept]) == "for good"
    assert held("of a refused request", [elsewhere, kept]) == held("kept", []) == "no"
