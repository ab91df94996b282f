"""One email a day: what waits is told once, in the morning, to whoever wants it so, and what is over is not."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from chassis import clock
from chassis.schedule import Entry
from chassis.shared_keys import DIGEST_TICKETS, Tickets
from contracts.auth import AccountClosed, AccountReaddressed, DigestChanged
from contracts.base import Contact
from contracts.tasks import TaskCompleted, TaskOpened
from services.notify.model import delivery_id, next_digest
from services.notify.usecases import digests
from tests.component.notify.harness import CODE_KEY, Notify, address, opened, reminded, retracted, unbegun
from tests.support.eventually import eventually, stays
from tests.unit.notify.test_email_templates import AUTHORITIES

BRISTOL = AUTHORITIES.get("bristol")


class Reader:
    """Somebody with an account who wants one email a day, and the clock."""

    def __init__(self, notify: Notify, set_clock: Callable[[datetime], None], address: str) -> None:
        self.notify, self.set_clock, self.address, self.account_id = notify, set_clock, address, str(uuid4())
        self.morning = next_digest(clock.now(), BRISTOL)

    async def chooses(self, *, is_wanted: bool) -> None:
        """Until notify knows."""
        at = clock.now()
        person = Contact(email=self.address, name="Sandra")
        await self.notify.hears(
            DigestChanged(
                account_id=self.account_id, authority="bristol", person=person, is_wanted=is_wanted, changed_at=at
            )
        )
        await self.knows(is_wanted=is_wanted)

    async def knows(self, **fields: Any) -> None:
        choices = self.notify.deliveries.database.choices
        await eventually(lambda: choices.find_one({"_id": self.account_id, **fields}))

    async def moves_to(self, address: str) -> None:
        """Until notify knows."""
        former, self.address = Contact(email=self.address), address
        event = AccountReaddressed(
            account_id=self.account_id,
            authority="bristol",
            person=Contact(email=address),
            former=former,
            readdressed_at=clock.now(),
        )
        await self.notify.hears(event)
        await self.knows(addressed_at=event.readdressed_at)

    async def waits(self, number: int) -> None:
        """Until so much waits."""

        async def is_so() -> bool:
            return await self.notify.deliveries.count_documents({"state": "waiting"}) == number

        await eventually(is_so)

    def goes_to_the_morning(self) -> None:
        self.set_clock(self.morning + timedelta(minutes=1))

    async def gets(self) -> dict[str, Any]:
        """The one email of the morning."""
        self.goes_to_the_morning()
        (email,) = await self.notify.mail_to(self.address)
        await self.waits(0)
        return email


def new_form(*people: str, days: int = 30, **changes: Any) -> TaskOpened:
    due_on = clock.today() + timedelta(days=days)
    return opened(*people).model_copy(update={"due_on": due_on, "reference": "BRI-4K7Q-22", **changes})


def submitted(event: TaskOpened, email: str, *, version: int) -> TaskCompleted:
    return TaskCompleted(
        **event.model_dump(include={"task_id", "authority", "delegation_id", "form_title", "reference"}),
        task_version=version,
        contribution_id=str(uuid4()),
        receipt="0123abcd",
        tell=[Contact(email=email)],
        completed_at=clock.now(),
    )


@pytest.fixture
async def reader(notify: Notify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    file = tmp_path / "clock"
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(file))

    def set_clock(at: datetime) -> None:
        seconds = (at - clock.unmoved()).total_seconds()
        file.write_text(f"{'-' if seconds < 0 else ''}PT{abs(seconds):.0f}S")

    reader = Reader(notify, set_clock, address())
    set_clock(reader.morning - timedelta(hours=2))
    await reader.chooses(is_wanted=True)
    return reader


async def test_what_happens_is_told_in_the_morning_in_one_email_and_once(reader: Reader) -> None:
    notify, event = reader.notify, new_form(reader.address)
    late = reminded(event, 1).model_copy(update={"task_id": "another", "due_on": clock.today() - timedelta(days=1)})
    idle = unbegun(event, date(2021, 9, 1), -30, clock.today() + timedelta(days=30))
    await notify.hears(event, late, idle, times=2)
    await reader.waits(3)
    assert notify.catcher.sent_to(reader.address) == []
    email = await reader.gets()
    text = email["Text"]
    assert "- New form for you, due " in text
    assert "EHC needs assessment contributions (BRI-4K7Q-22): https://portal.example/forms/" in text
    assert "- Late, was due " in text
    assert "- Nobody has begun it since 01-Sep-2021, due " in text
    raw = notify.catcher.text(f"/api/v1/message/{email['ID']}/raw")
    way_back = f"https://portal.example/emails/{Tickets(SecretStr(CODE_KEY), DIGEST_TICKETS).of(reader.account_id)}"
    assert f"List-Unsubscribe: <{way_back}>" in raw
    assert way_back in text
    await notify.hears(event, late)
    assert await stays(lambda: len(notify.catcher.sent_to(reader.address)) == 1)
    for word in ("Gabriel", "P-10023"):
        assert word not in raw + text + email["HTML"]


async def test_what_is_due_soon_and_what_ends_something_does_not_wait(reader: Reader) -> None:
    notify, soon, other = reader.notify, new_form(reader.address, days=2), new_form(reader.address)
    await notify.hears(soon, submitted(other, reader.address, version=2), retracted(other))
    emails = await notify.mail_to(reader.address, number=3)
    assert sorted(email["Subject"].partition(" ")[0] for email in emails) == ["New", "Retracted:", "Your"]


async def test_only_whoever_has_chosen_it_waits(reader: Reader) -> None:
    other = address()
    await reader.notify.hears(new_form(reader.address, other))
    assert len(await reader.notify.mail_to(other)) == 1
    await reader.waits(1)


async def test_what_is_over_by_the_morning_is_not_told_whatever_was_heard_first(reader: Reader) -> None:
    notify = reader.notify
    forms = [new_form(reader.address, form_title=f"Form {number}") for number in range(4)]
    untold = retracted(forms[0]).model_copy(update={"tell": []})
    await notify.hears(
        *forms[:3], untold, submitted(forms[1], address(), version=2), submitted(forms[3], address(), version=3)
    )
    await eventually(lambda: notify.deliveries.find_one({"delegation_id": forms[3].delegation_id}))
    again = forms[1].model_copy(update={"task_version": 3, "task_id": "sent back since"})
    await notify.hears(forms[3], again)
    await reader.waits(5)
    text = (await reader.gets())["Text"]
    assert [f"Form {number}" in text for number in range(4)] == [False, True, True, False]
    assert text.count("Form 1 ") == 1


async def test_two_authorities_are_two_emails(reader: Reader) -> None:
    await reader.notify.hears(new_form(reader.address), new_form(reader.address, authority="oxfordshire"))
    await reader.waits(2)
    reader.goes_to_the_morning()
    emails = await reader.notify.mail_to(reader.address, number=2)
    assert {email["From"]["Address"].partition("@")[2].partition("-")[0] for email in emails} == {
        "bristol",
        "oxfordshire",
    }


async def test_a_digest_whose_maker_was_killed_before_it_had_noted_that_is_one_all_the_same(reader: Reader) -> None:
    notify = reader.notify
    await notify.hears(*(new_form(reader.address) for _ in range(3)))
    await reader.waits(3)
    before = [document async for document in notify.deliveries.find({"state": "waiting"})]
    await reader.gets()
    for document in before:
        await notify.deliveries.replace_one({"_id": document["_id"]}, document)
    again = {"$set": {"state": "planned", "held_until": clock.unmoved()}, "$unset": {"forget_at": 1}}
    await notify.deliveries.database.schedule.update_many({}, again)
    await reader.waits(0)
    assert await notify.deliveries.count_documents({"state": "told"}) == 3
    assert len(notify.catcher.sent_to(reader.address)) == 1


async def test_what_comes_too_late_for_its_digest_is_told_in_another(reader: Reader) -> None:
    notify = reader.notify
    await notify.hears(new_form(reader.address, form_title="Early"))
    await reader.waits(1)
    await reader.gets()
    reader.set_clock(reader.morning - timedelta(hours=1))
    await notify.hears(new_form(reader.address, form_title="Late"))
    await reader.waits(1)
    reader.goes_to_the_morning()
    emails = await notify.mail_to(reader.address, number=2)
    assert sorted(("Early" in email["Text"], "Late" in email["Text"]) for email in emails) == [
        (False, True),
        (True, False),
    ]


async def test_what_is_kept_after_its_entry_was_done_is_told_all_the_same(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = new_form(reader.address)
    entry = Entry(
        digests.DIGEST, "bristol", (delivery_id("task opened", event.task_id, reader.address),), reader.morning
    )
    done = {"_id": entry.entry_id, "state": "done", "forget_at": clock.unmoved() + timedelta(days=1)}
    await reader.notify.deliveries.database.schedule.insert_one(done)
    reader.goes_to_the_morning()
    monkeypatch.setattr(digests, "next_digest", lambda *_: reader.morning)
    await reader.notify.hears(event)
    assert (await reader.gets())["Subject"].startswith("Your forms: what is new")


async def test_whoever_wants_an_email_for_each_thing_again_gets_what_waits_at_once(reader: Reader) -> None:
    await reader.notify.hears(new_form(reader.address), new_form(reader.address))
    await reader.waits(2)
    await reader.chooses(is_wanted=False)
    emails = await reader.notify.mail_to(reader.address, number=2)
    assert all(email["Subject"].startswith("New form for you") for email in emails)
    reader.goes_to_the_morning()
    assert await stays(lambda: len(reader.notify.catcher.sent_to(reader.address)) == 2)


async def test_choice_and_what_waits_follow_to_a_new_address(reader: Reader) -> None:
    notify, former = reader.notify, reader.address
    await notify.hears(new_form(former))
    await reader.waits(1)
    await reader.moves_to(address())
    await notify.hears(new_form(reader.address, authority="oxfordshire"))
    await reader.waits(2)
    reader.goes_to_the_morning()
    emails = await notify.mail_to(reader.address, number=3)
    assert sorted(email["Subject"].startswith("Your forms: what is new") for email in emails) == [False, True, True]
    assert len(notify.catcher.sent_to(former)) == 1, "only of the change"


async def test_with_the_account_its_digest_ends(reader: Reader) -> None:
    notify = reader.notify
    await notify.hears(new_form(reader.address))
    await reader.waits(1)
    person = Contact(email=reader.address)
    await notify.hears(
        AccountClosed(account_id=reader.account_id, authority="bristol", person=person, closed_at=clock.now())
    )
    await reader.waits(0)
    await notify.hears(new_form(reader.address))
    subjects = {email["Subject"].partition(" ")[0] for email in await notify.mail_to(reader.address, number=2)}
    assert len(subjects) == 2
    reader.goes_to_the_morning()
    assert await stays(lambda: len(notify.catcher.sent_to(reader.address)) == 2)


async def test_a_digest_that_nobody_takes_is_told_for_each_form_in_it(reader: Reader) -> None:
    notify = reader.notify
    await reader.moves_to(address("+550"))
    forms = [new_form(reader.address), new_form(reader.address)]
    await notify.hears(*forms)
    await reader.waits(2)
    reader.goes_to_the_morning()
    for form in forms:
        told = await notify.recorder.expect("portal.delivery.failed.v1", delegation_id=form.delegation_id)
        assert told["purpose"] == "digest"
        await notify.recorder.expect("notify.email.failed.v1", delegation_id=form.delegation_id)
