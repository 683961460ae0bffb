"""The timer: makes good what no other way brought, asks what no event asks, and watches over the ways."""

from __future__ import annotations

from eniguard.delivery.sweep import SweepDelivery

delivery = SweepDelivery(index=__file__)


def initialize(context: object) -> None:
    """Load the policy and the rules before the first sweep, once per instance."""
    delivery.prepare()


def handler(event: bytes, context: object) -> str | None:
    """Make one sweep; each part of it is told of on its own, and how they ended is returned as JSON."""
    return delivery.handle(event, context)
