"""Data of the last release under this version: everything is read, and goes on, however the upgrade was cut off."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from commands.parts.instance import Instance
from tests.support import release
from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.person import Person
from tests.support.portal import Portal
from tests.support.release import FORM, SANDRA, Known

ACCEPTED = "portal.delegation.accepted.v1"


@pytest.fixture
def points(tmp_path: Path) -> Path:
    """Where two services die once: between a migration and its note."""
    path = tmp_path / "points"
    path.write_text(json.dumps({f"{name}.migrated": {"chance": 1, "kills": 1} for name in ("tasks", "forms")}))
    return path


def kills_left(points: Path) -> list[int]:
    return [point["kills"] for point in json.loads(points.read_text()).values()]


@pytest.fixture
async def upgraded(tmp_path: Path, points: Path) -> AsyncIterator[tuple[Portal, Known]]:
    """Started on the release's data."""
    portal = Portal.at(tmp_path / "data", PORTAL_FAILPOINTS=str(points))
    known = await asyncio.to_thread(release.load, "0.1", portal.data)
    await asyncio.to_thread(portal.up)
    yield portal, known
    await asyncio.to_thread(portal.down)


@pytest.mark.timeout(900)
async def test_what_the_last_release_kept_is_read_and_goes_on(upgraded: tuple[Portal, Known], points: Path) -> None:
    portal, known = upgraded
    assert kills_left(points) == [0, 0]
    async with Council.of(portal.addresses) as council:
        await _check_council(council, known, delegates="LCS-after")
    await asyncio.to_thread(_check_person, portal, tasks=2)
    assert _without_authority(portal) == []
    assert _in_clear(portal) == []
    assert _planned(portal) >= 3  # an end for what was submitted and for what was withdrawn, and a warning
    await asyncio.to_thread(portal.down)
    await asyncio.to_thread(portal.up)
    async with Council.of(portal.addresses) as council:
        await _check_council(council, known, delegates="LCS-again")
    await asyncio.to_thread(_check_person, portal, tasks=3)


async def _check_council(council: Council, known: Known, *, delegates: str) -> None:
    _, everything = await release.read_events(council)
    assert len(everything) >= known.told
    # A cursor of before may be read from an earlier place, and loses nothing.
    cursor, since = await release.read_events(council, known.cursor)
    assert since == everything[len(everything) - len(since) :]
    assert len(since) >= len(everything) - known.told
    await council.delegate(delegates, SANDRA)
    await council.expect(ACCEPTED, delegation_id=delegates)
    new = await eventually(lambda: _since(council, cursor))
    assert [(event["type"], event["body"]["delegation_id"]) for event in new] == [(ACCEPTED, delegates)]
    for path, digest in known.documents.items():
        content = await council.fetch(council.gateway + path)
        assert sha256(content).hexdigest() == digest
        assert await council.fetch(council.gateway + path, Range=f"bytes={len(content) - 9}-") == content[-9:]


async def _since(council: Council, cursor: str) -> list[dict[str, Any]]:
    return (await release.read_events(council, cursor))[1]


def _check_person(portal: Portal, *, tasks: int) -> None:
    with Person(portal.gateway) as person:
        page = person.sign_in(portal.mail, SANDRA)
        assert f"Currently Assigned Tasks ({tasks})" in page.text
        assert "Recently Submitted Tasks (1)" in page.text
        assert "Recently Retracted Tasks (1)" in page.text
        assert "Tasks Assigned to your Work Groups" in page.text
        forms = [
            person.open(link) for link in dict.fromkeys(page.tree.xpath("//a[starts-with(@href, '/forms/')]/@href"))
        ]
        drafts = [one for one in forms if one.tree.xpath("//input[@value='Half done']")]
        assert len(drafts) == 1, FORM
        person.press(drafts[0], "Next", {"Preferred name": "Half done"})


def _without_authority(portal: Portal) -> list[str]:
    with MongoClient[dict[str, object]](Instance(portal.data).state()["mongo"]) as client:
        buckets = (("files", "content"), ("forms", "pdfs"), ("tasks", "shared"))
        unnamed = {"metadata.authority": {"$exists": False}}
        found = {name: client[f"portal_{name}"][f"{bucket}.files"] for name, bucket in buckets}
        return [name for name, records in found.items() if records.find_one(unnamed)]


def _in_clear(portal: Portal) -> list[str]:
    """Collections in which a child's name stands, or content as it was uploaded."""
    found = []
    with MongoClient[dict[str, object]](Instance(portal.data).state()["mongo"]) as client:
        for service in ("tasks", "forms", "files", "notify"):
            database = client[f"portal_{service}"]
            for name in database.list_collection_names():
                for document in database[name].find():
                    text = str(document)
                    if "Gabriel" in text or "%PDF" in text:
                        found.append(f"{service}.{name}")
    return sorted(set(found))


def _planned(portal: Portal) -> int:
    with MongoClient[dict[str, object]](Instance(portal.data).state()["mongo"]) as client:
        return int(client["portal_tasks"]["schedule"].count_documents({"state": "planned"}))
