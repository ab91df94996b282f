"""What is attached, in words."""

from datetime import UTC, datetime

import pytest

from contracts.api.files import FileView
from services.gateway.form.views.attached import attached_words
from tests.unit.gateway.samples import VIEW

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def file(name: str, state: str = "accepted", refusal: str = "") -> FileView:
    whole = {"media_type": "application/pdf", "size": 1, "uploaded_by": "Sandra", "uploaded_at": AT}
    return FileView.model_validate({"file_id": name, "name": name, "state": state, "refusal": refusal, **whole})


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "No documents attached"),
        ([file("a.pdf")], "1 document attached: a.pdf"),
        ([file("a.pdf"), file("b.docx")], "2 documents attached: a.pdf, b.docx"),
        ([file("a.pdf", "waiting")], "1 document attached: a.pdf (being checked for viruses)"),
        (
            [file("a.pdf"), file("b.pdf", "refused", "The selected file contains a virus")],
            "1 document attached: a.pdf. Not attached: b.pdf (The selected file contains a virus)",
        ),
    ],
)
def test_what_is_attached_is_said_by_number_and_name(files: list[FileView], words: str) -> None:
    assert attached_words(VIEW.pages, files) == words
