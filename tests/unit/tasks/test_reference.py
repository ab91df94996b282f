import re

import pytest

from services.tasks.model.reference import ALPHABET, reference_of
from tests.unit.tasks.test_task import BLANK, BRISTOL


def test_a_reference_is_short_and_holds_nothing_that_looks_like_another() -> None:
    references = [reference_of(BRISTOL, f"task-{number}", 0) for number in range(1_000)]
    assert all(re.fullmatch(rf"BRI-[{ALPHABET}]{{4}}-\d\d", reference) for reference in references)
    assert not set(ALPHABET) & set("0O1IL2Z5S8BAEU")


def test_the_same_task_has_the_same_reference_and_the_next_attempt_another() -> None:
    assert reference_of(BRISTOL, "t", 0) == reference_of(BRISTOL, "t", 0)
    assert len({reference_of(BRISTOL, "t", attempt) for attempt in range(8)}) == 8


@pytest.mark.parametrize(
    ("code", "prefix", "expected"),
    [("oxfordshire", None, "OXF"), ("a-1b", None, "ABX"), ("bristol", "BCC", "BCC")],
)
def test_the_authority_decides_the_letters(code: str, prefix: str | None, expected: str) -> None:
    authority = BRISTOL.model_copy(update={"code": code, "reference_prefix": prefix})
    assert reference_of(authority, "t", 0).startswith(f"{expected}-")


def test_a_task_keeps_its_first_reference() -> None:
    assert BLANK.with_reference("BRI-4K7Q-22").with_reference("BRI-XXXX-00").reference == "BRI-4K7Q-22"
