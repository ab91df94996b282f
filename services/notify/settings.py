"""What differs for notify between a laptop and production."""

from collections.abc import Iterator

from pydantic import AnyHttpUrl, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import StoredServiceSettings, has_password


class Settings(StoredServiceSettings):
    """Prefix NOTIFY_. An address that is missing stops the start."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", frozen=True, extra="ignore", populate_by_name=True)

    mongo_database: str = "portal_notify"
    smtp_url: SecretStr
    """`smtp:` (STARTTLS where the server offers it, in production always) or `smtps:`, with user and password.

    With `?cafile=` the server shows a certificate of that CA, or gets no email.
    """
    code_key: SecretStr
    """Opens the codes that auth has sealed, and makes digests' tickets; 32 bytes as base64url."""
    index_key: SecretStr
    """Of the hashes by which addresses are found; 32 bytes as base64url."""
    gateway_public_key: str
    public_url: AnyHttpUrl
    """Where emails lead."""

    report_domain: str = ""
    """Where mail servers report what they could not deliver: a domain whose mail comes to this door; none, no door."""
    report_host: str = "127.0.0.1"
    report_port: int = 2525

    def unfit_for_production(self) -> Iterator[str]:
        """Also a relay that takes emails of anybody: it is none, but a catcher for trials."""
        yield from super().unfit_for_production()
        if not has_password(self.smtp_url):
            yield f"{self.variable('smtp_url')} has no password, name your relay with its user"
