"""The keys that this run's services seal with, for those that are not started by `./portal up`."""

from pydantic import SecretStr

from chassis.copies import CopySeal
from chassis.database import Database
from chassis.event_log import EventLog
from chassis.keys import Finder, KeyRing
from chassis.shared_keys import BodySeal, CouncilSeal
from chassis.wrapping import EnvironmentWrapping
from tests.support.service import new_key

SETTINGS = {"events_key": new_key(), "master_keys": new_key()}
"""Of every service that stores something."""
INDEX_KEY = new_key()
FINDER = Finder(SecretStr(INDEX_KEY))
NO_COUNCIL_KEYS = CouncilSeal([])
BODIES = BodySeal(SecretStr(SETTINGS["events_key"]))


def event_log(database: Database) -> EventLog:
    """What was told, beside the documents of a service's database."""
    return EventLog(database.collection("outbox_sent"), CopySeal(BODIES, key_ring(database)))


def key_ring(database: Database) -> KeyRing:
    """The keys of a service's database."""
    return KeyRing(database, EnvironmentWrapping(SecretStr(SETTINGS["master_keys"]), database))
