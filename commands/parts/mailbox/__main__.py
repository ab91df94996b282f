"""Starts the mail catcher and stops it on a signal. No behaviour of its own."""

import argparse
import asyncio
import signal
import ssl
import threading
from pathlib import Path

from commands.parts.mailbox.smtp import Refusals, listen
from commands.parts.mailbox.store import KEPT, Mailbox
from commands.parts.mailbox.web import MailboxServer


async def serve(mailbox: Mailbox, host: str, smtp_port: int, http_port: int, tls: ssl.SSLContext | None) -> None:
    """Both doors, until SIGTERM or SIGINT."""
    refusals = Refusals()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    smtp = await listen(mailbox, refusals, host, smtp_port, tls)
    web = MailboxServer((host, http_port), mailbox, refusals)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    await stop.wait()
    web.shutdown()
    smtp.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="mailbox", description="The local mail catcher")
    parser.add_argument("--host", default="127.0.0.1", help="address of both doors; loopback unless in a container")
    parser.add_argument("--smtp-port", type=int, default=1025)
    parser.add_argument("--http-port", type=int, default=8025)
    parser.add_argument("--data", type=Path, required=True, help="directory that keeps the messages")
    parser.add_argument("--keep", type=int, default=KEPT, help="how many messages to keep, the newest ones")
    parser.add_argument("--certificate", type=Path, help="key and certificate in one file: then STARTTLS is a must")
    given = parser.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    tls = None
    if given.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(given.certificate)
    mailbox = Mailbox(given.data / "mail.sqlite", given.keep)
    asyncio.run(serve(mailbox, given.host, given.smtp_port, given.http_port, tls))


if __name__ == "__main__":
    main()
