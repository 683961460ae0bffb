"""Wire in and out of Tablestore; tables have a protocol of their own, which the fake does not speak."""

from __future__ import annotations

from fakealiyun.ots.exceptions import already_exist, not_exist
from fakealiyun.services import Call, Fields, Handler

#: A table that keeps its rows for ever (CreateTable, time to live).
_FOR_EVER = -1


def create_instance(call: Call) -> Fields:
    """CreateInstance."""
    name, instances = call.parameters.required("InstanceName"), call.region.ots.instances
    if name in instances:
        raise already_exist(name)
    instances[name] = {}
    return {}


def delete_instance(call: Call) -> Fields:
    """DeleteInstance, with its tables."""
    _tables(call)
    del call.region.ots.instances[call.parameters.required("InstanceName")]
    return {}


def create_table(call: Call) -> Fields:
    """CreateTable."""
    tables, name = _tables(call), call.parameters.required("TableName")
    if name in tables:
        raise already_exist(name)
    tables[name] = _FOR_EVER
    return {}


def update_table(call: Call) -> Fields:
    """UpdateTable: of its options the fake keeps how long rows live."""
    tables, name = _tables(call), _table(call)
    tables[name] = call.parameters.integer("TimeToLive") or tables[name]
    return {}


def delete_table(call: Call) -> Fields:
    """DeleteTable."""
    del _tables(call)[_table(call)]
    return {}


def _tables(call: Call) -> dict[str, int]:
    name = call.parameters.required("InstanceName")
    found = call.region.ots.instances.get(name)
    if found is None:
        raise not_exist(name)
    return found


def _table(call: Call) -> str:
    name = call.parameters.required("TableName")
    if name not in _tables(call):
        raise not_exist(name)
    return name


INSTANCES: dict[str, Handler] = {"CreateInstance": create_instance, "DeleteInstance": delete_instance}
TABLES: dict[str, Handler] = {
    "CreateTable": create_table,
    "UpdateTable": update_table,
    "DeleteTable": delete_table,
}
