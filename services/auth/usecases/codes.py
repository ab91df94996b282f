"""Sending codes, the same for registration, sign-in and reset: how often, how long, and what notify is told."""

from datetime import datetime, timedelta

from chassis.errors import Refused
from chassis.outbox import Outgoing, outgoing
from contracts.auth import CodeRequested
from contracts.base import Contact
from services.auth.model import refusals
from services.auth.model.codes import TRIES, Challenge, Purpose, new_challenge, read_code
from services.auth.model.limits import Limit, code_limit, limit_key
from services.auth.usecases.context import Auth


async def may_send(auth: Auth, purpose: Purpose, address: str, at: datetime) -> bool:
    """Takes one of the codes that an address may be sent."""
    limit = code_limit(purpose)
    return await auth.stores.limits.use(limit_key(auth.secret, limit, address), limit, at)


async def forget(auth: Auth, address: str, limit: Limit) -> None:
    """The person has shown who they are: the codes were not sent for nothing."""
    await auth.stores.limits.clear(limit_key(auth.secret, limit, address))


def challenge_for(auth: Auth, authority: str, at: datetime) -> tuple[Challenge, str]:
    """A code that lives as long as the authority says."""
    lifetime = timedelta(minutes=auth.authorities.get(authority).code_minutes)
    return new_challenge(auth.secret, at=at, lifetime=lifetime)


def code_event(
    auth: Auth, challenge: Challenge, code: str, *, authority: str, purpose: Purpose, person: Contact
) -> Outgoing:
    """Asks notify to email the code, which nobody but notify can read in it."""
    event = CodeRequested(
        code_id=challenge.code_id,
        authority=authority,
        purpose=purpose,
        person=person,
        code=auth.seal.close(code, challenge.code_id),
        expires_at=challenge.expires_at,
    )
    return outgoing(event, challenge.code_id)


def digits_of(typed: str) -> str:
    """The code as typed; a fault beside its field where it is none, which costs no try."""
    code = read_code(typed)
    if isinstance(code, str):
        return code
    raise refusals.faulty([code])


def wrong(challenge: Challenge) -> Refused:
    """The code was not the one; says whether there is another try."""
    return refusals.code_exhausted() if challenge.tries >= TRIES else refusals.code_wrong()


def not_tried(challenge: Challenge, at: datetime) -> Refused:
    """Why a code was not even looked at."""
    return refusals.code_expired() if challenge.expires_at <= at else refusals.code_exhausted()
