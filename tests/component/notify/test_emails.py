"""Each thing that happens is told to the right people, once, in the right words, without a word about the child."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis import clock
from contracts.auth import (
    AccountClosed,
    CalendarChange,
    CalendarChanged,
    DeviceAdded,
    PasswordReset,
    RegistrationRefused,
)
from contracts.base import Contact
from contracts.council import Decision
from contracts.tasks import Asked, Holder, TaskAmended, TaskAssigned, TaskCompleted, TaskErased
from services.notify.model import shown_time
from tests.component.notify.harness import (
    DUE,
    Notify,
    address,
    code_for,
    decided,
    opened,
    reminded,
    retracted,
    returned,
    unbegun,
)


async def test_a_delegation_is_told_to_its_person(notify: Notify) -> None:
    person = address()
    await notify.hears(opened(person))
    (email,) = await notify.mail_to(person)
    assert "A new form has been delegated to you on the Professional Portal." in email["Text"]
    assert "by 21-Sep-2021" in email["Text"]
    assert "https://portal.example/" in email["Text"]
    assert email["From"]["Address"] == "no-reply@bristol-portal.example"
    assert email["To"] == [{"Name": "", "Address": person}]
    assert email["ReturnPath"] == "no-reply@bristol-portal.example"


@pytest.mark.parametrize(
    ("asked", "decision", "words"),
    [
        ("decline", "refused", "asks you to complete it all the same"),
        ("part-decline", "accepted", "has agreed that parts of a form"),
        ("part-decline", "refused", "asks you to complete them all the same"),
        ("extension", "accepted", "has agreed to more time"),
        ("extension", "refused", "cannot give you more time"),
    ],
)
async def test_what_the_council_decides_is_told_to_whoever_asked(
    notify: Notify, asked: Asked, decision: Decision, words: str
) -> None:
    person = address()
    event = decided(opened(person), asked, decision)
    await notify.hears(event, event)
    (email,) = await notify.mail_to(person)
    assert words in email["Text"]
    assert "by 21-Sep-2021" in email["Text"]
    assert f"/forms/{event.task_id}/1" in email["Text"]


async def test_whoever_has_it_is_reminded_and_its_managers_where_it_is_late(notify: Notify) -> None:
    person, manager = address(), address()
    event = opened(person)
    await notify.hears(reminded(event, -3), reminded(event, -3), reminded(event, 1, [manager, manager]))
    emails = await notify.mail_to(person, number=2)
    texts = sorted((email["Subject"], email["Text"]) for email in emails)
    assert [subject.partition(":")[0] for subject, _ in texts] == ["Late", "Reminder"]
    assert all(f"/forms/{event.task_id}/1" in text for _, text in texts)
    (told,) = await notify.mail_to(manager)
    assert f"{person} has it" in told["Text"]
    assert "/group-tasks" in told["Text"]


async def test_whoever_has_not_begun_hears_since_when_it_waits_and_until_when_it_is_due(notify: Notify) -> None:
    person, since = address(), date(2021, 9, 1)
    event = opened(person)
    undated = unbegun(event, since, None, None).model_copy(update={"task_version": 5})
    late = unbegun(event, since, 2).model_copy(update={"task_version": 6})
    await notify.hears(*[unbegun(event, since, -13)] * 2, undated, late)
    emails = await notify.mail_to(person, number=3)
    begins = sorted(email["Subject"].partition(event.form_title)[0] for email in emails)
    assert begins == ["Late, and nobody has begun: ", *["Nobody has begun: "] * 2]
    assert all("waited on the Professional Portal since 01-Sep-2021" in email["Text"] for email in emails)
    assert all(f"/forms/{event.task_id}/1" in email["Text"] for email in emails)
    ends = sorted(email["Subject"].rpartition(event.form_title)[2] for email in emails)
    assert ends == ["", ", due 21-Sep-2021", ", was due 21-Sep-2021"]
    waits = [email["Text"] for email in emails if email["Subject"].endswith(event.form_title)]
    assert len(waits) == 1
    assert " due" not in waits[0]
    assert " by ." not in waits[0]


async def test_a_group_hears_that_nobody_has_picked_it_up(notify: Notify) -> None:
    inbox = address()
    group = Holder(kind="work_group", work_group_id="wg", name="Secondary Schools")
    event = opened(inbox).model_copy(update={"person": group})
    await notify.hears(unbegun(event, date(2021, 9, 1), -13))
    (email,) = await notify.mail_to(inbox)
    text = " ".join(email["Text"].split())
    assert "for the work group Secondary Schools, and nobody has begun it yet" in text
    assert "choose Pickup" in text


async def test_nothing_about_the_child_is_in_any_email(notify: Notify) -> None:
    person, duty = address(), address()
    event = opened(person, duty)
    amended = TaskAmended(
        task_id=event.task_id,
        authority="bristol",
        delegation_id=event.delegation_id,
        task_version=2,
        sender=event.sender,
        due_on=DUE,
        comments="About Gabriel Example",
        prefill={"first_name": "Gabriel"},
        tell=[Contact(email=person)],
        amended_at=clock.now(),
    )
    for number, one in enumerate((event, amended, returned(event), reminded(event, 1), retracted(event)), start=1):
        await notify.hears(one)
        await notify.mail_to(person, number=number)
    emails = [*notify.catcher.sent_to(person), *await notify.mail_to(duty, number=2)]
    for email in emails:
        raw = notify.catcher.text(f"/api/v1/message/{email['ID']}/raw")
        for shown in (raw, email["Text"], email["HTML"], email["Subject"]):
            assert not [word for word in ("Gabriel", "P-10023", "2008", "26-Apr") if word in shown]


async def test_what_has_no_date_is_told_without_one(notify: Notify) -> None:
    person, former = address(), address()
    event = opened(person).model_copy(update={"due_on": None})
    given = TaskAssigned(
        **event.model_dump(include={"task_id", "authority", "delegation_id", "form_title", "tell"}),
        task_version=2,
        person=Holder(kind="person", email=person),
        former=Contact(email=former),
        by="Morag Manager",
        assigned_at=clock.now(),
    )
    await notify.hears(event, given, retracted(event).model_copy(update={"due_on": None}))
    emails = [*await notify.mail_to(person, number=3), *await notify.mail_to(former)]
    assert sorted(email["Subject"].partition(":")[0] for email in emails) == [
        *(f"Moved to {person}", "New form for you", "Re-assigned to you", "Retracted"),
    ]
    assert not [email["Text"] for email in emails if " due" in email["Text"] or " by ." in email["Text"]]


async def test_a_group_and_another_inbox_are_told_in_their_own_words(notify: Notify) -> None:
    group, person, duty = address(), address(), address()
    holder = Holder(kind="work_group", work_group_id="wg-secondary", name="Secondary Schools")
    await notify.hears(opened(group, holder=holder), opened(person, duty))
    assert "delegated to your work group, Secondary Schools, on" in (await notify.mail_to(group))[0]["Text"]
    assert f"A new form has been delegated to {person} on" in (await notify.mail_to(duty))[0]["Text"]
    assert "delegated to you on" in (await notify.mail_to(person))[0]["Text"]


async def test_an_inbox_beside_the_holder_reads_who_has_it_whatever_happens(notify: Notify) -> None:
    person, duty = address(), address()
    event = opened(person, duty, holder=Holder(kind="person", email=person, name="Sandra Professional"))
    amended = TaskAmended(
        **event.model_dump(include={"task_id", "authority", "delegation_id", "form_title", "tell", "person"}),
        task_version=2,
        sender=event.sender,
        due_on=DUE,
        comments="",
        prefill={},
        amended_at=clock.now(),
    )
    happened = [reminded(event, -3), reminded(event, 1), amended, returned(event)]
    happened += [decided(event, "extension", "accepted"), decided(event, "part-decline", "refused"), retracted(event)]
    await notify.hears(*happened)
    told = await notify.mail_to(duty, number=len(happened))
    assert [email["Subject"] for email in told if "Sandra Professional" not in email["Text"]] == []
    assert [email["Subject"] for email in told if " you on " in email["Text"] or "/forms/" in email["Text"]] == []
    assert sorted({email["Subject"].partition(":")[0] for email in told}) == [
        *("Answered for your organisation", "Changed for your organisation", "Late in your organisation"),
        *("Reminder for your organisation", "Retracted for your organisation", "Sent back to your organisation"),
    ]
    own = await notify.mail_to(person, number=len(happened))
    assert [email["Subject"] for email in own if "our organisation" in email["Subject"]] == []


async def test_a_new_holder_is_told_in_the_words_of_a_delegation_and_once(notify: Notify) -> None:
    person, group, former = address(), address(), address()
    event = opened(address())
    given = TaskAssigned(
        task_id=event.task_id,
        authority="bristol",
        delegation_id=event.delegation_id,
        task_version=2,
        person=Holder(kind="person", email=person),
        tell=[Contact(email=person)],
        due_on=DUE,
        form_title="EHC advice",
        reference="BRI-4K7Q-22",
        assigned_at=clock.now(),
    )
    to_group = {
        "task_version": 3,
        "person": Holder(kind="work_group", work_group_id="wg-secondary", name="Secondary Schools"),
        "tell": [Contact(email=group)],
    }
    picked_up = {"task_version": 4, "tell": []}
    back = {
        "task_version": 5,
        "former": Contact(email=former, name="Tom"),
        "by": "Morag Manager",
        "due_on": date(2031, 9, 21),
    }
    changes: tuple[dict[str, Any], ...] = ({}, to_group, picked_up, back)
    await notify.hears(*(given.model_copy(update=change) for change in changes), times=2)
    in_time, first = sorted(await notify.mail_to(person, number=2), key=lambda email: str(email["Subject"]))
    assert in_time["Subject"] == "Re-assigned to you: EHC advice (BRI-4K7Q-22), due 21-Sep-2031"
    assert first["Subject"] == "Re-assigned to you: EHC advice (BRI-4K7Q-22), was due 21-Sep-2021"
    assert "as soon as possible: it was due on 21-Sep-2021, and is late." in " ".join(first["Text"].split())
    assert "re-assigned to you on the Professional Portal. Please complete and submit" in " ".join(
        first["Text"].split()
    )
    (to_the_group,) = await notify.mail_to(group)
    assert "re-assigned to your work group, Secondary Schools, on" in to_the_group["Text"]
    (moved,) = await notify.mail_to(former)
    assert moved["Subject"] == f"Moved to {person}: EHC advice (BRI-4K7Q-22)"
    assert "has been moved to" in moved["Text"]
    assert "by Morag Manager" in " ".join(moved["Text"].split())
    assert f"/forms/{event.task_id}/1" in first["Text"]
    await notify.all_in("sent", 4)


async def test_the_same_fact_in_many_messages_is_one_email(notify: Notify) -> None:
    person, signing_in = address(), address()
    event, code = opened(person, person.upper()), code_for(signing_in)
    await notify.hears(*[event, code] * 5, times=4)
    await notify.all_in("sent", 2)
    assert len(notify.catcher.sent_to(person)) == 1
    assert len(notify.catcher.sent_to(signing_in)) == 1


async def test_a_retraction_heard_before_its_delegation_is_all_that_is_told(notify: Notify) -> None:
    person = address()
    event = opened(person)
    await notify.hears(retracted(event))
    await notify.mail_to(person)
    await notify.hears(event)
    await notify.hears(opened(other := address()))
    await notify.mail_to(other)
    assert [email["Subject"] for email in notify.catcher.sent_to(person)] == [
        "Retracted: EHC needs assessment contributions"
    ]


async def test_a_code_is_sent_grouped_and_nothing_of_it_is_kept(notify: Notify) -> None:
    person = address()
    await notify.hears(code_for(person))
    (email,) = await notify.mail_to(person)
    assert "    7685 0798\n" in email["Text"]
    assert "for 10 minutes" in email["Text"]
    await notify.all_in("sent", 1)
    kept = str(await notify.deliveries.find_one({}))
    assert person not in kept
    assert "7685" not in kept


async def test_a_code_of_no_use_any_more_is_not_sent(notify: Notify) -> None:
    late, person = address(), address()
    expired = code_for(late).model_copy(update={"expires_at": clock.now()})
    await notify.hears(expired, code_for(person))
    await notify.mail_to(person)
    assert not notify.catcher.sent_to(late)


async def test_account_owners_and_submitters_are_told(notify: Notify) -> None:
    person = Contact(email=address(), name="Sandra Professional")
    at = clock.now()
    completed = TaskCompleted(
        task_id="task-1",
        authority="bristol",
        delegation_id="LCS-1",
        task_version=2,
        contribution_id=address(),
        form_title="EHC needs assessment contributions",
        receipt="0123456789abcdef",
        tell=[person],
        completed_at=at,
    )
    await notify.hears(
        RegistrationRefused(authority="bristol", person=person, refused_at=at),
        PasswordReset(account_id="account-1", authority="bristol", person=person, reset_at=at),
        DeviceAdded(
            account_id="account-1", authority="bristol", person=person, browser="Firefox on Windows", signed_in_at=at
        ),
        AccountClosed(account_id="account-1", authority="bristol", person=person, closed_at=at),
        completed,
    )
    emails = await notify.mail_to(person.email, number=5)
    assert any("from Firefox on Windows, with your password" in email["Text"] for email in emails)
    assert {email["Subject"] for email in emails} == {
        "Your account on the Professional Portal was used from a new browser",
        "Your account on the Professional Portal is closed",
        "You already have an account on the Professional Portal",
        "Your password for the Professional Portal has been changed",
        "Your contribution has been submitted: EHC needs assessment contributions",
    }
    assert any("    0123456789abcdef\n" in email["Text"] for email in emails)
    promised = [email["Subject"] for email in emails if "confirms within 3 days" in " ".join(email["Text"].split())]
    assert promised == ["Your contribution has been submitted: EHC needs assessment contributions"]
    assert all(email["To"] == [{"Name": "Sandra Professional", "Address": person.email}] for email in emails)


@pytest.mark.parametrize(
    ("what", "subject", "words"),
    [
        ("made", "A calendar address was made for your account on the Professional Portal", "end the address"),
        ("renewed", "Your account on the Professional Portal has a new calendar address", "no longer works"),
        ("ended", "Your calendar address on the Professional Portal has ended", "can no longer read"),
    ],
)
async def test_account_owners_are_told_of_their_calendar_address_each_time_once(
    notify: Notify, what: CalendarChange, subject: str, words: str
) -> None:
    person = Contact(email=address(), name="Sandra Professional")
    event = CalendarChanged(
        account_id="account-1", authority="bristol", person=person, what=what, changed_at=clock.now()
    )
    await notify.hears(event, times=3)
    await notify.hears(event.model_copy(update={"changed_at": event.changed_at + timedelta(minutes=1)}))
    emails = await notify.mail_to(person.email, number=2)
    await notify.all_in("sent", 2)
    assert {email["Subject"] for email in emails} == {subject}
    assert len(notify.catcher.sent_to(person.email)) == 2
    for email in emails:
        assert words in " ".join(email["Text"].split())
        assert shown_time(event.changed_at)[:-5] in email["Text"]
        assert "calendar/" not in email["Text"] + email["HTML"]


async def test_each_time_a_form_is_sent_back_its_holder_is_told_once(notify: Notify) -> None:
    event = opened(person := address())
    for contribution_id in ("c-1", "c-1", "c-2"):
        await notify.hears(returned(event, contribution_id))
    emails = await notify.mail_to(person, number=2)
    assert {email["Subject"] for email in emails} == {"Sent back: EHC needs assessment contributions, due 21-Sep-2021"}
    assert all(f"/forms/{event.task_id}/1" in email["Text"] for email in emails)


async def test_a_mail_says_that_a_machine_sent_it_and_has_a_stable_id(notify: Notify) -> None:
    person = address()
    await notify.hears(opened(person))
    (email,) = await notify.mail_to(person)
    headers = notify.catcher.json(f"/api/v1/message/{email['ID']}/headers")
    (kept,) = await notify.deliveries.find({}).to_list(None)
    assert headers["Auto-Submitted"] == ["auto-generated"]
    assert headers["Message-ID"] == [f"<{kept['_id']}@bristol-portal.example>"]


async def test_what_is_erased_leaves_nothing_of_its_emails(notify: Notify) -> None:
    event = opened(person := address())
    await notify.hears(event)
    await notify.mail_to(person)
    about = {"task_id": event.task_id, "authority": "bristol", "delegation_id": event.delegation_id}
    await notify.hears(TaskErased(**about, erased_at=clock.now()), times=2)
    await notify.recorder.expect("notify.emails.erased.v1", task_id=event.task_id)
    assert await notify.deliveries.find_one({"delegation_id": event.delegation_id}) is None
