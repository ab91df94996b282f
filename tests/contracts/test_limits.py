"""What a council may send: the limits of the council's door."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.council import (
    PREFILL_LIMIT,
    DelegationAmended,
    DelegationRequested,
    DelegationRetracted,
    WorkGroupDefined,
)

REQUEST: dict[str, Any] = {
    "authority": "bristol",
    "delegation_id": "d",
    "form": "f",
    "subject": {"person_id": "P", "name": "Gabriel Example"},
    "assignee": {"kind": "person", "email": "sandra@school.example"},
    "sender": {"name": "Chloe Caseworker"},
}
NOT_MAILABLE = ["jo.groß@school.example", "ﬁona@school.example", "\u212aate@school.example", "a..b@c.example", "x@-.d"]


def fields_at_fault(model: type[Any], data: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as raised:
        model.model_validate(data)
    return ["/".join(str(step) for step in error["loc"]) for error in raised.value.errors()]


@pytest.mark.parametrize("email", NOT_MAILABLE)
def test_an_address_that_no_mail_reaches_is_a_fault_of_its_field(email: str) -> None:
    asked = REQUEST | {
        "assignee": {"kind": "person", "email": email},
        "notify_email": email,
        "sender": {"name": "Chloe", "email": email},
    }
    assert fields_at_fault(DelegationRequested, asked) == ["assignee/person/email", "sender/email", "notify_email"]
    group = {"authority": "bristol", "work_group_id": "g", "name": "G", "version": 1}
    defined = group | {"email": email, "members": [{"email": "a@b.example"}, {"email": email}]}
    assert fields_at_fault(WorkGroupDefined, defined) == ["email", "members/1/email"]


@pytest.mark.parametrize("day", ["9999-12-31", "2200-01-01", "1899-12-31", "0001-01-01", 10**30, -(10**30)])
def test_a_day_outside_three_centuries_is_a_fault_of_its_field(day: Any) -> None:
    asked = REQUEST | {"received_on": day, "due_on": day}
    asked["subject"] = REQUEST["subject"] | {"date_of_birth": day}
    assert fields_at_fault(DelegationRequested, asked) == ["subject/date_of_birth", "received_on", "due_on"]
    amended = {"authority": "bristol", "delegation_id": "d", "due_on": day}
    assert fields_at_fault(DelegationAmended, amended) == ["due_on"]


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z"]
)
def test_a_moment_outside_three_centuries_is_a_fault_of_its_field(at: str) -> None:
    told = {"authority": "bristol", "delegation_id": "d"}
    assert fields_at_fault(DelegationAmended, told | {"amended_at": at}) == ["amended_at"]
    assert fields_at_fault(DelegationRetracted, told | {"retracted_at": at}) == ["retracted_at"]


def test_texts_hold_what_the_contract_promises() -> None:
    text = "x" * 20_000
    asked = REQUEST | {
        "subject": {"person_id": "P", "name": text, "address": text},
        "sender": {"name": text, "department": text, "telephone": text, "address": text},
        "comments": "x" * 4_000,
        "prefill": {"a": text, "b": [{"c": text}]},
        "documents": [{"document_id": "1", "name": text, "media_type": "application/pdf", "url": text}],
    }
    DelegationRequested.model_validate(asked)
    longer = text + "x"
    asked["subject"] = {"person_id": "P", "name": longer}
    asked["comments"] = "x" * 4_001
    asked["prefill"] = {"b": [{"c": longer}]}
    assert fields_at_fault(DelegationRequested, asked) == ["subject/name", "comments", "prefill"]


def test_a_prefill_fits_into_its_task() -> None:
    most = PREFILL_LIMIT // 20_000
    asked = REQUEST | {"prefill": {f"k{number}": "x" * 20_000 for number in range(most)}}
    assert fields_at_fault(DelegationRequested, asked) == ["prefill"]
    asked["prefill"] = {f"k{number}": "x" * 19_900 for number in range(most)}
    DelegationRequested.model_validate(asked)
