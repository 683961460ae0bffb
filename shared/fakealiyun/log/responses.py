"""Wire in and out of Simple Log Service: project (of the host) and logstore (of the path) as parameters."""

from __future__ import annotations

from fakealiyun.log import exceptions as refuse
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
    logstores[name] = call.parameters.integer("ttl") or _DAYS
    return {}


def get_log_store(call: Call) -> Fields:
    """GetLogStore."""
    name = _logstore(call)
    return {"logstoreName": name, "ttl": _logstores(call)[name]}


def update_log_store(call: Call) -> Fields:
    """UpdateLogStore: of its configuration the fake keeps how long logs are kept."""
    logstores, name = _logstores(call), _logstore(call)
    logstores[name] = call.parameters.integer("ttl") or logstores[name]
    return {}


def delete_log_store(call: Call) -> Fields:
    """DeleteLogStore."""
    del _logstores(call)[_logstore(call)]
    return {}


def delete_logs(call: Call) -> Fields:
    """DeleteLogs of a query or a row: none are there, as the fake keeps no logs."""
    _logstore(call)
    start, end = call.parameters.integer("from"), call.parameters.integer("to")
    if start is None or end is None or start >= end:
        raise refuse.parameter_invalid("from and to are no interval")
    if call.parameters.text("query") is None and call.parameters.text("rowId") is None:
        raise refuse.parameter_invalid("neither query nor rowId is specified")
    return {"affectedRows": 0}


def _logstores(call: Call) -> dict[str, int]:
    project = call.parameters.required("project")
    found = call.region.log.projects.get(project)
    if found is None:
        raise refuse.project_not_exist(project)
    return found


def _logstore(call: Call) -> str:
    name = call.parameters.required("logstore")
    if name not in _logstores(call):
        raise refuse.logstore_not_exist(name)
    return name


HANDLERS: dict[str, Handler] = {
    "CreateProject": create_project,
    "DeleteProject": delete_project,
    "CreateLogStore": create_log_store,
    "GetLogStore": get_log_store,
    "UpdateLogStore": update_log_store,
    "DeleteLogStore": delete_log_store,
    "DeleteLogs": delete_logs,
}
