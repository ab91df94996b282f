"""The registry says what is so: each entry against the service's own files."""

import re
from pathlib import Path

import pytest

from commands.messages import named_in_card
from contracts import registry
from contracts.base import PortalMessage
from contracts.catalogue import CATALOGUE

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
