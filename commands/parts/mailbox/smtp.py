"""The SMTP side: takes messages, refuses what it has been told to refuse. Keeps nothing itself."""

import asyncio
import random
import re
import ssl
from collections import Counter
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from commands.parts.mailbox.store import Mailbox

LARGEST = 32 * 1024 * 1024
HANG_SECONDS = 300
SLOW_SECONDS = 2
SCRIPTED = re.compile(r"\+(?P<what>[45]\d\d|hang|slow)(x(?P<times>\d+))?@")


class Refusals:
    """What the catcher has been told to refuse."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()
        self.set_chaos({})

    def set_chaos(self, triggers: dict[str, dict[str, int]]) -> None:
        """Refuse everybody at these points; a point that is not named takes everything again."""
        self.chaos = {
            point: {
                "ErrorCode": int(triggers.get(point, {}).get("ErrorCode", 451)),
                "Probability": int(triggers.get(point, {}).get("Probability", 0)),
            }
            for point in ("Sender", "Recipient", "Authentication")
        }

    def of(self, point: str) -> str | None:
        """The answer that chaos gives at this point of the conversation, if any."""
        trigger = self.chaos[point]
        hit = random.randrange(100) < trigger["Probability"]  # noqa: S311  # a test tool's dice
        return f"{trigger['ErrorCode']} refused by chaos" if hit else None

    def scripted(self, address: str) -> str | None:
        """What the address itself asks for: a code, `hang`, `slow`, or nothing (any more)."""
        script = SCRIPTED.search(address)
        if script is None:
            return None
        self._used[address] += 1
        spent = script["times"] is not None and self._used[address] > int(script["times"])
        return None if spent else script["what"]


class Sink:
    """The SMTP side; the method names are aiosmtpd's hooks."""

    def __init__(self, mailbox: Mailbox, refusals: Refusals) -> None:
        self._mailbox = mailbox
        self._refusals = refusals
        self._hanging: set[str] = set()

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        """Take the sender unless chaos says otherwise."""
        if refusal := self._refusals.of("Sender"):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Take, or refuse as scripted, one recipient."""
        what = self._refusals.scripted(address)
        if what == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        elif what not in {None, "hang"}:
            return f"{what} refused as the address asks"
        if refusal := self._refusals.of("Recipient"):
            return refusal
        if what == "hang":
            self._hanging.add(address)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; a hanging recipient gets no answer and leaves no message."""
        hanging = self._hanging.intersection(envelope.rcpt_tos)
        self._hanging -= hanging
        if hanging:
            await asyncio.sleep(HANG_SECONDS)
            return "421 waited long enough"
        message_id = self._mailbox.add(cast(bytes, envelope.content), envelope.mail_from or "", envelope.rcpt_tos)
        return f"250 OK: queued as {message_id}"


async def listen(
    mailbox: Mailbox, refusals: Refusals, host: str, port: int, tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    """Open the SMTP door on this address; with `tls` only to those who start it."""
    sink = Sink(mailbox, refusals)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            sink,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="localhost",
            tls_context=tls,
            require_starttls=tls is not None,
        ),
        host,
        port,
    )
