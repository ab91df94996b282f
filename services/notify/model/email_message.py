"""An email as it goes over the wire: envelope, headers, both bodies. Nothing in a header can start a new one.

Assembled by hand: the standard library's message object costs over ten times as much (2.7 ms), for every email.
"""

import base64
from email.header import Header
from email.utils import format_datetime, formataddr
from typing import NamedTuple

from contracts.addresses import mailable
from contracts.authority import Authority, Brand
from services.notify.model.delivery import EmailDelivery
from services.notify.model.delivery_report import ReportAddress
from services.notify.model.email_templates import EmailText

_LINE = 78


class AddressInvalid(Exception):  # noqa: N818 - an outcome, not an error
    """No mail server could take this address."""


class EmailMessage(NamedTuple):
    """What whoever delivers it is given: the email as it goes over the wire, and what it is made of."""

    sender: str
    recipient: str
    content: bytes
    delivery_id: str = ""
    words: EmailText = EmailText("", "", "")


def as_message(
    delivery: EmailDelivery, email: EmailText, authority: Authority, report_domain: str = ""
) -> EmailMessage:
    """The message; its Message-ID is the delivery's, so that a mail server knows a repetition."""
    brand, recipient = authority.brand, _address(delivery.person.email)
    boundary = f"=_{delivery.delivery_id}"
    lines = [
        *(f"{name}: {value}" for name, value in _headers(delivery, email, brand, recipient, boundary).items()),
        *("", *_part(boundary, "plain", email.text)),
        *_part(boundary, "html", email.html),
        *(f"--{boundary}--", ""),
    ]
    sender = brand.from_address
    if report_domain and delivery.report_token:
        sender = ReportAddress(delivery.delivery_id, delivery.report_token).at(report_domain)
    return EmailMessage(sender, recipient, "\r\n".join(lines).encode("ascii"), delivery.delivery_id, email)


def _headers(delivery: EmailDelivery, email: EmailText, brand: Brand, recipient: str, boundary: str) -> dict[str, str]:
    return {
        "From": formataddr((_one_line(brand.from_name), brand.from_address)),
        "To": formataddr((_one_line(delivery.person.name), recipient)),
        "Subject": Header(_one_line(email.subject), maxlinelen=_LINE, header_name="Subject").encode(linesep="\r\n"),
        "Date": format_datetime(delivery.created_at),
        "Message-ID": f"<{delivery.delivery_id}@{brand.from_address.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "en-GB",
        **(_ends_at(email.unsubscribe) if email.unsubscribe else {}),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }


def _ends_at(address: str) -> dict[str, str]:
    """For a button of the mail program, which sends a POST of its own (RFC 8058)."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _part(boundary: str, subtype: str, text: str) -> list[str]:
    content = base64.encodebytes(text.replace("\n", "\r\n").encode()).decode("ascii").splitlines()
    kind = f'Content-Type: text/{subtype}; charset="utf-8"'
    return [f"--{boundary}", kind, "Content-Transfer-Encoding: base64", "", *content]


def _one_line(text: str) -> str:
    """Without line breaks or other control characters: the only place where text from outside enters a header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _address(address: str) -> str:
    """As an ASCII mail server takes it."""
    try:
        return mailable(address)
    except ValueError as error:
        raise AddressInvalid(type(error).__name__) from error
