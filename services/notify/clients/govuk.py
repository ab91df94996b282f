"""GOV.UK Notify instead of a mail server: one template takes every email's subject and body (ADR 0056)."""

import asyncio
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

import aiohttp
import orjson
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from chassis import clock, loop
from chassis.telemetry import log
from services.notify.clients.outcomes import SEND_SECONDS, Away, Bounced, Deferred
from services.notify.model import EmailMessage, FailurePage, FailureStatus, read_failures

_ID_LENGTH = 36
_LISTED = 200
_SENT = 201
_FAULTY = 400
_FORBIDDEN = 403
_ITS_FAULT = 500
_NEVER_REACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class GovUkNotify:
    """Its interface for one service and one template, whose whole text is `((subject))` and `((body))`."""

    def __init__(self, url: str, credentials: SecretStr, template_id: str) -> None:
        self._url = url.rstrip("/")
        self._service_id, self._key = _parts(credentials)
        self._template_id = template_id
        self._session: aiohttp.ClientSession | None = None
        self.is_away = False
        """Nothing is worth sending before `probe` has been let in."""

    async def send(self, mail: EmailMessage) -> None:
        """Returns when it has taken the email; raises Bounced, Deferred or Away."""
        try:
            status, content = await self._ask("POST", "/v2/notifications/email", self._body(mail))
        except (aiohttp.ClientError, TimeoutError) as error:
            name = type(error).__name__
            outcome: Exception | None = Away(name) if isinstance(error, _NEVER_REACHED) else Deferred(name)
        else:
            outcome = _outcome(status, content)
        if isinstance(outcome, Away) and not self.is_away:
            self.is_away = True
            log.warning("GOV.UK Notify away", why=str(outcome))
        if outcome is not None:
            raise outcome

    async def later_failures(self, since: datetime, older_than: str = "") -> FailurePage:
        """A page of its failures alone, up to 250: requests grow with these, and not with what is sent."""
        asked = {"template_type": "email", "status": get_args(FailureStatus)}
        query = urlencode(asked | ({"older_than": older_than} if older_than else {}), doseq=True)
        try:
            status, content = await self._ask("GET", f"/v2/notifications?{query}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Deferred(type(error).__name__) from error
        if status != _LISTED:
            raise Deferred(str(status))
        try:
            return await loop.work(len(content), read_failures, content, since)
        except ValueError:
            raise Deferred("not understood") from None

    async def probe(self) -> None:
        """Asks for the template: whoever gets it is let in, and it is there."""
        try:
            status, _ = await self._ask("GET", f"/v2/template/{self._template_id}")
        except (aiohttp.ClientError, TimeoutError):
            return
        if status < _FAULTY:
            self.is_away = False
            log.info("GOV.UK Notify back")

    async def close(self) -> None:
        """Lets go of the kept connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _body(self, mail: EmailMessage) -> dict[str, Any]:
        body = {
            "email_address": mail.recipient,
            "template_id": self._template_id,
            "personalisation": {"subject": mail.words.subject, "body": mail.words.text},
            "reference": mail.delivery_id,
        }
        # It takes no other address.
        ends_at = mail.words.unsubscribe
        return body | ({"one_click_unsubscribe_url": ends_at} if ends_at.startswith("https://") else {})

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        self._session = self._session or aiohttp.ClientSession()
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        async with (
            asyncio.timeout(SEND_SECONDS),
            self._session.request(
                method,
                self._url + path,
                data=orjson.dumps(body) if body else None,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=SEND_SECONDS, connect=SEND_SECONDS / 2),
                allow_redirects=False,
            ) as answer,
        ):
            return answer.status, await answer.read()

    def _token(self) -> str:
        """Good for 30 seconds: one for each request costs nothing beside that."""
        issued_at = int(clock.unmoved().timestamp())
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, {"iss": self._service_id, "iat": issued_at}, self._key)


def _parts(credentials: SecretStr) -> tuple[str, OctKey]:
    """An API key is its name, the service's id and a secret, each joined to the next by a hyphen."""
    text = credentials.get_secret_value()
    return text[-2 * _ID_LENGTH - 1 : -_ID_LENGTH - 1], OctKey.import_key(text[-_ID_LENGTH:])


def _outcome(status: int, content: bytes) -> Exception | None:
    """What an answer means. Its words may name the address, so only its numbers are kept.

    What is wrong with the key, the template or the service is our own fault: it may be mended and sent.
    """
    if status == _SENT:
        return None
    if status == _FORBIDDEN or status >= _ITS_FAULT:
        return Away(str(status))
    if status == _FAULTY and _is_about_the_address(content):
        return Bounced(str(status))
    return Deferred(str(status))


def _is_about_the_address(content: bytes) -> bool:
    try:
        errors = orjson.loads(content)["errors"]
        return any(
            each["error"] == "ValidationError" and str(each["message"]).startswith("email_address ") for each in errors
        )
    except (ValueError, KeyError, TypeError):
        return False
