"""What differs between a laptop and production for the gateway. Read from variables that start with GATEWAY_."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from contracts import registry


class GatewaySettings(ServiceSettings):
    """Keys and addresses have no default: one that is missing stops the start."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore", populate_by_name=True)

    signing_key: SecretStr
    """Signs who asks, for the services behind."""
    auth_public_key: str
    """Verifies councils' access tokens."""
    secret: SecretStr
    """Encrypts cookies, signs forms' tokens; 32 bytes as base64url."""
    public_url: str
    """Where browsers find the portal; https turns on secure cookies and HSTS."""
    default_authority: str = "bristol"
    service_urls: dict[str, str]
    """Where each service behind it is, by name."""
    ca_file: Path | None = None
    """Whose certificates the services behind show, where their addresses are https; else whom the machine trusts."""
    sign_ins_per_minute: int = 300
    """Passwords, codes and registrations from one client address; in this process, auth limits each account
    and network for all of them."""
    requests_per_minute: int = 30_000
    """All requests from one client address: a school or a hospital shares one."""
    proxies: str = Field(default="", validation_alias="FORWARDED_ALLOW_IPS")
    """The TLS proxies in front, as uvicorn reads them: their word counts about who asks, nobody else's."""

    @field_validator("service_urls")
    @classmethod
    def _check_that_none_is_missing(cls, urls: dict[str, str]) -> dict[str, str]:
        if missing := [name for name in registry.stored() if name not in urls]:
            raise ValueError(f"no address of {', '.join(missing)}")
        return urls

    def unfit_for_production(self) -> Iterator[str]:
        """Also a gateway that cannot tell its clients apart, since it knows no proxy or believes everybody.

        And one that speaks to the services behind in clear.
        """
        yield from super().unfit_for_production()
        yield from self.plain_faults("service_urls", *self.service_urls.values())
        if not self.proxies.strip() or "*" in self.proxies:
            yield "FORWARDED_ALLOW_IPS (PORTAL_PROXY) does not name the TLS proxy in front, give its address or network"
