"""Every email says what it must, nothing about the child, and nothing in it can become a header or markup."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from chassis.authorities import Authorities
from contracts.authority import Authority
from contracts.base import Contact
from services.notify.model import (
    AddressInvalid,
    DigestLine,
    EmailDelivery,
    EmailTemplates,
    Purpose,
    as_message,
    delivery_id,
    lateness,
    shown_code,
    shown_date,
    shown_time,
)

AUTHORITIES = Authorities.load(Path(__file__).resolve().parents[3] / "deploy/authorities")
URL = "https://portal.example/"
EMAILS = EmailTemplates(lambda _: URL)
VALUES = {
    "due_on": shown_date(date(2021, 9, 21)),
    "reference": "BRI-4K7Q-22",
    "path": "forms/0b9f7d3e/1",
    "by": "Morag Manager",
    "group": "Secondary Schools",
    "since": shown_date(date(2021, 9, 1)),
    "holder": "sandra.professional@school.example",
    "form": "EHC needs assessment contributions",
    "receipt": "0123abcd",
    "documents": "2 documents attached.",
    "submitted_at": shown_time(datetime(2021, 9, 3, 12, 12, tzinfo=UTC)),
    "changed_at": shown_time(datetime(2021, 1, 3, 12, 12, tzinfo=UTC)),
    "signed_in_at": shown_time(datetime(2021, 1, 3, 12, 12, tzinfo=UTC)),
    "browser": "Firefox on Windows",
    "closed_at": shown_time(datetime(2021, 1, 3, 12, 12, tzinfo=UTC)),
    "codes_left": "9",
    "code": shown_code("76850798"),
    "minutes": "10",
    "until": shown_time(datetime(2021, 9, 10, 12, 12, tzinfo=UTC)),
    "user_name": "bristol-s.professional",
    "email": "sandra@college.example",
    "expires_at": "13:12",
    "day": shown_date(date(2021, 9, 21)),
    "way_back": "emails/0b9f7d3e.0123",
}

ALWAYS_DATED = {
    *("reminder", "reminder_late", "reminder_to_manager", "reminder_to_inbox", "reminder_late_to_inbox"),
    *("reminder_unbegun_late", "time_given", "time_refused"),
}
"""What is told of a date alone: without one nobody is reminded, and no more time can be asked for."""


@pytest.fixture
def bristol() -> Authority:
    return AUTHORITIES.get("bristol")


def delivery(email: str = "sandra.professional@school.example", name: str = "") -> EmailDelivery:
    return EmailDelivery(
        delivery_id=delivery_id("opened", "task-1", email),
        authority="bristol",
        purpose="delegation",
        person=Contact(email=email, name=name),
        values=VALUES,
        created_at=datetime(2021, 9, 1, 9, 30, tzinfo=UTC),
    )


class Words(HTMLParser):
    """What a reader sees of a page, and which tags carry it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    @property
    def words(self) -> list[str]:
        return self.seen.split()

    def handle_data(self, data: str) -> None:
        self.seen += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.seen += "" if tag == "a" else " "


def test_a_delegation_is_told_in_the_guides_words(bristol: Authority) -> None:
    email = EMAILS.write("delegation", bristol, VALUES)
    assert " ".join(email.text.split()).startswith(
        "A new form has been delegated to you on the Professional Portal. Please complete and submit this form by "
        "21-Sep-2021. Log in to the portal to complete the form. If you have not already done so you will be required "
        "to register for access using this email address. Many thanks, Bristol Children and Families Services"
    )
    assert email.subject == ("New form for you: EHC needs assessment contributions (BRI-4K7Q-22), due 21-Sep-2021")


def test_the_signature_and_the_portals_name_are_the_authoritys() -> None:
    email = EMAILS.write("delegation", AUTHORITIES.get("oxfordshire"), VALUES)
    assert "on the Delegation Portal." in email.text
    assert "Many thanks,\nOxfordshire Special Educational Needs and Disabilities Team\n" in email.text


@pytest.mark.parametrize("purpose", [one for one in get_args(Purpose) if one != "digest"])
def test_both_bodies_say_the_same_and_lead_to_the_portal(purpose: Purpose, bristol: Authority) -> None:
    email = EMAILS.write(purpose, bristol, VALUES)
    page = Words(email.html)
    heading = [*email.subject.split(), "Bristol", "City", "Council", "Professional", "Portal"]
    assert page.words == [*heading, *email.text.split()]
    assert f"{URL}forms/0b9f7d3e/1" in email.text
    hrefs = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert hrefs - {f"{URL}register/1"} == {f"{URL}forms/0b9f7d3e/1"}


