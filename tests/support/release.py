"""The data of a release: a small portal's databases in one file, made by that release and read by all that follow.

`python -m tests.support.release 0.1` makes `releases/0.1.jsonl.gz`, in a checkout of the release named. The keys
in it were made for that portal and open nothing else; every person in it is invented.
"""

import asyncio
import gzip
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
from bson import json_util
from pymongo import MongoClient

from commands.parts.instance import Instance
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.engines import local
from tests.support.eventually import wait_until
from tests.support.person import Person
from tests.support.portal import Portal

RELEASES = Path(__file__).parent / "releases"
FORM = "EHC Needs Assessment Contributions"
SANDRA, TOM, GROUP = "sandra.release@school.example", "tom.release@school.example", "wg-release"
SUBMITTED, DRAFTED, RETRACTED, IN_GROUP = "LCS-submitted", "LCS-drafted", "LCS-retracted", "LCS-in-group"

_SERVICES = ("auth", "tasks", "forms", "notify", "files")
_OPTIONS = json_util.CANONICAL_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    """What somebody outside knew of that portal, and finds again after every upgrade."""

    cursor: str
    """Of the council's events: everything before it was read."""
    told: int
    """How many events those were."""
    documents: dict[str, str]
    """By the path at the gateway: the sha256 of what was submitted."""


# Made, by the release itself


async def make(name: str) -> Path:
    """Starts a portal, lets a council and two people use it, and writes down what it keeps."""
    with tempfile.TemporaryDirectory() as folder:
        portal = Portal.at(Path(folder) / "data")
        portal.up()
        try:
            async with Council.of(portal.status()) as council:
                known = await _use(portal, council)
            url, secrets = (
                Instance(portal.data).state()["mongo"],
                json.loads((portal.data / "secrets.json").read_text()),
            )
            wait_until(lambda: not _waiting(url))
            return _write(name, [{"made_at": datetime.now(UTC), "secrets": secrets, **asdict(known)}, *_dumped(url)])
        finally:
            portal.down()


async def _use(portal: Portal, council: Council) -> Known:
    await council.define_group(GROUP, [TOM, SANDRA])
    for delegation_id in (SUBMITTED, DRAFTED, RETRACTED):
        await council.delegate(delegation_id, SANDRA, due_on="2041-09-21")
        await council.expect("portal.delegation.accepted.v1", delegation_id=delegation_id)
    await council.delegate(IN_GROUP, assignee={"kind": "work_group", "work_group_id": GROUP}, due_on="2041-09-21")
    await council.expect("portal.delegation.accepted.v1", delegation_id=IN_GROUP)
    await council.publish("council.delegation.retracted.v1", {"delegation_id": RETRACTED, "reason": "Moved away"})
    await asyncio.to_thread(_fill, portal)
    submitted = (await council.expect("portal.contribution.submitted.v1")).body
    documents = {}
    for document in (submitted["pdf"], *submitted["attachments"]):
        content = await council.fetch(document["url"])
        documents[document["url"].removeprefix(portal.gateway)] = sha256(content).hexdigest()
    cursor, told = await read_events(council)
    return Known(cursor, len(told), documents)


def _fill(portal: Portal) -> None:
    """One form submitted with a file, one with an answer saved; a second person registered."""
    with Person(portal.gateway) as person:
        person.register(portal.mail, TOM, "Tom")
    with Person(portal.gateway) as person:
        person.register(portal.mail, SANDRA)
        tasks = person.sign_in(portal.mail, SANDRA)
        first, second = list(dict.fromkeys(tasks.tree.xpath("//a[starts-with(@href, '/forms/')]/@href")))
        page = person.press(person.open(first), "Next", {"Preferred name": "Gabe"})
        page = person.press(page, "Save", {"Date Assessment Completed": "01/03/2026", "Yes": True})
        page = person.attach(person.press(page, "Next"), "report.pdf", pdf())
        page = person.press(person.press(page, "Submit Contribution"), "Yes")
        assert page.title.startswith("Contribution submitted"), page.text
        person.press(person.open(second), "Next", {"Preferred name": "Half done"})


def _waiting(url: str) -> int:
    """What is not yet told, or not yet emailed."""
    with MongoClient[dict[str, Any]](url) as client:
        databases = [client[f"portal_{service}"] for service in _SERVICES]
        return sum(
            each[name].count_documents({"$or": [{"outbox.0": {"$exists": True}}, {"state": "queued"}]})
            for each in databases
            for name in each.list_collection_names()
        )


def _dumped(url: str) -> Iterator[dict[str, Any]]:
    with MongoClient[dict[str, Any]](url, tz_aware=True) as client:
        for service in _SERVICES:
            database = client[f"portal_{service}"]
            for name in sorted(database.list_collection_names()):
                indexes = [dict(index) for index in database[name].list_indexes() if index["name"] != "_id_"]
                yield {"service": service, "collection": name, "indexes": indexes}
                for document in database[name].find({}):
                    yield {"service": service, "collection": name, "document": document}


def _write(name: str, lines: Iterable[dict[str, Any]]) -> Path:
    path = RELEASES / f"{name}.jsonl.gz"
    text = "".join(json_util.dumps(line, json_options=_OPTIONS) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


# Read, by what comes after it


def load(name: str, data: Path) -> Known:
    """Puts the release's data into a portal that has not been started yet. Its times are moved to now: it is not old.

    Whatever expires by itself would be gone otherwise, with the next turn of the database's clock.
    """
    text = gzip.decompress((RELEASES / f"{name}.jsonl.gz").read_bytes()).decode()
    first, *lines = (json_util.loads(line, json_options=_OPTIONS) for line in text.splitlines())
    data.mkdir(parents=True, exist_ok=True)
    (data / "secrets.json").write_text(json.dumps(first["secrets"]))
    later = datetime.now(UTC) - first["made_at"]
    with local("database", data) as state, MongoClient[dict[str, Any]](state["mongo"], tz_aware=True) as client:
        for line in lines:
            database = client[f"portal_{line['service']}"]
            if "document" in line:
                database[line["collection"]].insert_one(_moved(line["document"], later))
            elif line["indexes"]:
                database.command("createIndexes", line["collection"], indexes=line["indexes"])
    return Known(first["cursor"], first["told"], first["documents"])


def _moved(value: Any, later: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + later
    if isinstance(value, dict):
        return {key: _moved(inner, later) for key, inner in value.items()}
    return [_moved(inner, later) for inner in value] if isinstance(value, list) else value


async def read_events(council: Council, after: str = "") -> tuple[str, list[dict[str, Any]]]:
    """The cursor behind the last event, and what stands between."""
    found: list[dict[str, Any]] = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        headers = {"Authorization": f"Bearer {await council.token(session)}"}
        while True:
            address, params = f"{council.gateway}/api/council/v1/events", {"after": after}
            async with session.get(address, headers=headers, params=params) as answer:
                answer.raise_for_status()
                page = await answer.json()
            if page["after"] is None:
                return after, found
            found, after = found + page["events"], page["after"]


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1]))
