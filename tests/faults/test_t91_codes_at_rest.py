"""T91, for codes and temporary passwords: while one is good, no file holds it in clear, its person's mailbox aside."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from tests.faults.house import House
from tests.support.council import Council
from tests.support.mail import Mail
from tests.support.measures import Measures
from tests.support.person import PASSWORD, Person

_PIECE = 1 << 20


def files_of(data: Path) -> Iterator[Path]:
    """Every file of a portal: databases, journals, broker, logs; the mail catcher is the person's own mailbox."""
    return (path for path in data.rglob("*") if path.is_file() and data / "mail" not in path.parents)


def holding(data: Path, *texts: str) -> list[str]:
    """Which files hold one of these texts."""
    return [str(path.relative_to(data)) for path in files_of(data) if _holds(path, [text.encode() for text in texts])]


def _holds(path: Path, wanted: list[bytes]) -> bool:
    left = b""
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                if any(text in left + piece for text in wanted):
                    return True
                left = piece[-100:]
    except FileNotFoundError:
        pass  # an engine has put it away meanwhile
    return False


def ask_for_codes(person: Person, mail: Mail, email: str) -> None:
    """One code of each kind."""
    person.register(mail, email)
    person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
    person.press(person.open("/reset/1"), "Next", {"Email": email})


async def open_account(house: House, email: str) -> None:
    """A council opens an account; it is emailed a temporary password."""
    given = {"forename": "Sandra", "surname": "Example", "role": "SENCO", "organisation": "Example School"}
    async with Council.of(house.portal.addresses, "oxfordshire") as council:
        await council.publish("council.account.opened.v1", {"email": email, **given})


async def test_t91_a_good_code_stands_in_no_file(house: House, measures: Measures) -> None:
    portal, mail, email = house.portal.gateway, house.portal.mail, f"p.{uuid4().hex[:12]}@school.example"
    with Person(portal) as person:
        await asyncio.to_thread(ask_for_codes, person, mail, email)
        await asyncio.to_thread(mail.code_for, email, more_than=2)
        for replica in ("notify", "notify-2"):
            house.portal.kill(replica, signal.SIGSTOP)
        try:
            # Now one lies in the broker, until somebody takes it; so does a temporary password.
            await asyncio.to_thread(person.press, person.open("/reset/1"), "Next", {"Email": email})
            await open_account(house, f"o.{email}")
            await asyncio.sleep(1)
        finally:
            for replica in ("notify", "notify-2"):
                house.portal.kill(replica, signal.SIGCONT)
        await asyncio.to_thread(mail.code_for, email, more_than=3)
    codes = mail.codes_for(email)
    shown = [f"{code[:4]} {code[4:]}" for code in codes]
    password = await asyncio.to_thread(mail.temporary_password_for, f"o.{email}")
    codes, shown = [*codes, password.replace(" ", "")], [*shown, password]
    found = {
        code: await asyncio.to_thread(holding, house.portal.data, code, code_shown)
        for code, code_shown in zip(codes, shown, strict=True)
    }
    # The search finds what is there: the address in auth's accounts, a message's name in the broker's files.
    where = await asyncio.to_thread(holding, house.portal.data, email, "auth.code.requested.v1")
    measures.report(
        "T91",
        codes=len(codes),
        files=len(list(files_of(house.portal.data))),
        files_with_a_code=sum(map(len, found.values())),
        files_with_what_is_there=len(where),
    )
    assert len(codes) == 5
    assert found == {code: [] for code in codes}
    assert {name.split("/")[0] for name in where} >= {"broker", "database"}
