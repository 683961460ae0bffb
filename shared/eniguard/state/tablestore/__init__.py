"""State on Tablestore."""

import logging

# Said once an import: that the SDK does without its own library, which serves one version of Python only.
logging.getLogger("tablestore").setLevel(logging.ERROR)

from eniguard.state.tablestore.store import TablestoreStore  # noqa: E402 after what keeps it quiet

__all__ = ["TablestoreStore"]
