"""Form definitions: checked whole, published once a version by its owner, told to tasks."""

from collections.abc import Mapping
from typing import Any

from chassis import clock, loop
from chassis.errors import AlreadyHandled, Conflict, NotFound, Refused
from chassis.outbox import outgoing
from chassis.telemetry import log
from contracts.api.forms import DefinitionView
from contracts.base import EVERYBODYS, Fault
from contracts.forms import DefinitionPublished
from services.forms.model.definition import check, read
from services.forms.model.questionnaire import Definition
from services.forms.model.schema import prefill_schema
from services.forms.store import Stores


class Definitions:
    """Publishing and listing."""

    def __init__(self, stores: Stores) -> None:
        self._definitions = stores.definitions

    async def add(self, code: str, json: dict[str, Any], owner: str) -> DefinitionView:
        """A new version of a form. The same again is no change; another text under the same version is refused."""
        faults = await loop.work(loop.weight(json), check, json)
        if faults:
            raise Refused("invalid_definition", "The form definition breaks these rules.", faults=tuple(faults))
        definition = read(json)
        if definition.code != code:
            fault = Fault(path="/url", code="other_code", message=f"The url must end in '{code}'.")
            raise Refused("invalid_definition", "The form definition is another form's.", faults=(fault,))
        await self._add(definition, json, owner)
        return _view(definition)

    async def load_shipped(self, shipped: Mapping[str, Any]) -> None:
        """The forms that come with the portal, by code, at every start."""
        for code, json in shipped.items():
            try:
                await self.add(code, json, EVERYBODYS)
            except Conflict as conflict:
                log.error("shipped form not loaded", form=code, code=conflict.code)

    async def list(self, authority: str) -> list[DefinitionView]:
        """The forms that an authority can delegate: its own, and everybody's where it has none of the same code."""
        return await self._definitions.list([EVERYBODYS, authority])

    async def _add(self, definition: Definition, json: dict[str, Any], owner: str) -> None:
        at = clock.now()
        event = DefinitionPublished(
            form=definition.code,
            version=definition.version,
            owner=owner,
            title=definition.title,
            due_days=definition.due_days,
            prefill_schema=prefill_schema(definition),
            published_at=at,
        )
        events = [outgoing(event, f"{owner}:{definition.canonical}")] if definition.status == "active" else []
        try:
            await self._definitions.add(definition, json, owner, at, events)
        except AlreadyHandled:
            kept = await self._definitions.json(owner, definition.code, definition.version)
            if kept is None:
                raise NotFound("unknown_form") from None
            if kept != json:
                detail = f"Version {definition.version} is published and never changes. Give the change a new version."
                raise Conflict("version_exists", detail) from None


def _view(definition: Definition) -> DefinitionView:
    return DefinitionView(
        form=definition.code, version=definition.version, title=definition.title, due_days=definition.due_days
    )
