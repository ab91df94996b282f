"""What differs for notify between a laptop and production."""

import re
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import AnyHttpUrl, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import StoredServiceSettings, has_password

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_API_KEY = re.compile(f".+-{_ID}-{_ID}")


class Settings(StoredServiceSettings):
    """Prefix NOTIFY_. An address that is missing stops the start."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", frozen=True, extra="ignore", populate_by_name=True)

    mongo_database: str = "portal_notify"
    provider: Literal["smtp", "govuk"] = "smtp"
    """Whoever delivers emails: a mail server, or GOV.UK Notify."""
    smtp_url: SecretStr = SecretStr("")
    """`smtp:` (STARTTLS where the server offers it, in production always) or `smtps:`, with user and password.

    With `?cafile=` the server shows a certificate of that CA, or gets no email.
    """
    govuk_credentials: SecretStr = SecretStr("")
    """An API key of the service at GOV.UK Notify, as it is shown there: its name and two ids."""
    govuk_template_id: str = ""
    """A template of that service with the subject `((subject))` and the text `((body))`."""
    govuk_url: str = "https://api.notifications.service.gov.uk"
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

    @model_validator(mode="after")
    def _check_provider(self) -> Self:
        """What the provider needs is there; what is wrong is told by name alone."""
        needed = ("govuk_credentials", "govuk_template_id") if self.provider == "govuk" else ("smtp_url",)
        if missing := [self.variable(name) for name in needed if not _text(getattr(self, name))]:
            raise ValueError(f"{self.variable('provider')} is {self.provider}, and needs {' and '.join(missing)}")
        if self.provider == "govuk" and not _API_KEY.fullmatch(_text(self.govuk_credentials)):
            raise ValueError(f"{self.variable('govuk_credentials')} is no API key of GOV.UK Notify: copy all of it")
        return self

    def unfit_for_production(self) -> Iterator[str]:
        """Also a relay that takes emails of anybody: it is none, but a catcher for trials."""
        yield from super().unfit_for_production()
        if self.provider == "govuk":
            yield from self.plain_faults("govuk_url", self.govuk_url)
        elif not has_password(self.smtp_url):
            yield f"{self.variable('smtp_url')} has no password, name your relay with its user"


def _text(value: SecretStr | str) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
