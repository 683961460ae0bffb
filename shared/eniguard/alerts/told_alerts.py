"""What each sink was told of: kept for a week, in which an event may come again, and its alerts with it."""

from __future__ import annotations

from eniguard.state import Store

#: Seconds that it is known that an alert was told: as long as it is known that an event was handled.
KEPT = 7 * 86_400.0


class ToldAlerts:
    """The marks of alerts that were told, in a store; every method raises `StateError` as that does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def mark(self, sink: str, alert: str) -> None:
        """Note that a sink was told of an alert."""
        self._store.create(_place(sink, alert), b"", ttl=KEPT)

    def know(self, sink: str, alert: str) -> bool:
        """Whether a sink was told of an alert."""
        return self._store.get(_place(sink, alert)) is not None


def _place(sink: str, alert: str) -> str:
    return f"alert/sent/{sink}/{alert}"
