"""One's own account: another email address, with everything that is one's own, by both mailboxes."""

import asyncio
import time
from uuid import uuid4

import pyotp

from tests.support.authenticator import Authenticator
from tests.support.council import Council
from tests.support.eventually import wait_until
from tests.support.person import PASSWORD, TASKS, Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, new_email, new_id

STEP_2 = "Change your email address - step 2"


def ask(person: Person, email: str, password: str = PASSWORD) -> Page:
    """Step 1, from the menu."""
    page = person.open(person.open("/tasks").link("Update account"))
    page = person.open(page.link("Change your email address"))
    return person.press(page, "Next", {"New email address": email, "Password": password})


def opened(person: Person, form: str) -> Page | None:
    """The form, as soon as it is prepared."""
    page = person.open(form)
    return page if page.response.status_code == 200 else None


def test_details_password_and_sessions_are_ones_own_to_change(portal: Portal) -> None:
    mail, email, other = portal.mail, new_email("own"), "Marsh-kettle-9-lantern"
    with Person(portal.gateway) as person, Person(portal.gateway) as phone:
        person.register(mail, email)
        person.sign_in(mail, email)
        account = person.open("/account")
        details = person.open(account.link("Change your details"))
        refused = person.press(details, "Save details", {"Surname": "", "Role": "Head"})
        assert "Enter your surname" in refused.text
        done = person.press(refused, "Save details", {"Surname": "Example-Jones"})
        assert "Your details are changed." in done.text
        assert "Sandra Example-Jones" in done.text
        assert "Head" in done.text
        phone.sign_in(mail, email)
        assert "from a browser that we do not know" in mail.wait_for(email, "used from a new browser")["Text"]
        sessions = person.open(account.link("See where you are signed in"))
        assert phone.open("/tasks").title == TASKS
        gone = person.press(sessions, "Sign out")
        assert "Whoever was there has to sign in again." in gone.text
        assert phone.open("/tasks").title != TASKS
        phone.sign_in(mail, email)
        page = person.open(account.link("Change your password"))
        words = {"Your new password": other, "Confirm password": other}
        wrong = person.press(page, "Change password", {"Your password now": "not it", **words})
        assert "The password is not correct" in wrong.text
        done = person.press(wrong, "Change password", {"Your password now": PASSWORD, **words})
        assert "Your password is changed." in done.text
        assert phone.open("/tasks").title != TASKS
        assert person.open("/tasks").title == TASKS
        mail.wait_for(email, "Your password for the Professional Portal has been changed")
        again = phone.press(phone.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
        assert "is not correct" in again.text


def test_an_authenticator_app_is_added_and_asked_for_and_recovery_codes_and_email_stand_in(portal: Portal) -> None:
    mail, email = portal.mail, new_email("app")
    with Person(portal.gateway) as person:
        person.register(mail, email)
        person.sign_in(mail, email)
        page = person.open(person.open("/account").link("Use an authenticator app"))
        app = pyotp.TOTP("".join(page.tree.find_class("portal-key")[0].text_content().split()))
        wrong = person.press(page, "Add the app", {"Code": "000000", "Password": PASSWORD})
        assert "The code is not correct" in wrong.text
        added = person.press(wrong, "Add the app", {"Code": app.now(), "Password": PASSWORD})
        codes = [each.text_content() for each in added.tree.xpath("//ul[contains(@class, 'portal-key')]/li")]
        assert len(codes) == 10
        assert "An authenticator app was added" in mail.wait_for(email, "authenticator app was added")["Text"]
        emailed = len(mail.codes_for(email))

        def begin() -> Page:
            person.press(person.open("/tasks"), "Logout")
            page = person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
            assert "the code that your authenticator app shows" in page.text
            return page

        assert person.press(begin(), "Finish", {"Code": app.generate_otp(int(time.time()) // 30 + 1)}).title == TASKS
        assert person.press(begin(), "Finish", {"Code": codes[0]}).title == TASKS
        used = mail.wait_for(email, "A recovery code was used")
        assert "Recovery codes left: 9" in used["Text"]
        page = person.open(person.open("/account/security").link("Use another app in its place"))
        assert "This one takes its place" in page.text
        wrong = person.press(page, "Add the app", {"Code": "000000", "Password": PASSWORD})
        assert "The code is not correct" in wrong.text
        other = pyotp.TOTP("".join(wrong.tree.find_class("portal-key")[0].text_content().split()))
        assert other.secret != app.secret
        assert "recovery codes" in person.press(wrong, "Add the app", {"Code": other.now(), "Password": PASSWORD}).text
        mail.wait_for(email, "authenticator app was added", more_than=1)
        again = person.press(begin(), "Finish", {"Code": codes[0]})
        assert "The code is not correct, or has been used" in again.text
        assert len(mail.codes_for(email)) == emailed, "no code was emailed until it was asked for"
        page = person.press(again, "Please email me a code")
        assert person.press(page, "Finish", {"Code": mail.code_for(email, more_than=emailed)}).title == TASKS
        page = person.press(person.open("/account/security"), "Remove the app", {"Password": PASSWORD})
        assert "The app is removed." in page.text
        person.press(page, "Logout")
        person.sign_in(mail, email)


def sign(person: Person, page: Page, authenticator: Authenticator) -> Page:
    """What the sign-in page's script does when its button is pressed."""
    fields = dict(page.tree.xpath("//form[@data-portal='passkey-sign-in']")[0].form_values())
    headers = {"Origin": authenticator.origin, "Accept": "application/json"}
    asked = person.client.post("/sign-in/passkey/challenge", data={"csrf": fields["csrf"]}, headers=headers)
    assert asked.status_code == 200, asked.text
    fields["answer"] = authenticator.sign(asked.text)
    # What was typed before stands on the page once, in the password's form.
    for unsaved in page.tree.xpath("//input[@name='unsaved']"):
        fields["unsaved"] = unsaved.get("value")
    return Page(person.client.post("/sign-in/passkey", data=fields, headers={"Origin": authenticator.origin}))


async def test_a_passkey_signs_in_and_what_was_typed_before_is_saved(portal: Portal, bristol: Council) -> None:
    delegation_id, email, mail = new_id(), new_email("passkey"), portal.mail
    await bristol.delegate(delegation_id, email)
    task_id = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]
    authenticator = Authenticator(origin=portal.gateway, host="127.0.0.1")

    def use() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            person.sign_in(mail, email)
            page = person.open(person.open("/account").link("Use a passkey"))
            page = person.open(page.link("Add a passkey"))
            refused = person.press(page, "Next", {"Name of the passkey": "Work phone", "Password": "not it"})
            assert "The password is not correct" in refused.text
            page = person.press(refused, "Next", {"Password": PASSWORD})
            form = page.tree.xpath("//form[@data-portal='passkey-adding']")[0]
            given = {**dict(form.form_values()), "answer": authenticator.make(form.get("data-options"))}
            origin = {"Origin": portal.gateway}
            added = Page(person.client.post("/account/passkeys/added", data=given, headers=origin))
            assert "The passkey is added." in added.text
            assert "Work phone" in added.text
            mail.wait_for(email, "A passkey was added")
            again = Page(person.client.post("/account/passkeys/added", data=given, headers=origin))
            assert "That took too long. Add the passkey again." in again.text
            emailed = len(mail.codes_for(email))
            page = wait_until(lambda: opened(person, f"/forms/{task_id}/1"))
            person.client.cookies.delete("portal_session")
            kept = person.press(page, "Save", {"Preferred name": "Typed before"})
            assert "What you typed is kept." in kept.text
            wrong = sign(person, kept, Authenticator(origin=portal.gateway, host="127.0.0.1", user=authenticator.user))
            assert "The passkey was not accepted." in wrong.text
            saved = person.press(sign(person, wrong, authenticator), "Continue")
            assert "Typed before" in saved.response.text
            assert len(mail.codes_for(email)) == emailed, "no code was emailed"

    await asyncio.to_thread(use)


async def test_whoever_leaves_gives_the_form_back_to_the_council(portal: Portal, bristol: Council) -> None:
    delegation_id, email, mail = new_id(), new_email("leaver"), portal.mail
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def leave() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            person.sign_in(mail, email)
            page = person.open(person.open("/account").link("Close your account"))
            wrong = person.press(page, "Close your account", {"Password": "not it"})
            assert "The password is not correct" in wrong.text
            done = person.press(wrong, "Close your account", {"Password": PASSWORD})
            assert done.title.startswith("Your account is closed")
            assert person.open("/tasks").title != TASKS
            mail.wait_for(email, "is closed")
            again = person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
            assert "is not correct" in again.text

    await asyncio.to_thread(leave)
    told = (await bristol.expect("portal.delegation.declined.v1", delegation_id=delegation_id)).body
    assert told["reason_code"] == "no_longer_involved"


async def test_a_new_address_takes_forms_drafts_and_groups_along(portal: Portal, bristol: Council) -> None:
    delegation_id, group, mail = new_id(), f"wg-{uuid4().hex[:8]}", portal.mail
    former, email = new_email("before"), new_email("after")
    await bristol.define_group(group, [former])
    await bristol.delegate(delegation_id, former)
    form = f"/forms/{(await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body['task_id']}/1"
    in_group = new_id()
    await bristol.delegate(in_group, assignee={"kind": "work_group", "work_group_id": group})
    await bristol.expect(ACCEPTED, delegation_id=in_group)

    def move() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, former)
            person.sign_in(mail, former)
            page = wait_until(lambda: opened(person, form))
            person.press(page, "Save", {"Preferred name": "Typed before"})
            wrong = ask(person, email, "not the password")
            assert "The password is not correct" in wrong.text
            seen = len(mail.codes_for(former))
            page = ask(person, email)
            assert page.title.startswith(STEP_2)
            new = mail.code_for(email)
            refused = person.press(
                page, "Change address", {f"Code sent to {email}": new, f"Code sent to {former}": new}
            )
            assert "The code is not correct" in refused.text
            present = mail.code_for(former, more_than=seen)
            codes: dict[str, str | bool] = {f"Code sent to {email}": new, f"Code sent to {former}": present}
            done = person.press(refused, "Change address", {**codes})
            assert "Your email address is changed." in done.text
            assert email in done.text
            # The same session goes on, with what was typed before, as soon as tasks has heard of the change.
            page = wait_until(lambda: opened(person, form))
            assert "Typed before" in page.response.text

    await asyncio.to_thread(move)
    told = (await bristol.expect("portal.delegation.assigned.v1", delegation_id=delegation_id)).body
    assert (told["from"]["email"], told["to"]["email"], told["how"]) == (former, email, "readdressed")
    for address, shown in ((former, False), (email, True)):
        notice = await asyncio.to_thread(mail.wait_for, address, "has been changed")
        assert (email in notice["Text"]) is shown
    # The council goes on using the address that it knows.
    later = new_id()
    await bristol.delegate(later, former)
    assert (await bristol.expect(ACCEPTED, delegation_id=later)).body["assigned_to"]["email"] == email

    def sign_in_again() -> None:
        with Person(portal.gateway) as person:
            page = person.press(person.open("/sign-in"), "Submit", {"Email": former, "Password": PASSWORD})
            assert page.title != TASKS
            assert "is not correct" in page.text
            tasks = person.sign_in(mail, email)
            assert "Currently Assigned Tasks (2)" in tasks.text
            assert "Tasks Assigned to your Work Groups" in tasks.text

    await asyncio.to_thread(sign_in_again)
