"""The sentences that people read: the design system's, to the letter."""

import pytest

from contracts.authority import FileRules
from services.files.model.refusal import Code, sentence


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (Code.EMPTY, "The selected file is empty"),
        (Code.VIRUS, "The selected file contains a virus"),
        (Code.PASSWORD_PROTECTED, "The selected file is password protected"),
        (Code.NOT_UPLOADED, "The selected file could not be uploaded – try again"),
        (Code.TOO_LARGE, "The selected file must be smaller than 10MB"),
        (Code.WRONG_TYPE, "The selected file must be a DOC, DOCX, PDF, JPG or PNG"),
        (Code.TOO_MANY, "You can only attach up to 50 files"),
        (Code.TOO_LARGE_TOGETHER, "The attached files must be smaller than 100MB together"),
    ],
)
def test_the_wording_is_the_design_systems(code: Code, expected: str) -> None:
    assert sentence(code, FileRules()) == expected


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence(code: Code) -> None:
    assert sentence(code, FileRules())


def test_a_sentence_tells_the_authoritys_own_limits() -> None:
    rules = FileRules(max_size=15 * 1024 * 1024, extensions=["pdf"])
    assert sentence(Code.TOO_LARGE, rules) == "The selected file must be smaller than 15MB"
    assert sentence(Code.WRONG_TYPE, rules) == "The selected file must be a PDF"
