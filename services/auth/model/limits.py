"""How often a thing may be done for one email address. No I/O: store counts, atomically."""

import hashlib
import hmac
from datetime import timedelta

from contracts.base import Value
from services.auth.model.codes import Purpose


class Limit(Value):
    """At most `most` times in any stretch of `window`."""

    name: str
    most: int
    window: timedelta


PASSWORD_GUESSES = Limit(name="password", most=10, window=timedelta(minutes=5))


def code_limit(purpose: Purpose) -> Limit:
    """Codes sent and not used yet.

    One limit per purpose: whoever asks for resets in somebody's name must not keep them from signing in.
    """
    return Limit(name=f"code.{purpose}", most=3, window=timedelta(minutes=15))


def limit_key(secret: bytes, limit: Limit, email_key: str) -> str:
    """Where uses are counted: keyed, so that addresses of people without an account are not collected."""
    return hmac.new(secret, f"{limit.name}:{email_key}".encode(), hashlib.sha256).hexdigest()
