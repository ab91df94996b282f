"""What differs for notify between a laptop and production."""

from pydantic import AnyHttpUrl, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import StoredServiceSettings


class Settings(StoredServiceSettings):
    """Prefix NOTIFY_. An address that is missing stops the start."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", frozen=True, extra="ignore", populate_by_name=True)

    mongo_database: str = "portal_notify"
    smtp_url: SecretStr
    """`smtp:` (STARTTLS where the server offers it) or `smtps:`, with user and password where the server wants them."""
    code_key: SecretStr
    """Opens the codes that auth has sealed; 32 bytes as base64url."""
    gateway_public_key: str
    public_url: AnyHttpUrl
    """Where emails lead."""
