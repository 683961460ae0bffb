"""ActionTrail calls on trails (fields: ActionTrail 2020-07-06, SDK 2.6.0)."""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import TRAIL

_T = Shape.TEXT
_TRAIL = Where("Name", TRAIL)


def _trail_call(name: str, **parameters: Shape) -> Api:
    return Api("actiontrail", name, True, {"Name": _T, **parameters}, (_TRAIL,), assumed=True)


APIS: tuple[Api, ...] = (
    _trail_call("StartLogging"),
    _trail_call("StopLogging"),
    _trail_call("DeleteTrail"),
    _trail_call("UpdateTrail", EventRW=_T, TrailRegion=_T, SlsProjectArn=_T, OssBucketName=_T),
)
