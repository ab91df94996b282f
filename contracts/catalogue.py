"""Every message by its wire name, collected from the modules that own them."""

from types import ModuleType

from contracts import auth, council, forms, portal, tasks
from contracts.base import Message

OWNERS: dict[str, ModuleType] = {
    "auth": auth,
    "council": council,
    "forms": forms,
    "portal": portal,
    "tasks": tasks,
}


def _messages(module: ModuleType) -> list[type[Message]]:
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Message)
        and thing.__module__ == module.__name__
        and "wire_name" in vars(thing)
    ]


CATALOGUE: dict[str, type[Message]] = {
    message.wire_name: message for module in OWNERS.values() for message in _messages(module)
}


def owner_of(wire_name: str) -> str:
    """Who alone tells it: the first word of its name, and the name of the owner's broker user."""
    return wire_name.partition(".")[0]
