"""How deliveries end other than done: answered and buried, tried again, given up. Each by a confirmed copy."""

from collections.abc import Mapping
from typing import Any

from chassis import loop, retry, security
from chassis.delivery import Delivery
from chassis.errors import Refused
from chassis.outbox import Keep, Publisher
from chassis.subscription import Subscription


class Endings:
    """Publishes what becomes of a delivery; the delivery itself is acknowledged by whoever took it."""

    def __init__(self, publisher: Publisher, keep: Keep) -> None:
        self._publisher = publisher
        self._keep = keep

    async def refuse(self, subscription: Subscription, delivery: Delivery, refused: Refused) -> None:
        """Answered, where its sender is one whom we answer, and kept among the dead."""
        security.record(
            "delivery.refused", "refused", code=refused.code, queue=delivery.queue, broker_user=delivery.user_id
        )
        told = subscription.refusal
        answer = await loop.work(len(delivery.body), told, delivery, refused) if told else None
        if answer is not None:
            await self._publisher.publish(
                answer.body.encode(),
                exchange=answer.exchange,
                routing_key=answer.routing_key,
                message_id=answer.event_id,
                type=answer.type,
                correlation_id=delivery.message_id,
            )
            await self._keep([answer.as_document()])
        where = f" ({refused.field})" if refused.field else ""
        await self._bury(subscription, delivery, refused.code, f"{refused.detail}{where}", delivery.attempts + 1)

    async def fail(self, subscription: Subscription, delivery: Delivery, error: Exception) -> str:
        """Tried again by the policy of its subscription, in the end buried; says which."""
        attempts = delivery.attempts + 1
        delay = subscription.retry.delay_after(attempts)
        if delay is None:
            await self._bury(subscription, delivery, "failed", type(error).__name__, attempts)
            return "dead"
        await self._again(delivery, delay, attempts)
        return "retried"

    async def later(self, delivery: Delivery, seconds: int) -> None:
        """Comes again after this time at least, and that counts as no attempt."""
        await self._again(delivery, retry.at_least(seconds), delivery.attempts)

    async def _again(self, delivery: Delivery, seconds: int, attempts: int) -> None:
        headers = delivery.carried_headers({retry.HEADER_ATTEMPTS: attempts})
        await self._copy(delivery, retry.retry_queue(seconds), delivery.queue, headers)

    async def _bury(
        self, subscription: Subscription, delivery: Delivery, code: str, reason: str, attempts: int
    ) -> None:
        headers = delivery.carried_headers(
            {
                retry.HEADER_ATTEMPTS: attempts,
                retry.HEADER_CODE: code,
                retry.HEADER_REASON: reason[:500],
                retry.HEADER_QUEUE: delivery.queue,
            }
        )
        await self._copy(delivery, retry.DEAD_EXCHANGE, subscription.queue, headers)

    async def _copy(self, delivery: Delivery, exchange: str, key: str, headers: Mapping[str, Any]) -> None:
        await self._publisher.publish(
            delivery.body,
            exchange=exchange,
            routing_key=key,
            message_id=delivery.message_id,
            type=delivery.type,
            headers=headers,
            correlation_id=delivery.correlation_id,
        )
