"""What every use case of auth works with. Wired in app, passed in, never global."""

from dataclasses import dataclass

from chassis.authorities import Authorities
from chassis.shared_keys import Seal, Tickets
from services.auth.model.common import CommonPasswords
from services.auth.store import Stores
from services.auth.usecases.councils import CouncilTokenIssuer
from services.auth.usecases.hashing import PasswordHasher


@dataclass(frozen=True, slots=True)
class Auth:
    """Stores, hasher, the councils and their clients, the keys of codes, and the passwords that nobody may choose."""

    stores: Stores
    hasher: PasswordHasher
    authorities: Authorities
    secret: bytes
    councils: CouncilTokenIssuer
    seal: Seal
    """For notify, which opens it."""
    tickets: Tickets
    """Of the addresses in digests, which notify makes."""
    vault: Seal
    """For auth alone: the secrets of authenticator apps, and passkeys."""
    common: CommonPasswords
