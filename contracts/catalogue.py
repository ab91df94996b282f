"""Every message by its wire name, collected from the modules that own them."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from contracts import registry
from contracts.base import CouncilMessage, Message


def _messages(module: ModuleType) -> list[type[Message]]:
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Message)
        and thing.__module__ == module.__name__
        and "wire_name" in vars(thing)
    ]


def _modules() -> dict[str, ModuleType]:
    """A module of this package for each who tells: services, councils, and the portal to councils."""
    names = [
        name for name in (*registry.names(), "council", "portal") if Path(__file__).with_name(f"{name}.py").exists()
    ]
    return {name: import_module(f"contracts.{name}") for name in sorted(names)}


OWNERS: dict[str, ModuleType] = {name: module for name, module in _modules().items() if _messages(module)}

CATALOGUE: dict[str, type[Message]] = {
    message.wire_name: message for module in OWNERS.values() for message in _messages(module)
}


def owner_of(wire_name: str) -> str:
    """Who alone tells it: the first word of its name, and the name of the owner's broker user."""
    return wire_name.partition(".")[0]


def taker_of(wire_name: str) -> str:
    """The service that takes what a council sends under this name; whatever is no council's, tasks refuses."""
    return getattr(CATALOGUE.get(wire_name), "taken_by", CouncilMessage.taken_by)
