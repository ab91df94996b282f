"""The registry says what is so: each entry against the service's own files."""

import re
from pathlib import Path

import pytest

from commands.messages import named_in_card
from commands.topology import subscriptions
from contracts import registry
from contracts.base import Erased, Message, PortalMessage
from contracts.catalogue import CATALOGUE
from contracts.tasks import TaskErased
from services.tasks.model.retention import KEEPERS

ROOT = Path(__file__).resolve().parents[2]


def test_every_service_has_an_entry_and_every_entry_a_service() -> None:
    assert set(registry.names()) == {path.parent.name for path in ROOT.glob("services/*/app.py")}
    assert len(registry.names()) == len(registry.SERVICES)
    assert [name for name in registry.names() if not re.fullmatch("[a-z]+", name)] == []


def test_only_who_signs_is_trusted() -> None:
    signers = {service.name for service in registry.SERVICES if service.signs}
    assert {name for service in registry.SERVICES for name in service.trusts} <= signers


@pytest.mark.parametrize("name", registry.names())
def test_a_council_that_polls_misses_no_service_that_tells_it_something(name: str) -> None:
    told = [message for message in named_in_card(name, "Publishes") if issubclass(CATALOGUE[message], PortalMessage)]
    assert registry.named(name).tells_councils == bool(told), told


@pytest.mark.parametrize("name", registry.names())
def test_every_service_stands_in_the_table_of_who_owns_what(name: str) -> None:
    table = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert f"`services/{name}/__init__.py`" in table


def hears_of_delegations(name: str) -> bool:
    """Whether it hears of what a delegation is, beside its end."""
    heard = {subscription.message for subscription in subscriptions()[name]} - {TaskErased}
    return any("delegation_id" in message.model_fields for message in heard if issubclass(message, Message))


def test_whoever_hears_of_delegations_is_waited_for_when_one_is_erased() -> None:
    assert {name for name in registry.stored() if hears_of_delegations(name)} == KEEPERS


@pytest.mark.parametrize("name", sorted(KEEPERS))
def test_whoever_keeps_something_hears_that_it_is_erased_and_says_when_it_has_done_so(name: str) -> None:
    assert TaskErased in {subscription.message for subscription in subscriptions()[name]}
    told = [message for message in named_in_card(name, "Publishes") if issubclass(CATALOGUE[message], Erased)]
    assert len(told) == 1
    heard_by_tasks = {subscription.message for subscription in subscriptions()["tasks"]}
    assert CATALOGUE[told[0]] in heard_by_tasks
