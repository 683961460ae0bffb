"""Tablestore calls that take tables away (instances: 2020-12-09, SDK 3.2.0; tables: the data API of 2015).

Tables are called by a protocol of their own; the list of auditable events has their names, and no source the
names of their parameters.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import TABLE, TABLE_INSTANCE

_INSTANCE = ("InstanceName", "instanceName")
_TABLE = ("TableName", "tableName")
_ALSO = ("tablestore",)


def _table_call(name: str) -> Api:
    targets = (
        *(Where(spelled, TABLE) for spelled in _TABLE),
        *(Where(spelled, TABLE_INSTANCE, "group") for spelled in _INSTANCE),
    )
    named = dict.fromkeys((*_TABLE, *_INSTANCE), Shape.TEXT)
    return Api("ots", name, True, named, targets, assumed=True, also_recorded_as=_ALSO)


APIS: tuple[Api, ...] = (
    _table_call("DeleteTable"),
    _table_call("UpdateTable"),
    Api(
        "ots",
        "DeleteInstance",
        True,
        dict.fromkeys(_INSTANCE, Shape.TEXT),
        tuple(Where(spelled, TABLE_INSTANCE) for spelled in _INSTANCE),
        assumed=True,
        also_recorded_as=_ALSO,
    ),
)
