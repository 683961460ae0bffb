"""The only function that changes anything: carries out a plan that was approved, or takes it back."""

from __future__ import annotations

from eniguard.delivery.remediate import RemediateDelivery

delivery = RemediateDelivery(index=__file__)


def initialize(context: object) -> None:
    """Load the policy before the first plan, once per instance."""
    delivery.prepare()


def handler(event: bytes, context: object) -> str | None:
    """Carry out the plan of the id that the event holds; how it stands then is returned as JSON."""
    return delivery.handle(event, context)
