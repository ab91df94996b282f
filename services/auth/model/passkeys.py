"""Passkeys (WebAuthn): what is kept of one, and what its authenticator has to show. No I/O, no clock.

Everything that an authenticator says came through a stranger's browser. The library that reads it is loaded where it is
first needed, since whoever only names the handlers of this service needs none of it.
"""

import secrets
from datetime import timedelta

from pydantic import AwareDatetime

from contracts.api.passkeys import Site
from contracts.base import Fault, Value
from services.auth.model.limits import keyed

MOST = 10
"""Passkeys of one account."""
LIFETIME = timedelta(minutes=5)
"""How long somebody has for their authenticator's questions."""
_CHALLENGE_BYTES = 32
_LONGEST_NAME = 60


class Passkey(Value):
    """One of an account's."""

    key: str
    """A keyed hash of its id at its authenticator."""
    sealed: str
    """A `PasskeySecret`, sealed about the account."""
    host: str
    """The one address of the portal's at which browsers offer it."""
    sign_count: int
    """How often its authenticator says that it was used; 0 for ever where that does not count."""
    added_at: AwareDatetime
    used_at: AwareDatetime | None = None


class PasskeySecret(Value):
    """What is sealed of a passkey; bytes as unpadded base64url."""

    credential_id: str
    public_key: str
    """In COSE's form."""
    name: str
    """What its owner calls it."""


class PasskeyChallenge(Value):
    """What an authenticator is to sign, once: for an account that adds a passkey, or for whoever signs in."""

    key: str
    challenge: str
    """Random bytes as unpadded base64url."""
    site: Site
    account_id: str = ""
    """Empty where somebody signs in."""
    sealed_name: str = ""
    expires_at: AwareDatetime


class NewCredential(Value):
    """What an authenticator has made; bytes as unpadded base64url."""

    credential_id: str
    public_key: str
    sign_count: int


class Claim(Value):
    """Whose passkey somebody says they have; nothing of it is shown yet."""

    account_id: str
    credential_id: str


def random_challenge() -> str:
    """Nobody has signed it before."""
    return secrets.token_urlsafe(_CHALLENGE_BYTES)


def read_name(typed: str) -> str | Fault:
    """What a passkey is called, or what is wrong with that."""
    name = " ".join(typed.split())
    if not name:
        return Fault(path="name", code="required", message="Enter a name for the passkey")
    if len(name) > _LONGEST_NAME:
        return Fault(path="name", code="too_long", message=f"The name must be {_LONGEST_NAME} characters or fewer")
    return name


def passkey_key(secret: bytes, credential_id: str) -> str:
    """By what a passkey is found."""
    return keyed(secret, "passkey", credential_id)


def has_gone_on(known: int, shown: int) -> bool:
    """Whether a count is one of the authenticator that we know: one that goes back, or stays, is of a copy."""
    return shown > known or shown == known == 0


def creation_options(
    challenge: PasskeyChallenge, *, email: str, name: str, portal_name: str, present: list[PasskeySecret]
) -> str:
    """What a browser is told to make, as JSON: kept by the authenticator, and behind its fingerprint, face or PIN."""
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers import base64url_to_bytes, structs  # noqa: PLC0415

    options = generate_registration_options(
        rp_id=challenge.site.host,
        rp_name=portal_name,
        user_id=challenge.account_id.encode(),
        user_name=email,
        user_display_name=name,
        challenge=base64url_to_bytes(challenge.challenge),
        timeout=_milliseconds(LIFETIME),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in present
        ],
    )
    return options_to_json(options)


def request_options(challenge: PasskeyChallenge) -> str:
    """What a browser is to ask any passkey of this address for, as JSON."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers import base64url_to_bytes, structs  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=challenge.site.host,
        challenge=base64url_to_bytes(challenge.challenge),
        timeout=_milliseconds(LIFETIME),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def made_credential(challenge: PasskeyChallenge, answer: str) -> NewCredential | None:
    """What an authenticator has made for this challenge; None where the answer does not show that."""
    from webauthn import verify_registration_response  # noqa: PLC0415
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url  # noqa: PLC0415

    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge.challenge),
            expected_rp_id=challenge.site.host,
            expected_origin=challenge.site.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever a parser stumbles over in it, it came from outside
        return None
    return NewCredential(
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
    )


def claim_of(answer: str) -> Claim | None:
    """Whose passkey has answered, as it says itself; None where it says nothing."""
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json  # noqa: PLC0415

    try:
        credential = parse_authentication_credential_json(answer)
        account_id = (credential.response.user_handle or b"").decode()
    except Exception:  # noqa: BLE001 - as above
        return None
    return Claim(account_id=account_id, credential_id=bytes_to_base64url(credential.raw_id))


def shown_count(challenge: PasskeyChallenge, answer: str, public_key: str) -> int | None:
    """How often its authenticator has used it by now; None where it has not signed this challenge for its owner."""
    from webauthn import verify_authentication_response  # noqa: PLC0415
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415

    try:
        shown = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge.challenge),
            expected_rp_id=challenge.site.host,
            expected_origin=challenge.site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,  # `has_gone_on` judges it
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - as above
        return None
    return shown.new_sign_count


def _milliseconds(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)
