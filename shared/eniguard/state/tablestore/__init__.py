"""State on Tablestore."""

from eniguard.state.tablestore.store import TablestoreStore

__all__ = ["TablestoreStore"]
