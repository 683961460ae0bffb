"""The fast path: decides the ActionTrail events that EventBridge delivers, and logs what it decided."""

from __future__ import annotations

from eniguard.delivery.events import EventDelivery

delivery = EventDelivery(index=__file__)


def initialize(context: object) -> None:
    """Load the policy and the rules before the first event, once per instance."""
    delivery.prepare()


def handler(event: bytes, context: object) -> str | None:
    """Decide one delivery; every event of it ends in one log line, and the counts are returned as JSON."""
    return delivery.handle(event, context)
