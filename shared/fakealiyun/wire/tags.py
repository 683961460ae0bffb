"""Tags in requests: those to put on a resource, and those to look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fakealiyun.errors import ApiError
from fakealiyun.wire.parameters import Parameters

#: Keys and values have up to 128 characters; keys do not begin like those of the cloud (CreateSecurityGroup).
_LONGEST = 128
_RESERVED = ("aliyun", "acs:")
#: Tags of one call (TagResources, error NumberExceed.Tags).
_MOST = 20


def read_tags(parameters: Parameters, name: str = "Tag") -> dict[str, str]:
    """The tags ``Tag.N.Key`` and ``Tag.N.Value`` of a call; a value may be absent.

    Raises
    ------
    ApiError
        A key is repeated, empty or not allowed, a value is too long, or there are too many.
    """
    tags: dict[str, str] = {}
    for tag in parameters.objects(name):
        key, value = tag.text("Key") or "", tag.text("Value") or ""
        if not key or len(key) > _LONGEST or key.startswith(_RESERVED) or "://" in key:
            raise ApiError("InvalidTagKey.Malformed", 400, f"The parameter {name}.n.Key is not valid.")
        if len(value) > _LONGEST or "://" in value:
            raise ApiError("InvalidTagValue.Malformed", 400, f"The parameter {name}.n.Value is not valid.")
        if key in tags:
            raise ApiError("Duplicate.TagKey", 400, f"The parameter {name}.n.Key holds a key twice.")
        tags[key] = value
    if len(tags) > _MOST:
        raise ApiError("NumberExceed.Tags", 400, f"The parameter {name}.n holds more than {_MOST} tags.")
    return tags


def carries(tags: Mapping[str, str], wanted: Sequence[Parameters]) -> bool:
    """Whether a resource has every tag of a filter, by key alone where the filter has no value."""
    for one in wanted:
        key, value = one.text("Key") or "", one.values.get("Value")
        if key not in tags or value not in (None, tags[key]):
            return False
    return True
