"""What differs for forms between a laptop and production."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from chassis.settings import StoredServiceSettings


class Settings(StoredServiceSettings):
    """Environment variables `FORMS_*`."""

    model_config = SettingsConfigDict(env_prefix="FORMS_", frozen=True, extra="ignore", populate_by_name=True)

    mongo_database: str = "portal_forms"
    gateway_public_key: str
    tasks_public_key: str
    files_public_key: str
    public_url: str
    """The gateway's address, under which councils fetch documents."""
    definitions_dir: Path = Path(__file__).parent / "definitions"