def test_a_digest_is_a_list_whose_every_line_leads_to_its_form(bristol: Authority) -> None:
    what = "Moved to <Tom>\n- by\n\nAnn"
    lines = [line(), line(what=what, form="EHC & advice", reference="", due="", path="tasks")]
    email = EMAILS.write("digest", bristol, {**VALUES, "form": "", "reference": "", "path": "tasks"}, lines)
    first = f"- New form for you, due 21-Sep-2021. EHC advice (BRI-4K7Q-22): {URL}forms/0b9f7d3e/1\n"
    assert f"emails:\n\n{first}- Moved to <Tom> - by Ann. EHC & advice: {URL}tasks\n\nYou get one email" in email.text
    page = Words(email.html)
    assert [tag for tag, _ in page.tags].count("li") == 2
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == [f"{URL}forms/0b9f7d3e/1", f"{URL}tasks", f"{URL}emails/0b9f7d3e.0123", f"{URL}tasks"]
    in_text = [word for word in email.text.replace(f": {URL}", " ").split() if word not in {"-", "tasks"}]
    assert [word for word in in_text if word not in page.words] == ["forms/0b9f7d3e/1", "emails/0b9f7d3e.0123"]


def test_a_mail_program_may_end_digests_and_nothing_else(bristol: Authority) -> None:
    mail = as_message(delivery(), EMAILS.write("digest", bristol, VALUES, [line()]), bristol)
    message = message_from_bytes(mail.content, policy=default)
    assert message["List-Unsubscribe"] == f"<{URL}emails/0b9f7d3e.0123>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not message.defects
    values = {name: value for name, value in VALUES.items() if name != "way_back"}
    for purpose in set(get_args(Purpose)) - {"digest"}:
        other = as_message(delivery(), EMAILS.write(purpose, bristol, values), bristol)
        assert b"List-" not in other.content


def line(**changes: str) -> DigestLine:
    shown = {"form": "EHC advice", "reference": "BRI-4K7Q-22", "due": "due 21-Sep-2021", "path": "forms/0b9f7d3e/1"}
    return DigestLine.model_validate({"what": "New form for you", **shown, **changes})


def test_the_second_link_of_a_delegation_leads_to_registration(bristol: Authority) -> None:
    page = Words(EMAILS.write("delegation", bristol, VALUES).html)
    assert f"{URL}register/1" in {attributes.get("href") for tag, attributes in page.tags if tag == "a"}


def test_an_email_from_before_there_were_references_is_still_written(bristol: Authority) -> None:
    email = EMAILS.write("retracted", bristol, {"form": "EHC advice", "due_on": "21-Sep-2021"})
    assert email.subject == "Retracted: EHC advice"
    assert f"\nProfessional Portal: {URL}\n" in email.text


def test_the_emails_about_forms_name_form_and_reference_in_their_subjects(bristol: Authority) -> None:
    about_forms = set(get_args(Purpose)) - {
        "sign_in",
        "registration",
        "reset",
        "already_registered",
        "account_opened",
        "account_wanted",
        "password_changed",
        "new_device",
        "account_closed",
        "app_added",
        "reset_refused",
        "app_removed",
        "codes_renewed",
        "code_used",
        "passkey_added",
        "passkey_removed",
        "calendar_made",
        "calendar_renewed",
        "calendar_ended",
        "new_address",
        "present_address",
        "address_changed",
        "digest",
    }
    subjects = [EMAILS.write(purpose, bristol, VALUES).subject for purpose in about_forms]
    assert all("EHC needs assessment contributions (BRI-4K7Q-22)" in subject for subject in subjects)
    assert len(set(subjects)) == len(about_forms)


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_the_html_needs_nothing_from_elsewhere_and_names_its_language(purpose: Purpose, bristol: Authority) -> None:
    page = Words(EMAILS.write(purpose, bristol, VALUES).html)
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "form"}
    assert dict(page.tags)["html"] == {"lang": "en-GB"}
    assert "title" in dict(page.tags)


@pytest.mark.parametrize("purpose", ["sign_in", "registration", "reset"])
def test_a_code_is_shown_in_two_groups_with_its_lifetime(purpose: Purpose, bristol: Authority) -> None:
    email = EMAILS.write(purpose, bristol, VALUES)
    assert "\n    7685 0798\n" in email.text
    assert "for 10 minutes, until 13:12" in email.text
    assert "spam" in email.text
    assert "7685" not in email.subject


