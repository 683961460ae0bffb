"""The edge of each function: what it is called with is read and handed to the intake."""

from eniguard.delivery.events import EventDelivery

__all__ = ["EventDelivery"]
