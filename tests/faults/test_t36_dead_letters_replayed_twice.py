"""T36: dead letters are replayed, the replay is killed half-way, they are replayed again: the effect is one."""

import asyncio
import os
import signal
import sys

from commands.parts.instance import ROOT
from tests.faults.cms import REJECTED, Cms
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures

INBOX = "group@school.example"


async def test_t36_dead_letters_replayed_twice_have_their_effect_once(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    ids = [f"{prefix}{number}" for number in range(deliveries)]
    letters = [f"request-of-{one}" for one in ids]
    group = f"wg-{prefix}"
    await cms.delegate(ids, assignee={"kind": "work_group", "work_group_id": group})
    await eventually(lambda: cms.bodies[REJECTED].keys() >= set(letters), within=120)
    dead = await house.dead()
    assert {dead[letter]["code"] for letter in letters} == {"unknown_work_group"}
    await _define(cms, group)
    replay = ("dead", "replay", "--limit", "100000", "--json", *letters)
    replayed = await _killed_half_way(house, cms, ids, *replay)
    first = await asyncio.to_thread(house.portal.command, *replay, check=False)
    second = await asyncio.to_thread(house.portal.command, *replay, check=False)
    settled = await house.settle(cms, ids, inbox=INBOX)
    assert (first.returncode, second.returncode) == (0, 1)
    assert not (await house.dead()).keys() & set(letters)
    measures.report(
        "T36",
        attempted=deliveries,
        replayed_before_the_kill=replayed,
        **settled,
        duplicated=cms.duplicates(ids),
        effects=deliveries,
    )


async def _define(cms: Cms, group: str) -> None:
    body = {"work_group_id": group, "name": "Group", "email": INBOX, "version": 1}
    members = [{"email": "one@school.example", "is_manager": True}]
    await cms.tell("council.work-group.defined.v1", {**body, "members": members}, f"group-{group}")
    await asyncio.sleep(1)


async def _killed_half_way(house: House, cms: Cms, ids: list[str], *words: str) -> int:
    """Starts a replay and kills it once some of it has come through."""
    name, *rest = words
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "commands", name, "--data", str(house.portal.data), *rest),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await eventually(lambda: len(cms.accepted(ids)) >= 3, within=60)
    os.kill(process.pid, signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL, "the replay was over before it could be killed"
    return len(cms.accepted(ids))
