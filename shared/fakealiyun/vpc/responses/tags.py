"""Wire in and out of tags of VPC resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from fakealiyun.errors import ApiError, MissingParameter, NotImplementedByTheFake
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.vpc.models import VpcState
from fakealiyun.wire.paging import Sizes, by_token
from fakealiyun.wire.tags import carries, read_tags

_PAGE = Sizes(default=50, most=50)


class Tagged(Protocol):
    """A resource with tags."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, to read and to write."""


def tag_resources(call: Call) -> Fields:
    """Put tags on resources."""
    found = _named(call)
    tags = read_tags(call.parameters)
    if not tags:
        raise MissingParameter("Tag.1.Key")
    for one in found:
        one.tags.update(tags)
    return {}


def untag_resources(call: Call) -> Fields:
    """Take tags off resources: those named, or with ``All`` every one."""
    found, keys = _named(call), call.parameters.texts("TagKey")
    for one in found:
        for key in keys or (list(one.tags) if call.parameters.flag("All") else []):
            one.tags.pop(key, None)
    return {}


def list_tag_resources(call: Call) -> Fields:
    """The tags of resources that are named, or that carry the tags named."""
    kind = call.parameters.required("ResourceType").upper()
    ids, wanted = call.parameters.texts("ResourceId"), call.parameters.objects("Tag")
    if not ids and not wanted:
        raise MissingParameter("ResourceId.1")
    entries = [
        {"ResourceType": kind, "ResourceId": one.id, "TagKey": key, "TagValue": value}
        for one in _of_type(call.region.vpc, kind)
        if (not ids or one.id in ids) and carries(one.tags, wanted)
        for key, value in one.tags.items()
    ]
    page = by_token(call.parameters, entries, _PAGE)
    return {"NextToken": page.next_token, "TagResources": {"TagResource": list(page.items)}}


HANDLERS: Mapping[str, Handler] = {
    "TagResources": tag_resources,
    "UnTagResources": untag_resources,
    "ListTagResources": list_tag_resources,
}


def _of_type(vpc: VpcState, kind: str) -> Iterable[Tagged]:
    if kind == "VPC":
        return vpc.networks.vpcs()
    if kind == "VSWITCH":
        return vpc.networks.vswitches()
    if kind == "EIP":
        return vpc.eips.all()
    if kind == "IPV6GATEWAY":
        return vpc.gateways.all()
    raise NotImplementedByTheFake(f"tags of the resource type {kind}")


def _named(call: Call) -> list[Tagged]:
    kind = call.parameters.required("ResourceType").upper()
    ids = call.parameters.texts("ResourceId")
    if not ids:
        raise MissingParameter("ResourceId.1")
    found = {one.id: one for one in _of_type(call.region.vpc, kind) if one.id in ids}
    missing = [one for one in ids if one not in found]
    if missing:
        raise ApiError("InvalidResourceId.NotFound", 404, f"The resource {missing[0]} does not exist.")
    return list(found.values())
