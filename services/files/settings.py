"""What differs between a laptop and production for files."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import StoredServiceSettings


class Settings(StoredServiceSettings):
    """Environment variables `FILES_*`."""

    model_config = SettingsConfigDict(env_prefix="FILES_", frozen=True, extra="ignore", populate_by_name=True)

    mongo_database: str = "portal_files"
    signing_key: SecretStr
    gateway_public_key: str
    tasks_public_key: str
    clamd_url: str = "tcp://127.0.0.1:3310"
    signatures_max_days: int = 7
    inspectors: int = 2
