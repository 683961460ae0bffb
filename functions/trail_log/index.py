"""The path of record: decides the rows of a logstore that a log trigger points at."""

from __future__ import annotations

from eniguard.delivery.rows import RowDelivery

delivery = RowDelivery(index=__file__)


def initialize(context: object) -> None:
    """Load the policy and the rules before the first call, once per instance."""
    delivery.prepare()


def handler(event: bytes, context: object) -> str | None:
    """Decide one delivery; every event of it ends in one record, and the counts are returned as JSON."""
    return delivery.handle(event, context)
