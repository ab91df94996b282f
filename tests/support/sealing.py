"""The keys that this run's services seal with, for those that are not started by `./portal up`."""

from pydantic import SecretStr

from chassis.database import Database
from chassis.keys import EnvironmentWrapping, Finder, KeyRing
from chassis.shared_keys import BodySeal, CouncilSeal
from tests.support.service import new_key

SETTINGS = {"events_key": new_key(), "master_keys": new_key()}
"""Of every service that stores something."""
INDEX_KEY = new_key()
FINDER = Finder(SecretStr(INDEX_KEY))
NO_COUNCIL_KEYS = CouncilSeal([])
BODIES = BodySeal(SecretStr(SETTINGS["events_key"]))


def key_ring(database: Database) -> KeyRing:
    """The keys of a service's database."""
    return KeyRing(database, EnvironmentWrapping(SecretStr(SETTINGS["master_keys"]), database))
