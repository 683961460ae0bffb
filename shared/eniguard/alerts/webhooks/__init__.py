"""The way of a message out of the guard: https, to allowed addresses, within a time, and nothing told."""

from eniguard.alerts.webhooks.sending import Webhooks

__all__ = ["Webhooks"]
