"""Whoever delivers emails: a mail server, or GOV.UK Notify."""

from services.notify.clients.govuk import GovUkNotify
from services.notify.clients.mail_server import MailServer
from services.notify.clients.outcomes import SEND_SECONDS, Away, Bounced, Deferred, Provider

__all__ = ["SEND_SECONDS", "Away", "Bounced", "Deferred", "GovUkNotify", "MailServer", "Provider"]
