"""The accessibility statement and the privacy page say what the law asks for, in a council's own words."""

import html
import re
from datetime import date

from contracts.authority import Authority, Legal, RetentionRules
from services.gateway.kit.rendering import PageRenderer
from services.gateway.kit.views.frame import Frame
from tests.unit.gateway.samples import AUTHORITIES

BRISTOL = AUTHORITIES.get("bristol")
ADDRESS = "mailto:accessibility@bristol-portal.example"
EASS, ICO = "https://www.equalityadvisoryservice.com/", "https://ico.org.uk/make-a-complaint/"


def drawn(template: str, authority: Authority = BRISTOL) -> str:
    return PageRenderer("/static").render(template, Frame(authority=authority, nonce="n", csrf="c"), None)


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page)))


def with_legal(**changes: object) -> Authority:
    return BRISTOL.model_copy(update={"legal": Legal.model_validate(changes)})


def test_the_accessibility_statement_has_every_part_of_the_statutory_model() -> None:
    page = drawn("accessibility.html")
    assert re.findall("<h2[^>]*>([^<]+)", page) == [
        "Compliance status",
        "What is not accessible",
        "Feedback and contact",
        "Enforcement procedure",
        "How this statement was prepared",
    ]
    said = words(page)
    assert "Bristol City Council is committed to making its website accessible, in accordance with the Public" in said
    assert "partially compliant with the Web Content Accessibility Guidelines version 2.2 AA" in said
    assert ADDRESS in page
    assert "telephone 0117 496 0100" in said
    assert "You get an answer within 5 working days." in said
    assert "Equality and Human Rights Commission (EHRC) enforces these regulations" in said
    assert EASS in page
    assert "It was prepared on 24-Nov-2026" in said


def test_the_statement_says_what_a_council_found() -> None:
    found = ["The calendar has no name (success criterion 4.1.2)."]
    said = words(
        drawn("accessibility.html", with_legal(compliance="not", not_accessible=found, prepared_on=date(2027, 3, 1)))
    )
    assert "This website is not compliant with" in said
    assert found[0] in said
    assert "prepared on 01-Mar-2027" in said
    fully = words(drawn("accessibility.html", with_legal(compliance="fully")))
    assert "This website is fully compliant with" in fully
    assert "What is not accessible" not in fully


def test_without_an_address_of_its_own_the_statement_names_the_helpdesk() -> None:
    assert BRISTOL.support.technical in words(drawn("accessibility.html", with_legal()))


def test_the_privacy_page_names_controller_basis_retention_rights_officer_and_regulator() -> None:
    page = drawn("privacy.html")
    said = words(page)
    assert "Bristol City Council is the controller" in said
    assert "UK GDPR article 6(1)(e)" in said
    assert "article 9(2)(g)" in said
    assert f"for {BRISTOL.submitted_days} days after you submitted it" in said
    assert "retention schedule" in said
    assert "correct, restrict or erase that, or object to its use" in said
    assert "data.protection@bristol-portal.example" in said
    assert ICO in page


def test_the_privacy_page_says_after_how_many_days_the_portal_itself_erases() -> None:
    kept = RetentionRules(received_days=41, submitted_days=42, retracted_days=43)
    said = words(drawn("privacy.html", BRISTOL.model_copy(update={"retention": kept})))
    assert "until 41 days after the council has confirmed that it has it" in said
    assert "until 42 days after you submitted it" in said
    assert "with one that was withdrawn, until 43 days after that." in said


def test_a_council_that_names_no_officer_is_still_found() -> None:
    assert "Write to the data protection officer of Bristol City Council." in words(drawn("privacy.html", with_legal()))
    own = words(drawn("privacy.html", with_legal(lawful_basis="Section 36.", retention="Kept for 35 years.")))
    assert "Section 36." in own
    assert "Kept for 35 years." in own
