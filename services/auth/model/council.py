"""A council's own program, as auth knows it. No I/O."""

from pydantic import Field

from contracts.base import Value


class CouncilClient(Value):
    """One authority's client; the secret is 256 random bits, so a plain hash of it is enough."""

    client_id: str = Field(min_length=1)
    client_secret_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
