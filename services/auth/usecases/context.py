"""What every use case of auth works with. Wired in app, passed in, never global."""

from dataclasses import dataclass

from chassis.authorities import Authorities
from services.auth.store import Stores
from services.auth.usecases.councils import CouncilDesk
from services.auth.usecases.hashing import PasswordHasher


@dataclass(frozen=True, slots=True)
class Auth:
    """Stores, the hasher, the councils' settings and clients, and the key that codes are hashed with."""

    stores: Stores
    hasher: PasswordHasher
    authorities: Authorities
    secret: bytes
    councils: CouncilDesk
