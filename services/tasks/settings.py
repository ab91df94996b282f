"""What differs for tasks between a laptop and production."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import StoredServiceSettings


class Settings(StoredServiceSettings):
    """Prefix TASKS_."""

    model_config = SettingsConfigDict(env_prefix="TASKS_", frozen=True, extra="ignore", populate_by_name=True)

    mongo_database: str = "portal_tasks"
    gateway_public_key: str
    signing_key: SecretStr
    index_key: SecretStr
    """Of the hashes that addresses and children are found by. A new one finds nothing of what was written before."""
