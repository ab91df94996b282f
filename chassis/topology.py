"""The broker's definitions as one document: exchanges, queues, bindings, policies, users, permissions.

An operator's job loads it; services declare nothing (reliability R13). Pure: from its arguments.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chassis.messaging import COUNCIL_INBOX, UNKNOWN_EXCHANGE, Subscription
from chassis.outbox import COUNCIL_OUTBOX, EVENTS_EXCHANGE
from chassis.retry import DEAD_EXCHANGE, DELAYS, dead_queue, retry_queue
from contracts.registry import OPERATOR

_MAX_LENGTH = 1_000_000
_DELIVERY_LIMIT = 20
_NO_LIMIT = 1_000_000_000


def council_queue(authority: str) -> str:
    """The queue that a council reads."""
    return f"council.{authority}"


def definitions(
    subscriptions: Mapping[str, Sequence[Subscription[Any, Any]]],
    authorities: Iterable[str],
    passwords: Mapping[str, str] | None = None,
    vhost: str = "/",
) -> dict[str, Any]:
    """RabbitMQ's definitions. `subscriptions` by service; users only where their passwords are given."""
    councils = sorted(authorities)
    work = [subscription for own in subscriptions.values() for subscription in own]
    document: dict[str, Any] = {
        "vhosts": [{"name": vhost}],
        "exchanges": _exchanges(vhost),
        "queues": _queues(work, councils, vhost),
        "bindings": _bindings(work, councils, vhost),
        "policies": _policies(work, councils, vhost),
    }
    if passwords is not None:
        document |= _users(sorted(subscriptions), councils, passwords, vhost)
    return document


def _exchanges(vhost: str) -> list[dict[str, Any]]:
    kinds = {
        EVENTS_EXCHANGE: "topic",
        COUNCIL_INBOX: "topic",
        COUNCIL_OUTBOX: "topic",
        UNKNOWN_EXCHANGE: "fanout",
        DEAD_EXCHANGE: "direct",
        **{retry_queue(delay): "fanout" for delay in DELAYS},
    }
    return [
        {
            "name": name,
            "vhost": vhost,
            "type": kind,
            "durable": True,
            "auto_delete": False,
            "internal": False,
            "arguments": {},
        }
        for name, kind in kinds.items()
    ]


def _queue(name: str, vhost: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": {"x-queue-type": "quorum"},
    }


def _queues(work: Sequence[Subscription[Any, Any]], councils: Sequence[str], vhost: str) -> list[dict[str, Any]]:
    names = [
        *(name for subscription in work for name in (*subscription.queues(councils), dead_queue(subscription.queue))),
        *(retry_queue(delay) for delay in DELAYS),
        *(council_queue(council) for council in councils),
    ]
    return [_queue(name, vhost) for name in names]


def _bindings(work: Sequence[Subscription[Any, Any]], councils: Sequence[str], vhost: str) -> list[dict[str, Any]]:
    bound = [
        *(
            (subscription.exchange, queue, key)
            for subscription in work
            for queue, key in subscription.queues(councils).items()
        ),
        *((DEAD_EXCHANGE, dead_queue(subscription.queue), subscription.queue) for subscription in work),
        *((retry_queue(delay), retry_queue(delay), "#") for delay in DELAYS),
        *((COUNCIL_OUTBOX, council_queue(council), f"{council}.#") for council in councils),
    ]
    return [
        {
            "source": source,
            "vhost": vhost,
            "destination": destination,
            "destination_type": "queue",
            "routing_key": key,
            "arguments": {},
        }
        for source, destination, key in bound
    ]


def _policy(
    name: str, vhost: str, definition: Mapping[str, Any], *, kind: str = "queues", pattern: str | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "pattern": pattern or f"^{re.escape(name)}$",
        "apply-to": kind,
        "priority": 10,
        "definition": dict(definition),
    }


def _policies(work: Sequence[Subscription[Any, Any]], councils: Sequence[str], vhost: str) -> list[dict[str, Any]]:
    bounded = {"max-length": _MAX_LENGTH, "overflow": "reject-publish"}
    safe = {"dead-letter-strategy": "at-least-once", **bounded}
    plain = [
        *(dead_queue(subscription.queue) for subscription in work),
        *(council_queue(council) for council in councils),
    ]
    return [
        _policy(COUNCIL_INBOX, vhost, {"alternate-exchange": UNKNOWN_EXCHANGE}, kind="exchanges"),
        *(
            _policy(each.queue, vhost, {**safe, **_work_policy(each.queue)}, pattern=each.queue_pattern)
            for each in work
        ),
        *(_policy(retry_queue(delay), vhost, {**safe, **_retry_policy(delay)}) for delay in DELAYS),
        # Read and put back by people and councils any number of times: RabbitMQ 4 would drop at 20 by default.
        *(_policy(name, vhost, {**bounded, "delivery-limit": _NO_LIMIT}) for name in plain),
    ]


def _work_policy(queue: str) -> dict[str, Any]:
    """A delivery that kills its consumer again and again ends among the queue's dead letters."""
    return {
        "dead-letter-exchange": DEAD_EXCHANGE,
        "dead-letter-routing-key": queue,
        "delivery-limit": _DELIVERY_LIMIT,
    }


def _retry_policy(delay: int) -> dict[str, Any]:
    """After its time a delivery goes back, by the default exchange, to the queue that its routing key names."""
    return {"dead-letter-exchange": "", "message-ttl": delay * 1000}


def password_hash(password: str) -> str:
    """RabbitMQ's salted SHA-256."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _users(
    services: Sequence[str], councils: Sequence[str], passwords: Mapping[str, str], vhost: str
) -> dict[str, Any]:
    """One user a service, one a council, one for the operator; each with the least that it needs."""
    retries = "|".join(re.escape(retry_queue(delay)) for delay in DELAYS)
    service_write = f"^({re.escape(EVENTS_EXCHANGE)}|{re.escape(COUNCIL_OUTBOX)}|{re.escape(DEAD_EXCHANGE)}|{retries})$"
    rights = [
        *((service, service_write, rf"^{re.escape(service)}\..*") for service in services),
        *((council, f"^{re.escape(COUNCIL_INBOX)}$", f"^{re.escape(council_queue(council))}$") for council in councils),
        (OPERATOR, ".*", ".*"),
    ]
    return {
        "users": [
            {
                "name": name,
                "password_hash": password_hash(passwords[name]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": ["monitoring"] if name == OPERATOR else [],
                "limits": {},
            }
            for name, _, _ in rights
        ],
        "permissions": [
            {
                "user": name,
                "vhost": vhost,
                "configure": ".*" if name == OPERATOR else "^$",
                "write": write,
                "read": read,
            }
            for name, write, read in rights
        ],
        "topic_permissions": [
            {
                "user": council,
                "vhost": vhost,
                "exchange": COUNCIL_INBOX,
                "write": rf"^{re.escape(council)}\.",
                "read": "^$",
            }
            for council in councils
        ],
    }
