"""The approval page: shows a plan to whoever has its link, and lets people who sign in decide about it."""

from __future__ import annotations

from typing import Any

from eniguard.delivery.approval import ApprovalDelivery

delivery = ApprovalDelivery(index=__file__)


def initialize(context: object) -> None:
    """Load the policy before the first request, once per instance."""
    delivery.prepare()


def handler(event: bytes, context: object) -> dict[str, Any]:
    """Answer one request of the HTTP trigger."""
    return delivery.handle(event, context)
