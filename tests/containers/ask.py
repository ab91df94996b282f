"""Run inside a container: asks the address that a variable names, once a part of it is changed, and prints what came.

NAME PATTERN REPLACEMENT; NAME.SERVICE is the address of a service, with the CA that the gateway trusts.
"""

import asyncio
import json
import os
import re
import smtplib
import ssl
import sys
import urllib.request
from urllib.parse import parse_qs, urlsplit

import aio_pika
from pymongo import MongoClient


async def ask_broker(url: str) -> None:
    await (await aio_pika.connect(url, timeout=10)).close()


def ask_database(url: str) -> None:
    MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=5000).portal_auth.command("ping")


def ask_mail_server(url: str) -> None:
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname or "", parts.port or 0, timeout=10) as client:
        if "cafile" in parse_qs(parts.query):
            client.starttls(context=trusting(url))
        client.ehlo()
        code, said = client.mail("portal@portal.example")
    if code != 250:
        raise ConnectionRefusedError(said)


def ask_service(url: str) -> None:
    urllib.request.urlopen(url, timeout=10, context=trusting(url) if url.startswith("https") else None).close()


def trusting(url: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=parse_qs(urlsplit(url).query)["cafile"][0])


def ask(url: str) -> None:
    kind = urlsplit(url).scheme
    if kind.startswith("amqp"):
        asyncio.run(ask_broker(url))
    elif kind.startswith("mongodb"):
        ask_database(url)
    elif kind.startswith("smtp"):
        ask_mail_server(url)
    else:
        ask_service(url)


if __name__ == "__main__":
    name, pattern, replacement = sys.argv[1:]
    variable, _, service = name.partition(".")
    address = os.environ[variable]
    if service:
        address = f"{json.loads(address)[service]}/livez?cafile={os.environ['GATEWAY_CA_FILE']}"
    try:
        ask(re.sub(pattern, replacement, address))
        told = "answered"
    except Exception as error:  # noqa: BLE001 - each kind of client has its own
        told = repr(error)
    sys.stdout.write(f"{told}\n")
