"""Whose doing it is and in answer to what: what a request or delivery hands on to its log lines, its events and theirs.

Ids only: no name, no address, no text that somebody wrote.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel

from contracts.registry import OPERATOR

ActorKind = Literal["account", "council", "service", "operator"]
_KINDS = get_args(ActorKind)
_NAMESPACE = UUID("0d0a5c1e-9a5e-4c6f-8a75-3d3f8b1b0c11")

HEADER_CAUSE = "x-portal-causation-id"
HEADER_ACTOR = "x-portal-actor"
HEADER_AUTHORITY = "x-portal-authority"
HEADERS = (HEADER_CAUSE, HEADER_ACTOR, HEADER_AUTHORITY)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, by id."""

    kind: ActorKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """An actor as a header has it."""
        kind, _, name = text.partition(":")
        return cls(kind, name) if kind in _KINDS and name else None  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Context:
    """What one piece of work hands on."""

    correlation_id: str
    """What belongs together: everything about one delegation, else everything that came of one request or message."""
    causation_id: str
    """What this work answers: the id of its message or request."""
    actor: Actor
    authority: str | None = None

    def about(self, what: BaseModel) -> Self:
        """The same work, where it is about a message or grant that names its delegation."""
        authority, delegation_id = getattr(what, "authority", None), getattr(what, "delegation_id", None)
        correlation_id = derived(authority, delegation_id) if authority and delegation_id else self.correlation_id
        return replace(self, correlation_id=correlation_id, authority=authority or self.authority)

    def as_headers(self) -> dict[str, str]:
        """What goes along with an event, beside its own correlation id."""
        headers = {HEADER_CAUSE: self.causation_id, HEADER_ACTOR: str(self.actor)}
        return headers | {HEADER_AUTHORITY: self.authority} if self.authority else headers


_CURRENT: ContextVar[Context | None] = ContextVar("context", default=None)


def current() -> Context | None:
    """The context of this work; None where nobody has said what it is for."""
    return _CURRENT.get()


@contextmanager
def entered(context: Context) -> Iterator[None]:
    """What is done inside is done in this context."""
    mark = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(mark)


def derived(*cause: str) -> str:
    """A correlation id that whoever knows its cause knows too: every repetition has the same."""
    return uuid5(_NAMESPACE, "\x1f".join(cause)).hex


def of_request(request_id: str) -> Context:
    """A request that the gateway has taken; who asks is known when the identity is verified."""
    return Context(request_id, request_id, Actor("service", "gateway"))


def of_service(service: str) -> Context:
    """What a service does by itself."""
    run_id = uuid4().hex
    return Context(run_id, run_id, Actor("service", service))


def of_council(authority: str, message_id: str) -> Context:
    """A council's message begins something; what its headers say of that is not believed."""
    return Context(derived(authority, message_id), message_id, Actor("council", authority), authority)


def of_event(message_id: str, correlation_id: str | None, told_by: str, headers: Mapping[str, Any]) -> Context:
    """An event of a service that we believe: the work goes on for whoever it says began it."""
    return Context(
        correlation_id or derived(message_id),
        message_id,
        Actor.read(str(headers.get(HEADER_ACTOR, "")))
        or Actor("operator" if told_by == OPERATOR else "service", told_by),
        str(headers[HEADER_AUTHORITY]) if HEADER_AUTHORITY in headers else None,
    )


def act_as(actor: Actor, authority: str | None = None) -> None:
    """From now on this work is theirs: their identity is verified."""
    if (context := _CURRENT.get()) is not None:
        _CURRENT.set(replace(context, actor=actor, authority=authority or context.authority))


def narrow(what: BaseModel) -> None:
    """From now on this work is about what a message or grant names."""
    if (context := _CURRENT.get()) is not None:
        _CURRENT.set(context.about(what))


def in_log(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A log line says what it belongs to, what it answers, and whose doing it is."""
    if (context := _CURRENT.get()) is not None:
        line.setdefault("correlation_id", context.correlation_id)
        line.setdefault("causation_id", context.causation_id)
        line.setdefault("actor", str(context.actor))
        if context.authority:
            line.setdefault("authority", context.authority)
    return line
