"""State on sqlite."""

from eniguard.state.sqlite.database import IN_MEMORY
from eniguard.state.sqlite.store import SqliteStore

__all__ = ["IN_MEMORY", "SqliteStore"]
