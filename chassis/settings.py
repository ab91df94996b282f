"""What every service reads from its environment; each service adds its own with its own prefix."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_FOR_TESTS = ("PORTAL_CLOCK_FILE", "PORTAL_FAILPOINTS")
_FEWEST_BYTES = 16
"""Of 32 random bytes at least so many differ; a key of zeros, or of one word again and again, has fewer."""
_LETS_ANYBODY_ANSWER = {"no_verify_ssl", "tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"}
"""Options of the two drivers that skip the check of a certificate."""


class ServiceSettings(BaseSettings):
    """Common to all. A subclass sets `env_prefix`; a missing secret stops the start with its variable's name."""

    # What stops a start is told by name; the values, keys among them, stay out of the log.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    env: Literal["local", "test", "production"] = Field(default="local", validation_alias="PORTAL_ENV")
    authorities_dir: Path = Field(default=Path("deploy/authorities"), validation_alias="PORTAL_AUTHORITIES_DIR")
    log_level: str = Field(default="INFO", validation_alias="PORTAL_LOG_LEVEL")
    trusted_network: bool = Field(default=False, validation_alias="PORTAL_TRUSTED_NETWORK")
    """A mesh or a tunnel encrypts between the parts: production then takes addresses without TLS."""
    otlp_url: str = Field(default="", validation_alias="PORTAL_OTLP_URL")
    """The collector of traces, as `http://collector:4318`; without one nothing is traced."""

    @model_validator(mode="after")
    def _check_for_production(self) -> Self:
        if self.env == "production" and (faults := list(self.unfit_for_production())):
            raise ValueError("PORTAL_ENV=production refuses to start: " + "; ".join(faults))
        return self

    def unfit_for_production(self) -> Iterator[str]:
        """What is good enough for a laptop only: each variable, and what to do. A service adds its own."""
        yield from (f"{name} is for tests, unset it" for name in _FOR_TESTS if os.environ.get(name))
        for name, value in self:
            if name == "secret" or name.endswith("_key"):
                yield from _key_faults(self.variable(name), value)
            elif name == "public_url" and not str(value).startswith("https://"):
                yield f"{self.variable(name)} is not https, name the address that browsers use"
        if self.otlp_url:
            yield from self.plain_faults("otlp_url", self.otlp_url)

    def plain_faults(self, name: str, *urls: str) -> Iterator[str]:
        """A setting with an address that anybody on the network could listen in to, where nothing below encrypts."""
        if not self.trusted_network and not all(map(is_sealed, urls)):
            yield f"{self.variable(name)} is not TLS with a checked certificate, or set PORTAL_TRUSTED_NETWORK=true"

    def variable(self, name: str) -> str:
        """The environment variable of a setting."""
        shared = type(self).model_fields[name].validation_alias
        return shared if isinstance(shared, str) else f"{self.model_config.get('env_prefix', '')}{name}".upper()


class StoredServiceSettings(ServiceSettings):
    """For a service with a database and a broker connection of its own."""

    mongo_url: SecretStr
    mongo_database: str
    amqp_url: SecretStr
    events_key: SecretStr
    """Seals what services tell one another: all of them have the same; after a comma those that were it before."""
    master_keys: SecretStr = SecretStr("")
    """Of the keys that this service's data is sealed with; after a comma those that were it before (ADR 0038)."""
    keys_url: str = ""
    """A key service has those keys instead: where its transit engine answers, as `https://vault:8200/v1/transit`."""
    keys_token: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        if not self.keys_url and not self.master_keys.get_secret_value():
            raise ValueError(f"{self.variable('master_keys')} is missing, or {self.variable('keys_url')}")
        return self

    def unfit_for_production(self) -> Iterator[str]:
        """Also a database or a broker that asks for no password, or that is spoken to in clear."""
        yield from super().unfit_for_production()
        if self.keys_url:
            yield from self.plain_faults("keys_url", self.keys_url)
        for key in self.events_key.get_secret_value().split(","):
            yield from _key_faults(self.variable("events_key"), key)
        for key in self.master_keys.get_secret_value().split(",") if not self.keys_url else ():
            yield from _key_faults(self.variable("master_keys"), key)
        for name, url in (("mongo_url", self.mongo_url), ("amqp_url", self.amqp_url)):
            if not has_password(url):
                yield f"{self.variable(name)} has no password, give this service a user of its own"
            yield from self.plain_faults(name, url.get_secret_value())


def has_password(url: SecretStr) -> bool:
    """Whether an address names a user and a password that are not a broker's default ones."""
    parts = urlsplit(url.get_secret_value())
    return bool(parts.username and parts.password) and parts.username != "guest"


def is_sealed(url: str) -> bool:
    """Whether an address means TLS, and a certificate that is checked."""
    parts = urlsplit(url)
    options = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    if options.keys() & _LETS_ANYBODY_ANSWER:
        return False
    if parts.scheme in {"mongodb", "mongodb+srv"}:
        unsaid = "true" if parts.scheme == "mongodb+srv" else "false"
        return options.get("tls", options.get("ssl", unsaid)) == "true"
    return parts.scheme in {"amqps", "https"}


def _key_faults(variable: str, key: SecretStr | str) -> Iterator[str]:
    try:
        raw = key_bytes(key)
    except ValueError:
        yield f"{variable} is not 32 bytes as base64url, `python -m commands.environment` makes one"
        return
    if len(set(raw)) < _FEWEST_BYTES:
        yield f"{variable} is not random, `python -m commands.environment` makes one"


def key_bytes(secret: SecretStr | str) -> bytes:
    """The 32 bytes of a key or secret written as unpadded base64url."""
    text = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != 32:  # noqa: PLR2004 - the size of an Ed25519 key
        raise ValueError("a key must be 32 bytes, written as base64url")
    return raw
