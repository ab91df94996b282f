"""The demo: invented people and work of a council, put in through the portal's own doors. Run as a process.

What it puts in is in `demo_content`. Once done it is not done again: the data directory remembers.
"""

import argparse
import asyncio
import json
import secrets
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

import aiohttp

from commands.parts.council_door import CouncilDoor
from commands.parts.demo_content import BRISTOL, PEOPLE, Person, delegations, groups, retracted
from commands.parts.inside import Inside, inside
from commands.parts.instance import Instance, directory
from commands.parts.mail import code_in
from commands.parts.trouble import Trouble

_FILE = "demo.json"
_MAIL_SECONDS = 30
_WORDS = (
    "amber",
    "birch",
    "canoe",
    "comet",
    "copper",
    "falcon",
    "harbour",
    "heron",
    "lantern",
    "meadow",
    "violin",
    "walnut",
)

Account = dict[str, str]


async def set_up(instance: Instance) -> list[Account]:
    """Register the people, publish the work; return the accounts, also when all was there before."""
    done: dict[str, Any] = instance.kept(_FILE) or {"accounts": [], "is_complete": False}
    state = instance.running()
    if done["is_complete"]:
        return list(done["accounts"])
    registered = {account["email"] for account in done["accounts"]}
    async with inside(instance) as services, aiohttp.ClientSession() as mail:
        for person in PEOPLE:
            if person.email not in registered:
                done["accounts"].append(await _register(services, mail, state["mail"]["api"], person))
                instance.keep(_FILE, done)
        for authority in delegations(_today()):
            await _publish(CouncilDoor.of(state, authority))
        await _wait_for_tasks(services)
    instance.keep(_FILE, {**done, "is_complete": True})
    return list(done["accounts"])


async def _register(services: Inside, mail: aiohttp.ClientSession, api: str, person: Person) -> Account:
    """The three steps of a registration, with the code from the mail catcher."""
    password = _password()
    body = {"authority": BRISTOL, "details": asdict(person.details)}
    started = await _auth(services, "POST", "/registrations", body)
    path = f"/registrations/{started['registration_id']}"
    credentials = {"email": person.email, "password": password, "confirm_password": password}
    await _auth(services, "PUT", f"{path}/credentials", credentials)
    await _auth(services, "POST", f"{path}/confirm", {"code": await _code(mail, api, person.email)})
    return {"email": person.email, "password": password, "name": person.name}


async def _auth(services: Inside, method: str, path: str, body: dict[str, Any]) -> Any:
    status, answer = await services.ask("auth", method, path, body)
    if status >= 400:  # noqa: PLR2004 - HTTP's own border
        raise Trouble(f"The demo's people could not be registered: {answer}")
    return answer


async def _code(mail: aiohttp.ClientSession, api: str, email: str) -> str:
    async with asyncio.timeout(_MAIL_SECONDS):
        while True:
            async with mail.get(f"{api}/api/v1/messages", params={"limit": "50"}) as answer:
                rows = (await answer.json())["messages"]
            for row in rows:
                if any(to["Address"] == email for to in row["To"]):
                    async with mail.get(f"{api}/api/v1/message/{row['ID']}") as answer:
                        code = code_in((await answer.json())["Text"])
                    if code:
                        return code
            await asyncio.sleep(0.1)


async def _publish(door: CouncilDoor) -> None:
    async with door.connected() as connection:
        for name, bodies in (
            ("council.work-group.defined.v1", groups()),
            ("council.delegation.requested.v1", delegations(_today())),
            ("council.delegation.retracted.v1", retracted()),
        ):
            for body in bodies.get(door.authority, []):
                await door.publish(connection, name, body)


async def _wait_for_tasks(services: Inside) -> None:
    """Ready means that the tasks can be seen."""
    wanted = [(code, body["delegation_id"]) for code, bodies in delegations(_today()).items() for body in bodies]
    async with asyncio.timeout(_MAIL_SECONDS):
        for authority, delegation_id in wanted:
            path = f"/delegations/{delegation_id}"
            while (await services.ask("tasks", "GET", path, authority=authority))[0] != 200:  # noqa: ASYNC110, PLR2004
                await asyncio.sleep(0.1)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the demo is for the person in front of this machine


def _password() -> str:
    """Easy to type, made anew for each instance."""
    words = (secrets.choice(_WORDS).capitalize() for _ in range(3))
    return f"{'-'.join(words)}-{secrets.randbelow(90) + 10}"


def main() -> None:
    """Set up the demo of an instance and print its accounts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=directory, required=True)
    try:
        print(json.dumps(asyncio.run(set_up(Instance(parser.parse_args().data)))))
    except (Trouble, TimeoutError) as trouble:
        sys.exit(str(trouble) or "The portal took too long over the demo's people and forms.")


if __name__ == "__main__":
    main()
