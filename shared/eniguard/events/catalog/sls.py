"""Simple Log Service calls that take logs away (fields: SLS 2020-12-30, SDK 5.15.1).

The project stands in the host of a call and the logstore in its path: how events spell them is open
(docs/sources.md, API). ClearLogStoreStorage is in no SDK; the list of auditable events names it.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import LOG_PROJECT, LOG_STORE

_PROJECT = ("project", "projectName", "ProjectName")
_STORE = ("logstore", "logstoreName", "LogstoreName")
_ALSO = ("log",)


def _store_call(name: str, **parameters: Shape) -> Api:
    named = {**dict.fromkeys((*_PROJECT, *_STORE), Shape.TEXT), **parameters}
    targets = (
        *(Where(spelled, LOG_STORE) for spelled in _STORE),
        *(Where(spelled, LOG_PROJECT, "group") for spelled in _PROJECT),
    )
    return Api("sls", name, True, named, targets, assumed=True, also_recorded_as=_ALSO)


APIS: tuple[Api, ...] = (
    _store_call("DeleteLogStore"),
    _store_call("UpdateLogStore", ttl=Shape.INTEGER),
    _store_call("ClearLogStoreStorage"),
    _store_call("DeleteLogs"),
    Api(
        "sls",
        "DeleteProject",
        True,
        dict.fromkeys(_PROJECT, Shape.TEXT),
        tuple(Where(spelled, LOG_PROJECT) for spelled in _PROJECT),
        assumed=True,
        also_recorded_as=_ALSO,
    ),
)
