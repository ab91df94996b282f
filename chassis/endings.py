"""The five ends of a delivery: done, already handled, later, refused, failed. All but two by a confirmed copy."""

from collections.abc import Mapping
from typing import Any

from chassis import loop, retry, security
from chassis.delivery import Delivery
from chassis.errors import DATABASE_AWAY, AlreadyHandled, Refused, TryLater
from chassis.middlewares import Middleware, Next, Received
from chassis.outbox import Keep, Publisher
from chassis.shared_keys import BodySeal
from chassis.subscription import Subscription
from chassis.telemetry import log

_AWAY_SECONDS = 5


class Endings(Middleware):
    """Publishes what becomes of a delivery; the delivery itself is acknowledged by whoever took it."""

    def __init__(self, publisher: Publisher, keep: Keep, bodies: BodySeal) -> None:
        self._publisher = publisher
        self._keep = keep
        self._bodies = bodies

    async def around(self, call_next: Next, msg: Received) -> str:
        """One delivery; says how it ended, in the words of the metric."""
        subscription, delivery = msg.subscription, msg.delivery
        try:
            await call_next(msg)
        except AlreadyHandled:
            return "repeated"
        except TryLater as later:
            log.info("later", why=str(later))
            return await self._later(delivery, later.after)
        except Refused as refused:
            return await self._refuse(subscription, delivery, refused)
        except DATABASE_AWAY as error:
            log.warning("database away", error=repr(error))
            return await self._later(delivery, _AWAY_SECONDS)
        except Exception as error:  # noqa: BLE001 - a bug or an unknown fault: retried by policy, then dead
            log.error("failed", attempt=delivery.attempts + 1, exc_info=error)
            return await self._fail(subscription, delivery, error)
        return "done"

    async def _refuse(self, subscription: Subscription[Any, Any], delivery: Delivery, refused: Refused) -> str:
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
            await self._keep([answer.as_document(self._bodies)])
        where = f" ({refused.field})" if refused.field else ""
        await self._bury(subscription, delivery, refused.code, f"{refused.detail}{where}", delivery.attempts + 1)
        return "refused"

    async def _fail(self, subscription: Subscription[Any, Any], delivery: Delivery, error: Exception) -> str:
        """Tried again by the policy of its subscription, in the end buried; says which."""
        attempts = delivery.attempts + 1
        delay = subscription.retry.delay_after(attempts)
        if delay is None:
            await self._bury(subscription, delivery, "failed", type(error).__name__, attempts)
            return "dead"
        await self._again(delivery, delay, attempts)
        return "retried"

    async def _later(self, delivery: Delivery, seconds: int) -> str:
        """Comes again after this time at least, and that counts as no attempt."""
        await self._again(delivery, retry.at_least(seconds), delivery.attempts)
        return "later"

    async def _again(self, delivery: Delivery, seconds: int, attempts: int) -> None:
        headers = delivery.carried_headers({retry.HEADER_ATTEMPTS: attempts})
        await self._copy(delivery, retry.retry_queue(seconds), delivery.queue, headers)

    async def _bury(
        self, subscription: Subscription[Any, Any], delivery: Delivery, code: str, reason: str, attempts: int
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
        name = delivery.type or ""
        sealed = await loop.work(len(delivery.body), self._bodies.seal, delivery.body, delivery.authority, name)
        await self._publisher.publish(
            sealed,
            exchange=exchange,
            routing_key=key,
            message_id=delivery.message_id,
            type=delivery.type,
            headers=headers,
            correlation_id=delivery.correlation_id,
        )
