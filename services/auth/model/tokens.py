"""Secrets that a person's browser holds: how they are made, and what alone is stored of them. No I/O."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, fit for a header or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What the database keeps of a token: enough to find it, nothing to use."""
    return hashlib.sha256(token.encode()).hexdigest()
