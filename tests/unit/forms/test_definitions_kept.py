"""What forms keeps of the definitions that it has read, and how long it waits for one that is missing."""

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest

from chassis.blobs import BlobStore
from chassis.database import OutboxCollection
from chassis.errors import NotFound, TryLater
from commands.parts.instance import ROOT
from contracts.tasks import TaskOpened
from services.forms.store import ContributionStore, DefinitionStore, Stores
from services.forms.usecases.delegated import Delegated
from tests.unit.forms.definitions import item, page, questionnaire

EXAMPLES = ROOT / "contracts/examples/tasks.task.opened.v1"
OPENED = TaskOpened.model_validate_json(next(EXAMPLES.glob("*.json")).read_bytes())


class Published:
    """Every version of one form, counting how often one is read."""

    def __init__(self, *, is_empty: bool = False) -> None:
        self.is_empty = is_empty
        self.reads = 0

    async def get(self, _: Mapping[str, Any], __: Mapping[str, Any]) -> dict[str, Any] | None:
        self.reads += 1
        return None if self.is_empty else {"json": json.dumps(questionnaire(page("page", item("q", "string"))))}


def store_of(published: Published) -> DefinitionStore:
    return DefinitionStore(cast("OutboxCollection", published))


async def test_a_version_is_read_once_and_no_more_than_200_are_kept() -> None:
    published = Published()
    store = store_of(published)
    for number in [*range(201), *range(1, 201)]:
        assert await store.get("bristol", "f", str(number))
    assert published.reads == 201
    assert await store.get("bristol", "f", "0")
    assert published.reads == 202


async def test_what_is_not_there_yet_is_looked_for_again() -> None:
    published = Published(is_empty=True)
    store = store_of(published)
    assert await store.get("bristol", "f", "1") is None
    published.is_empty = False
    assert await store.get("bristol", "f", "1")


@pytest.mark.parametrize(("waited", "error"), [(0.0, TryLater), (59.9, TryLater), (60.0, NotFound), (1000.0, NotFound)])
async def test_a_task_waits_for_its_form_a_minute_and_no_longer(waited: float, error: type[Exception]) -> None:
    nowhere = cast("Any", None)
    stores = Stores(store_of(Published(is_empty=True)), cast("ContributionStore", nowhere), cast("BlobStore", nowhere))
    with pytest.raises(error):
        await Delegated(stores).prepare(OPENED, waited)
