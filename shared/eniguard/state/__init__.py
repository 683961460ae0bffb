"""The state store: what outlives one event, on sqlite, Redis or Tablestore."""

from eniguard.state.keys import Keys
from eniguard.state.opened import open_store
from eniguard.state.store import MOST_BYTES, Due, Item, Store

__all__ = ["MOST_BYTES", "Due", "Item", "Keys", "Store", "open_store"]
