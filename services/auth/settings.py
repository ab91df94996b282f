"""What differs between a laptop and production. Read from variables that start with AUTH_."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import StoredServiceSettings
from services.auth.model.council import CouncilClient


class Settings(StoredServiceSettings):
    """Secrets have no default: one that is missing stops the start."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")

    mongo_database: str = "portal_auth"
    secret: SecretStr
    """Codes are hashed with it; 32 bytes as base64url."""
    code_key: SecretStr
    """Seals codes on their way to notify, which has it too, and makes digests' tickets; 32 bytes as base64url."""
    signing_key: SecretStr
    """Signs councils' access tokens."""
    gateway_public_key: str
    """Verifies who asks."""
    council_clients: dict[str, CouncilClient] = {}
    """By authority."""
