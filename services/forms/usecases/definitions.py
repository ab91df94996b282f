"""Form definitions: checked whole, published once a version, told to tasks."""

from collections.abc import Mapping
from typing import Any

from chassis import clock
from chassis.errors import AlreadyHandled, Conflict, NotFound, Refused
from chassis.outbox import tell
from chassis.telemetry import log
from contracts.api.forms import DefinitionView
from contracts.base import Fault
from contracts.forms import DefinitionPublished
from services.forms.model.definition import check, read
from services.forms.model.questionnaire import Definition
from services.forms.model.schema import prefill_schema
from services.forms.store import Stores

SHIPPED = "portal"
"""Who owns the forms that come with the portal."""


class Definitions:
    """Publishing and listing."""

    def __init__(self, stores: Stores) -> None:
        self._definitions = stores.definitions

    async def add(self, code: str, json: dict[str, Any], owner: str) -> DefinitionView:
        """A new version of a form. The same again is no change; another text under the same version is refused."""
        faults = check(json)
        if faults:
            raise Refused("invalid_definition", "The form definition breaks these rules.", faults=tuple(faults))
        definition = read(json)
        if definition.code != code:
            fault = Fault(path="/url", code="other_code", message=f"The url must end in '{code}'.")
            raise Refused("invalid_definition", "The form definition is another form's.", faults=(fault,))
        await self._check_owner(code, owner)
        await self._add(definition, json, owner)
        return _view(definition)

    async def load_shipped(self, shipped: Mapping[str, Any]) -> None:
        """The forms that come with the portal, by code, at every start."""
        for code, json in shipped.items():
            try:
                await self.add(code, json, SHIPPED)
            except Conflict as conflict:
                log.error("shipped form not loaded", form=code, code=conflict.code)

    async def list(self, authority: str) -> list[DefinitionView]:
        """The forms that an authority can delegate."""
        return await self._definitions.list([SHIPPED, authority])

    async def _check_owner(self, code: str, owner: str) -> None:
        """A council's form is its own; of a shipped one every council may have its own versions."""
        if await self._definitions.owner(code) not in {None, owner, SHIPPED}:
            raise Conflict("form_of_another", f"The form '{code}' belongs to another authority.")

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
        events = [tell(event, definition.canonical)] if definition.status == "active" else []
        try:
            await self._definitions.add(definition, json, owner, at, events)
        except AlreadyHandled:
            kept = await self._definitions.json(definition.code, definition.version)
            if kept is None:
                raise NotFound("unknown_form") from None
            if kept != json:
                detail = f"Version {definition.version} is published and never changes. Give the change a new version."
                raise Conflict("version_exists", detail) from None


def _view(definition: Definition) -> DefinitionView:
    return DefinitionView(
        form=definition.code, version=definition.version, title=definition.title, due_days=definition.due_days
    )
