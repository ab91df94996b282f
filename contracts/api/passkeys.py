"""HTTP bodies of auth about passkeys: adding, listing and removing them, and signing in with one."""

from typing import Annotated

from pydantic import AwareDatetime, StringConstraints

from contracts.base import Value

LONGEST_ANSWER = 16_384
"""Characters of what an authenticator says; it says some thousand."""


class Site(Value):
    """At which of the portal's addresses a browser is, as the gateway has checked it."""

    host: str
    """To which passkeys are bound: without scheme and port."""
    origin: str


class NewPasskeyBody(Value):
    """Begins to add a passkey; the password shows that it is its owner who asks."""

    name: str
    password: str
    site: Site


class PasskeyChallengeBody(Value):
    """Begins to sign in with a passkey."""

    site: Site


class PasskeyChallengeView(Value):
    """What an authenticator is asked."""

    challenge_id: str
    """For the browser alone that asks."""
    options: str
    """What the browser is told, as JSON (WebAuthn's `PublicKeyCredential...OptionsJSON`)."""


class PasskeyAnswerBody(Value):
    """What the authenticator has said."""

    challenge_id: str
    answer: Annotated[str, StringConstraints(max_length=LONGEST_ANSWER)]
    """As JSON (WebAuthn's `RegistrationResponseJSON`, `AuthenticationResponseJSON`)."""


class PasskeySignInBody(PasskeyAnswerBody):
    """Signs in at an authority's door."""

    authority: str


class PasskeyEntry(Value):
    """One passkey of an account."""

    passkey_id: str
    """Names it, and opens nothing."""
    name: str
    host: str
    """The one address of the portal's that it is for."""
    added_at: AwareDatetime
    used_at: AwareDatetime | None = None


class PasskeysView(Value):
    """The passkeys of one account; at most ten."""

    passkeys: list[PasskeyEntry]
