"""What is sealed says nothing, opens where it stands and nowhere else, and is a matter of its type."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from chassis.documents import Key, storable
from chassis.sealing import DataKey, NotOpened, Sealing, sealed_fields
from contracts.base import Sealed, Text, Value

KEY = Key("bristol", "task-1")
RAW = bytes(range(32))
CANARY = "canary-7f3a"


class Note(Value):
    """A part of a document."""

    by: str
    text: Sealed[Text] = ""


class Kept(Value):
    """Every shape in which something sealed may stand."""

    state: str = "open"
    name: Sealed[str] = ""
    born: Sealed[date | None] = None
    whole: Sealed[Note | None] = None
    note: Note | None = None
    notes: list[Note] = []
    several: tuple[Note, ...] = ()
    by_key: dict[str, Note] = {}
    deep: dict[str, dict[str, Note]] = {}
    value: Sealed[Any] = None
    clear: dict[str, int] = {}


NOTE = Note(by="a", text=CANARY)
FULL = Kept(
    name=CANARY,
    born=date(2016, 5, 4),
    whole=NOTE,
    note=NOTE,
    notes=[NOTE, NOTE],
    several=(NOTE,),
    by_key={"k": NOTE},
    deep={"t": {"r": NOTE}},
    value=["x", CANARY, {"n": 1, "at": datetime(2026, 1, 2, tzinfo=UTC)}],
    clear={"n": 1},
)


def sealing(key: Key = KEY, collection: str = "kept", raw: bytes = RAW) -> Sealing:
    return Sealing(DataKey(key, raw), collection)


def sealed(kept: Kept = FULL) -> dict[str, Any]:
    return sealed_fields(Kept).seal(storable(kept.model_dump()), sealing())


def test_every_shape_comes_back_as_it_was_and_says_nothing_meanwhile() -> None:
    document = sealed()
    assert CANARY not in repr(document)
    assert "2016-05-04" not in repr(document)
    assert (document["state"], document["clear"], document["notes"][0]["by"]) == ("open", {"n": 1}, "a")
    assert Kept.model_validate(sealed_fields(Kept).open(document, sealing())) == FULL


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert sealed()["name"] != sealed()["name"]


def test_what_is_empty_stays_empty_so_that_a_query_can_ask_for_it() -> None:
    document = sealed(Kept())
    assert (document["name"], document["whole"], document["notes"]) == ("", None, [])


@pytest.mark.parametrize(
    "other",
    [
        sealing(Key("oxfordshire", "task-1")),
        sealing(Key("bristol", "task-2")),
        sealing(collection="others"),
        sealing(raw=bytes(32)),
    ],
    ids=["another authority", "another delegation", "another collection", "another key"],
)
def test_nothing_opens_with_another_key_or_in_another_place(other: Sealing) -> None:
    with pytest.raises(NotOpened):
        sealed_fields(Kept).open(sealed(), other)


def test_nothing_opens_in_another_field() -> None:
    document = sealed()
    for changed in (
        {"name": document["value"]},
        {"by_key": {"other": document["by_key"]["k"]}},
        {"note": document["by_key"]["k"]},
        {"name": document["name"][:-1] + b"x"},
        {"name": b""},
        {"name": b"\x01"},
        {"name": b"canary"},
    ):
        with pytest.raises(NotOpened):
            sealed_fields(Kept).open({**document, **changed}, sealing())


def test_what_an_older_version_has_kept_in_clear_is_read() -> None:
    assert Kept.model_validate(sealed_fields(Kept).open(storable(FULL.model_dump()), sealing())) == FULL


def test_a_model_without_marks_has_nothing_to_seal() -> None:
    class Plain(Value):
        name: str = ""
        inner: list[dict[str, int]] = []

    assert not sealed_fields(Plain)
    assert sealed_fields(Kept)


def test_kinds_that_nobody_can_tell_apart_must_be_sealed_whole() -> None:
    class Other(BaseModel):
        text: Sealed[str]

    class Either(BaseModel):
        one: Note | Other

    with pytest.raises(TypeError, match="seal the whole"):
        sealed_fields(Either)
