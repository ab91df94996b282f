"""Somebody who has registered, as tasks knows them. No I/O."""

from pydantic import AwareDatetime

from contracts.base import EVERYBODYS, Sealed, Value


class RegisteredPerson(Value):
    """An account, by id. People are no authority's: many may delegate to one."""

    account_id: str
    owner: str = EVERYBODYS
    email: Sealed[str]
    name: Sealed[str]
    registered_at: AwareDatetime
