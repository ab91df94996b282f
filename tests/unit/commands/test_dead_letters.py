"""What a dead letter tells, and what of it goes back to its queue."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from aio_pika.abc import AbstractIncomingMessage

from chassis import retry
from commands.parts.dead_letters import DeadLetter, chosen

TRUSTED = frozenset({"tasks", "portal-operator"})
SEEN = "2026-11-21T09:00:00+00:00"


def letter(user_id: str, headers: dict[str, Any]) -> DeadLetter:
    raw = SimpleNamespace(
        user_id=user_id,
        headers=headers,
        message_id="m-1",
        type="council.delegation.requested.v1",
        timestamp=datetime(2026, 11, 21, tzinfo=UTC),
        content_type="application/json",
        correlation_id=None,
        body=b"{}",
    )
    return DeadLetter("tasks.open-task", cast("AbstractIncomingMessage", raw), TRUSTED)


def buried() -> DeadLetter:
    return letter(
        "tasks",
        {
            retry.HEADER_ATTEMPTS: 8,
            retry.HEADER_CODE: "failed",
            retry.HEADER_REASON: "ValueError",
            retry.HEADER_QUEUE: "tasks.open-task",
            retry.HEADER_FIRST_SEEN: SEEN,
            retry.HEADER_USER: "bristol",
            retry.HEADER_EXCHANGE: "council.inbox",
            retry.HEADER_ROUTING_KEY: "bristol.council.delegation.requested.v1",
            "traceparent": "00-1-2-01",
            "CC": ["council.oxfordshire"],
        },
    )


def test_a_row_says_why_and_since_when() -> None:
    assert buried().row == {
        "queue": "tasks.open-task",
        "message_id": "m-1",
        "type": "council.delegation.requested.v1",
        "code": "failed",
        "reason": "ValueError",
        "attempts": 8,
        "first_seen": SEEN,
    }


def test_a_replay_is_a_first_attempt_of_the_same_sender() -> None:
    message = buried().again(None, "portal-operator")
    assert message.headers == {
        retry.HEADER_FIRST_SEEN: SEEN,
        retry.HEADER_USER: "bristol",
        retry.HEADER_EXCHANGE: "council.inbox",
        retry.HEADER_ROUTING_KEY: "bristol.council.delegation.requested.v1",
        "traceparent": "00-1-2-01",
    }
    assert (message.user_id, message.message_id, message.body) == ("portal-operator", "m-1", b"{}")


def test_a_mended_body_replaces_the_old_one() -> None:
    assert buried().again(b'{"a": 1}', "portal-operator").body == b'{"a": 1}'


def test_a_council_cannot_put_words_into_the_operators_mouth() -> None:
    forged = letter(
        "bristol",
        {
            retry.HEADER_USER: "oxfordshire",
            retry.HEADER_ROUTING_KEY: "oxfordshire.council.delegation.requested.v1",
            retry.HEADER_CODE: "fine",
            "x-death": [
                {
                    "reason": "delivery_limit",
                    "exchange": "council.inbox",
                    "routing-keys": ["bristol.council.delegation.requested.v1"],
                    "time": datetime(2026, 11, 21, tzinfo=UTC),
                }
            ],
        },
    )
    assert forged.row["code"] == "delivery_limit"
    assert forged.row["first_seen"] == "2026-11-21T00:00:00+00:00"
    assert forged.again(None, "portal-operator").headers == {
        retry.HEADER_USER: "bristol",
        retry.HEADER_EXCHANGE: "council.inbox",
        retry.HEADER_ROUTING_KEY: "bristol.council.delegation.requested.v1",
    }


def test_letters_are_chosen_by_id_by_queue_or_all() -> None:
    assert chosen(["m-1"], everything=False)(buried())
    assert chosen(["tasks.open-task"], everything=False)(buried())
    assert chosen(["tasks.open-task.dead"], everything=False)(buried())
    assert not chosen(["m-2"], everything=False)(buried())
    assert chosen([], everything=True)(buried())


def test_a_letter_goes_back_to_the_queue_of_its_own_council() -> None:
    queue = "tasks.open-task.from.bristol"
    assert letter("tasks", {retry.HEADER_QUEUE: queue}).died_in == queue
    assert letter("bristol", {"x-death": [{"queue": queue}]}).died_in == queue
    assert letter("bristol", {retry.HEADER_QUEUE: "notify.send-code"}).died_in == "tasks.open-task"
    assert letter("bristol", {"x-death": [{"queue": "notify.send-code"}]}).died_in == "tasks.open-task"
