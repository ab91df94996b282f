"""Where deliveries and choices live; the only package that touches the database."""

from services.notify.store.choices import ChoiceStore
from services.notify.store.deliveries import DeliveryStore
from services.notify.store.waiting import WaitingStore

__all__ = ["ChoiceStore", "DeliveryStore", "WaitingStore"]
