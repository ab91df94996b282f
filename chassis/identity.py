"""Who is asking: the identity that the gateway signs, and the grant that tasks signs (ADR 0009)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request

from chassis.context import Actor, act_as, narrow
from chassis.errors import Forbidden, Unauthorised
from chassis.security import record
from chassis.tokens import Signer, Verifier
from contracts.tasks import FormGrant

GRANT_HEADER = "Portal-Grant"
_IDENTITY_SECONDS = 60
_GRANT_SECONDS = 120
_NOT_YOURS = "That form is not yours."


@dataclass(frozen=True, slots=True)
class Professional:
    """A signed-in professional."""

    account_id: str
    email: str
    name: str
    role: str = ""
    organisation: str = ""
    withheld: tuple[str, ...] = ()
    """The authorities that insist on more than they have signed in by: nothing of these is shown to them (ADR 0064)."""


@dataclass(frozen=True, slots=True)
class Council:
    """A council's system at the HTTP door."""

    authority: str


def sign_professional(signer: Signer, person: Professional, audience: str) -> str:
    """What the gateway sends with a signed-in professional's request."""
    claims = {
        "kind": "professional",
        "sub": person.account_id,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "organisation": person.organisation,
        "withheld": person.withheld,
    }
    return signer.sign(claims, audience=audience, seconds=_IDENTITY_SECONDS)


def sign_council(signer: Signer, authority: str, audience: str) -> str:
    """What the gateway sends with a council's request."""
    return signer.sign({"kind": "council", "authority": authority}, audience=audience, seconds=_IDENTITY_SECONDS)


def sign_gateway(signer: Signer, audience: str) -> str:
    """What the gateway sends while nobody is signed in."""
    return signer.sign({"kind": "gateway"}, audience=audience, seconds=_IDENTITY_SECONDS)


def sign_grant(signer: Signer, grant: FormGrant, audience: Literal["forms-and-files"] = "forms-and-files") -> str:
    """A grant as the gateway passes it on to forms and files."""
    return signer.sign(grant.model_dump(mode="json"), audience=audience, seconds=_GRANT_SECONDS)


def _claims(request: Request, *kinds: str) -> Mapping[str, Any]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorised("token_missing", "The request says not who asks.")
    verifier: Verifier = request.app.state.identities
    try:
        claims = verifier.verify(token)
    except Unauthorised as refused:
        record("access.refused", "refused", code=refused.code)
        raise
    if claims.get("kind") not in kinds:
        record("access.refused", "refused", code="wrong_identity")
        raise Forbidden("wrong_identity", "That is not for you.")
    if claims["kind"] == "professional":
        act_as(Actor("account", claims["sub"]))
    elif claims["kind"] == "council":
        act_as(Actor("council", claims["authority"]), claims["authority"])
    return claims


def current_professional(request: Request) -> Professional:
    """The professional who asks; Unauthorised or Forbidden for anybody else."""
    claims = _claims(request, "professional")
    return Professional(
        account_id=claims["sub"],
        email=claims["email"],
        name=claims["name"],
        role=claims.get("role", ""),
        organisation=claims.get("organisation", ""),
        withheld=tuple(claims.get("withheld", ())),
    )


def current_council(request: Request) -> Council:
    """The council that asks."""
    return Council(authority=_claims(request, "council")["authority"])


def require_gateway(request: Request) -> None:
    """Anybody, as long as it is the gateway that passes it on."""
    _claims(request, "gateway", "professional", "council")


def current_grant(request: Request, right: Literal["read", "edit", "submit"]) -> FormGrant:
    """The grant for the task in the address, of the professional who asks, with that right."""
    grant = grant_in(request, request.headers.get(GRANT_HEADER, ""), right)
    if grant.task_id != request.path_params["task_id"]:
        raise Forbidden("wrong_grant", _NOT_YOURS)
    narrow(grant)
    return grant


def grant_in(request: Request, token: str, right: Literal["read", "edit", "submit"]) -> FormGrant:
    """What a token grants to the professional who asks, with that right, whichever task it is for."""
    person = current_professional(request)
    verifier: Verifier = request.app.state.grants
    grant = FormGrant.model_validate(verifier.verify(token))
    if grant.account_id != person.account_id:
        raise Forbidden("wrong_grant", _NOT_YOURS)
    if right not in grant.rights:
        raise Forbidden("right_missing", "You can no longer change this form.")
    return grant