def test_values_are_text_never_markup_nor_more_paragraphs(bristol: Authority) -> None:
    values = {**VALUES, "group": "<b>Group</b>\n\n    & more"}
    email = EMAILS.write("delegation_to_group", bristol, values)
    assert "work group, <b>Group</b> & more, on" in email.text
    assert "&lt;b&gt;Group&lt;/b&gt; &amp; more" in email.html


def test_a_missing_value_is_an_error_not_a_gap(bristol: Authority) -> None:
    with pytest.raises(Exception, match="due"):
        EMAILS.write("delegation", bristol, {"form": "EHC advice"})


@pytest.mark.parametrize("purpose", sorted(set(get_args(Purpose)) - ALWAYS_DATED))
def test_what_has_no_date_is_asked_for_by_no_day(purpose: Purpose, bristol: Authority) -> None:
    dated = EMAILS.write(purpose, bristol, VALUES)
    email = EMAILS.write(purpose, bristol, {**VALUES, "due_on": ""})
    assert email.subject == dated.subject.removesuffix(", due 21-Sep-2021")
    without = re.sub("( and( which was)? due)? by 21-Sep-2021", "", dated.text)
    assert email.text == without


@pytest.mark.parametrize(
    ("at", "is_late"), [("2021-09-21T22:59:59Z", False), ("2021-09-21T23:00:00Z", True), ("2021-09-22T12:00:00Z", True)]
)
def test_a_date_that_has_passed_is_told_as_late_from_midnight_in_england(
    at: str, is_late: bool, bristol: Authority
) -> None:
    late = lateness(date(2021, 9, 21), datetime.fromisoformat(at))
    email = EMAILS.write("re_assigned", bristol, {**VALUES, **late})
    assert email.subject.endswith(", was due 21-Sep-2021" if is_late else ", due 21-Sep-2021")
    assert ("as soon as possible: it was due on 21-Sep-2021, and is late." in email.text) is is_late
    assert lateness(None, datetime.fromisoformat(at)) == {}


@pytest.mark.parametrize(("days", "words"), [(1, "within 1 day that"), (3, "within 3 days that"), (None, "")])
def test_a_receipt_promises_what_the_council_promises(days: int | None, words: str, bristol: Authority) -> None:
    promising = bristol.model_copy(update={"receipt_days": days})
    email = EMAILS.write("receipt", promising, VALUES)
    text = " ".join(email.text.split())
    assert ("Council confirms" in text, words in text) == (bool(days), True)
    assert (f"If you have not heard from it by then, ask. {bristol.support.practice}" in text) is bool(days)


def test_times_are_shown_on_an_english_clock() -> None:
    assert VALUES["submitted_at"] == "03-Sep-2021 13:12"
    assert VALUES["changed_at"] == "03-Jan-2021 12:12"


def test_a_mail_carries_the_headers_of_an_automatic_message(bristol: Authority) -> None:
    mail = as_message(delivery(name="Sändra Professional"), EMAILS.write("delegation", bristol, VALUES), bristol)
    message = message_from_bytes(mail.content, policy=default)
    assert message["From"] == "Bristol Children and Families Services <no-reply@bristol-portal.example>"
    assert message["To"] == "Sändra Professional <sandra.professional@school.example>"
    assert message["Message-ID"] == f"<{delivery().delivery_id}@bristol-portal.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == datetime(2021, 9, 1, 9, 30, tzinfo=UTC)
    assert not message.defects
    assert max(map(len, mail.content.splitlines())) <= 998


def test_nothing_from_outside_starts_a_header(bristol: Authority) -> None:
    hostile = "Sandra\r\nBcc: everybody@example.org\x00\x0b\u2028X-Evil: 1"
    email = EMAILS.write("receipt", bristol, {**VALUES, "form": hostile})
    message = message_from_bytes(as_message(delivery(name=hostile), email, bristol).content, policy=default)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert message["To"].addresses[0].addr_spec == "sandra.professional@school.example"
    assert "Sandra Bcc: everybody@example.org X-Evil: 1" in message["Subject"]


@pytest.mark.parametrize(
    "address", ["x@y.example>RCPT", "a,b@c.example", "<a@b.example>", "a..b@c.example", "sändra@school.example"]
)
def test_an_address_that_no_server_could_take_is_refused(address: str, bristol: Authority) -> None:
    with pytest.raises(AddressInvalid):
        as_message(delivery(email=address), EMAILS.write("delegation", bristol, VALUES), bristol)
