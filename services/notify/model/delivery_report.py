"""What a mail server reports of an email that it took and could not deliver (RFC 3464). Nothing in it is trusted."""

import re
from email import message_from_bytes
from email.message import Message
from typing import NamedTuple

_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_MOST_BOUNDARIES = 20
"""A report has one, and the email in it has another; parts in parts by the thousand would keep a processor busy."""
TOKEN_BYTES = 10
_REPORT_TO = re.compile(rf"([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})\.([0-9a-f]{{{2 * TOKEN_BYTES}}})")


class ReportAddress(NamedTuple):
    """Whose report comes to an address: each email has one of its own, and nobody can guess it."""

    delivery_id: str
    token: str

    def at(self, domain: str) -> str:
        """As the envelope's sender."""
        return f"{self.delivery_id}.{self.token}@{domain}"


def read_address(address: str, domain: str) -> ReportAddress | None:
    """Of an address at this domain; None where it is none of ours."""
    local, _, host = address.lower().rpartition("@")
    found = _REPORT_TO.fullmatch(local)
    return ReportAddress(found[1], found[2]) if found and host == domain.lower() else None


def failure_in(content: bytes) -> str | None:
    """The status of a delivery that failed for good, as `5.1.1`; None of anything else, such as an automatic reply.

    A server that gives up after days of trying reports a failure with a status that begins with 4.
    """
    if content.lower().count(b"boundary") > _MOST_BOUNDARIES:
        return None
    report = message_from_bytes(content)
    if report.get_content_type() != "multipart/report":
        return None
    for part in report.walk():
        is_report = part.get_content_type() == "message/delivery-status"
        if is_report and (status := _failed_status(part.get_payload())):
            return status
    return None


def _failed_status(blocks: object) -> str | None:
    """Of its blocks of fields: one about the report, then one about each recipient."""
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
            found = _STATUS.match(str(block.get("Status", "")))
            return found[1] if found else "5.0.0"
    return None
