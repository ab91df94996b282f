"""Reports of undelivered email: what counts as a failure, whose it is, and what is none of our business."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.model import ReportAddress, failure_in, read_address

OURS = ReportAddress("0f8fad5b-d9cb-469f-a165-70867728950e", "0123456789abcdef0123")


def report(*recipients: str, kind: str = "multipart/report; report-type=delivery-status") -> bytes:
    """As a mail server writes it, about so many recipients."""
    blocks = "".join(f"\n{fields}\n" for fields in recipients)
    return (
        f'From: MAILER-DAEMON@relay.example\nSubject: Undelivered\nContent-Type: {kind}; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nAction: failed\nStatus: 5.9.9\nIt did not arrive.\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n{blocks}\n"
        "--b\nContent-Type: text/rfc822-headers\n\nSubject: EHC advice\n\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (report("Final-Recipient: rfc822; s@school.example\nAction: failed\nStatus: 5.1.1"), "5.1.1"),
        (report("Action: FAILED\nStatus: 5.2.2 (mailbox full)"), "5.2.2"),
        (report("Action: failed\nStatus: 4.4.7"), "4.4.7"),
        (report("Action: failed"), "5.0.0"),
        (report("Action: failed\nStatus: gone"), "5.0.0"),
        (report("Action: delayed\nStatus: 4.4.1", "Action: failed\nStatus: 5.1.2"), "5.1.2"),
        (report("Action: delayed\nStatus: 4.4.1"), None),
        (report("Action: relayed\nStatus: 2.0.0"), None),
        (report("Action: failed\nStatus: 5.1.1", kind="multipart/mixed"), None),
        (b"Auto-Submitted: auto-replied\n\nI am on leave. Action: failed", None),
        (b"", None),
        (report("Action: failed\nStatus: 5.1.1\n" + "boundary\n" * 30), None),
    ],
)
def test_what_failed_for_good_is_known_by_its_action(content: bytes, status: str | None) -> None:
    assert failure_in(content) == status


def test_an_email_has_an_address_of_its_own_for_reports() -> None:
    address = OURS.at("reports.portal.example")
    assert len(address.partition("@")[0]) <= 64, "longer than a mail server takes (RFC 5321)"
    assert read_address(address, "reports.portal.example") == OURS
    assert read_address(address.upper(), "Reports.Portal.Example") == OURS


@pytest.mark.parametrize(
    "address",
    [
        "",
        "postmaster@reports.portal.example",
        OURS.at("elsewhere.example"),
        OURS.at("reports.portal.example")[1:],
        f"{OURS.delivery_id}@reports.portal.example",
        f"x{OURS.at('reports.portal.example')}",
        f"{OURS.delivery_id}.@reports.portal.example",
    ],
)
def test_no_other_address_is_known(address: str) -> None:
    assert read_address(address, "reports.portal.example") is None


@given(st.text(), st.text())
def test_whatever_is_asked_for_is_an_address_or_is_not(address: str, domain: str) -> None:
    assert read_address(f"{address}@{domain}", domain) is None
