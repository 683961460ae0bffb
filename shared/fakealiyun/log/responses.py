"""Wire in and out of Simple Log Service: project (of the host) and logstore (of the path) as parameters."""

from __future__ import annotations

from fakealiyun.log import exceptions as refuse
from fakealiyun.log.models import Logstore, Shard
from fakealiyun.services import Call, Fields, Handler

#: Days that a logstore keeps logs when the call does not say (CreateLogStore).
_DAYS = 30


def create_project(call: Call) -> Fields:
    """CreateProject."""
    name, projects = call.parameters.required("projectName"), call.region.log.projects
    if name in projects:
        raise refuse.project_already_exist(name)
    projects[name] = {}
    return {}


def get_project(call: Call) -> Fields:
    """GetProject."""
    _logstores(call)
    return {"projectName": call.parameters.required("project"), "region": call.region.id, "status": "Normal"}


def delete_project(call: Call) -> Fields:
    """DeleteProject, with its logstores."""
    _logstores(call)
    del call.region.log.projects[call.parameters.required("project")]
    return {}


def create_log_store(call: Call) -> Fields:
    """CreateLogStore."""
    logstores, name = _logstores(call), call.parameters.required("logstoreName")
    if name in logstores:
        raise refuse.logstore_already_exist(name)
    days = call.parameters.integer("ttl") or _DAYS
    shards = [Shard(number) for number in range(call.parameters.integer("shardCount") or 1)]
    logstores[name] = Logstore(days, call.cloud.clock.now(), shards)
    return {}


def get_log_store(call: Call) -> Fields:
    """GetLogStore."""
    found = find_logstore(call)
    name = call.parameters.required("logstore")
    return {"logstoreName": name, "ttl": found.days, "shardCount": len(found.shards)}


def list_log_stores(call: Call) -> Fields:
    """ListLogStores, by name; all on one page."""
    names = sorted(_logstores(call))
    return {"count": len(names), "total": len(names), "logstores": names}


def update_log_store(call: Call) -> Fields:
    """UpdateLogStore: of its configuration the fake keeps how long logs are kept."""
    logstore = find_logstore(call)
    logstore.days = call.parameters.integer("ttl") or logstore.days
    return {}


def delete_log_store(call: Call) -> Fields:
    """DeleteLogStore."""
    find_logstore(call)
    del _logstores(call)[call.parameters.required("logstore")]
    return {}


def delete_logs(call: Call) -> Fields:
    """DeleteLogs of a query or a row: none match, as the fake answers no query."""
    find_logstore(call)
    start, end = call.parameters.integer("from"), call.parameters.integer("to")
    if start is None or end is None or start >= end:
        raise refuse.parameter_invalid("from and to are no interval")
    if call.parameters.text("query") is None and call.parameters.text("rowId") is None:
        raise refuse.parameter_invalid("neither query nor rowId is specified")
    return {"affectedRows": 0}


def find_logstore(call: Call) -> Logstore:
    """The logstore that a call names.

    Raises
    ------
    ApiError
        ``ProjectNotExist`` or ``LogStoreNotExist``.
    """
    name = call.parameters.required("logstore")
    found = _logstores(call).get(name)
    if found is None:
        raise refuse.logstore_not_exist(name)
    return found


def _logstores(call: Call) -> dict[str, Logstore]:
    project = call.parameters.required("project")
    found = call.region.log.projects.get(project)
    if found is None:
        raise refuse.project_not_exist(project)
    return found


HANDLERS: dict[str, Handler] = {
    "CreateProject": create_project,
    "GetProject": get_project,
    "DeleteProject": delete_project,
    "CreateLogStore": create_log_store,
    "ListLogStores": list_log_stores,
    "GetLogStore": get_log_store,
    "UpdateLogStore": update_log_store,
    "DeleteLogStore": delete_log_store,
    "DeleteLogs": delete_logs,
}
