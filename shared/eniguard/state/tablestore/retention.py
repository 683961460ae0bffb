"""What has expired is removed a little at a time, along with writes.

A table has one time to live for all its rows, and it holds rows that stay.
"""

from __future__ import annotations

import uuid

from eniguard.state.tablestore.rows import Rows, no_later_than

#: Writes between two rounds, and rows looked through in one: three for each that a write can have added. One
#: batch removes as many (Tablestore, limits: 200 rows a BatchWriteRow).
WRITES_A_ROUND = 64
ROWS_A_ROUND = 200


class Removal:
    """Goes through a table in rounds, beginning anywhere in it: instances of a function share the work.

    Parameters
    ----------
    rows
        The table.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._writes = 0
        self._from = uuid.uuid4().hex

    def before_a_write(self, now: float) -> None:
        """Count a write; every so many, look through some rows and remove those that have expired."""
        self._writes += 1
        if self._writes % WRITES_A_ROUND:
            return
        expired, following = self._rows.page(self._from, no_later_than("expires", now), ROWS_A_ROUND)
        self._rows.delete_unchanged(expired)
        self._from = following or ""
