"""What every service reads from its environment; each service adds its own with its own prefix."""

import base64
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Common to all. A subclass sets `env_prefix`; a missing secret stops the start with its variable's name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    env: Literal["local", "test", "production"] = Field(default="local", validation_alias="PORTAL_ENV")
    authorities_dir: Path = Field(default=Path("deploy/authorities"), validation_alias="PORTAL_AUTHORITIES_DIR")
    log_level: str = Field(default="INFO", validation_alias="PORTAL_LOG_LEVEL")


class StoredServiceSettings(ServiceSettings):
    """For a service with a database and a broker connection of its own."""

    mongo_url: SecretStr
    mongo_database: str
    amqp_url: SecretStr


def key_bytes(secret: SecretStr | str) -> bytes:
    """The 32 bytes of a key or secret written as unpadded base64url."""
    text = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != 32:  # noqa: PLR2004 - the size of an Ed25519 key
        raise ValueError("a key must be 32 bytes, written as base64url")
    return raw
