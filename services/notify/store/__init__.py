"""Where deliveries and choices live; the only package that touches the database."""

from typing import Self

from chassis.app import StoredServiceContext
from chassis.keys import Finder
from services.notify.store.choices import ChoiceStore
from services.notify.store.deliveries import DeliveryStore
from services.notify.store.waiting import WaitingStore

__all__ = ["DeliveryStore", "Stores"]


class Stores:
    """The stores of this service."""

    def __init__(self, context: StoredServiceContext, finder: Finder) -> None:
        deliveries = context.database.outbox_collection("deliveries", context.relay)
        self.deliveries = DeliveryStore(deliveries, context.keys)
        self.waiting = WaitingStore(deliveries, context.keys)
        self.choices = ChoiceStore(context.database.outbox_collection("choices", context.relay), finder)

    @classmethod
    async def open(cls, context: StoredServiceContext, finder: Finder) -> Self:
        """With every index made."""
        stores = cls(context, finder)
        await stores.deliveries.open()
        await stores.choices.open()
        return stores
