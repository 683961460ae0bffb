"""State on sqlite."""

from eniguard.state.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
