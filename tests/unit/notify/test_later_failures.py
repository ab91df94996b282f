"""What GOV.UK Notify lists of what it could not deliver: what is read of a page, and where the next one begins."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.notify.model import FailurePage, LaterFailure, read_failures

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SINCE = AT - timedelta(days=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def row(reference: str | None = "d-1", status: str = "permanent-failure", **changes: Any) -> dict[str, Any]:
    created_at = (AT - timedelta(days=changes.pop("days_old", 0))).isoformat()
    return {"id": str(uuid4()), "reference": reference, "status": status, "created_at": created_at, **changes}


def page(*rows: Any, is_last: bool = False) -> bytes:
    links = {"current": "https://h"} | ({} if is_last else {"next": "https://elsewhere.example/"})
    return json.dumps({"notifications": rows, "links": links}).encode()


def test_each_failure_is_read_by_its_reference_and_a_page_goes_on_behind_its_last() -> None:
    rows = [row("d-1"), row("d-2", "temporary-failure"), row("d-3", "technical-failure")]
    read = read_failures(page(*rows), SINCE)
    assert read.failures == [
        LaterFailure("d-1", "permanent-failure"),
        LaterFailure("d-2", "temporary-failure"),
        LaterFailure("d-3", "technical-failure"),
    ]
    assert read.older_than == rows[-1]["id"]


def test_the_last_page_says_so_and_an_empty_one_is_the_last() -> None:
    assert read_failures(page(row(), is_last=True), SINCE).older_than == ""
    assert read_failures(page(), SINCE) == FailurePage([])


def test_nothing_is_read_of_what_is_too_old_nor_asked_for_behind_it() -> None:
    read = read_failures(page(row("young", days_old=4), row("old", days_old=6)), SINCE)
    assert read == FailurePage([LaterFailure("young", "permanent-failure")])


@pytest.mark.parametrize(
    "other",
    [
        *(None, 7, "row", [], {}),
        row(None),
        row("d-2", "delivered"),
        row("d-2", "sending"),
        row("d-2", id="../../v2/template"),
        row("d-2", created_at="yesterday"),
        {**row(), "reference": ["d-2"]},
    ],
)
def test_whatever_else_stands_in_a_page_the_others_are_read(other: Any) -> None:
    read = read_failures(page(other, row("d-1"), other), SINCE)
    assert read.failures == [LaterFailure("d-1", "permanent-failure")]


@pytest.mark.parametrize("content", [b"", b"not JSON", b"[]", b"null", b"{}", b'{"notifications": {}}', b"\xff"])
def test_what_is_no_page_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValidationError):
        read_failures(content, SINCE)


@given(JSON, JSON)
def test_whatever_comes_is_a_page_or_a_value_error(rows: Any, links: Any) -> None:
    try:
        read = read_failures(json.dumps({"notifications": rows, "links": links}).encode(), SINCE)
    except ValueError:
        return
    assert read == FailurePage([])
