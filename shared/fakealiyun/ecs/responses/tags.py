"""Wire in and out of tags of ECS resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from fakealiyun.ecs import group_exceptions as refuse
from fakealiyun.errors import MissingParameter, NotImplementedByTheFake
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.paging import Sizes, by_token
from fakealiyun.wire.tags import carries, read_tags

#: Resource types that the API has beside those of the fake.
_OTHER_TYPES = frozenset(
    {
        *("disk", "snapshot", "image", "volume", "keypair", "ddh", "ddhcluster", "launchtemplate"),
        *("reservedinstance", "capacityreservation", "elasticityassurance", "snapshotpolicy"),
        *("command", "invocation", "activation", "managedinstance"),
    }
)
#: Resources of one call, and tags of one resource (TagResources).
_MOST_RESOURCES = 50
_MOST_TAGS = 20
#: Entries of one answer; the call cannot choose.
_PAGE = Sizes(default=50, most=50)


class Tagged(Protocol):
    """A resource with tags."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, to read and to write."""


class TaggedResources(Protocol):
    """Resources of one type."""

    def find(self, resource_id: str, /) -> Tagged | None:
        """One of them, or ``None``."""

    def all(self) -> Iterable[Tagged]:
        """Every one."""


def tag_resources(call: Call) -> Fields:
    """Put tags on resources; the value of a key that is there is overwritten."""
    return _put_on(call, _named(call, call.parameters.texts("ResourceId")))


def add_tags(call: Call) -> Fields:
    """AddTags: the older form of TagResources, for one resource."""
    return _put_on(call, _named(call, [call.parameters.required("ResourceId", status=404)]))


def _put_on(call: Call, found: dict[str, dict[str, str]]) -> Fields:
    tags = read_tags(call.parameters, "Tag")
    if not tags:
        raise MissingParameter("Tag.1.Key", 404)
    if any(len({**on_it, **tags}) > _MOST_TAGS for on_it in found.values()):
        raise refuse.too_many_tags()
    for on_it in found.values():
        on_it.update(tags)
    return {}


def untag_resources(call: Call) -> Fields:
    """Take tags off resources: those named, or with ``All`` every one."""
    found = _named(call, call.parameters.texts("ResourceId"))
    keys = call.parameters.texts("TagKey")
    for on_it in found.values():
        for key in keys or (list(on_it) if call.parameters.flag("All") else []):
            on_it.pop(key, None)
    return {}


def remove_tags(call: Call) -> Fields:
    """RemoveTags: the older form of UntagResources, for one resource; tags are named as those to put on."""
    found = _named(call, [call.parameters.required("ResourceId", status=404)])
    for on_it in found.values():
        for key in read_tags(call.parameters, "Tag"):
            on_it.pop(key, None)
    return {}


def list_tag_resources(call: Call) -> Fields:
    """The tags of resources that are named, or that carry the tags named."""
    kind = _kind(call)
    ids = call.parameters.texts("ResourceId")
    wanted = call.parameters.objects("Tag")
    filters = call.parameters.objects("TagFilter")
    if not ids and not wanted and not filters:
        raise MissingParameter("ResourceId.1", 404)
    entries = [
        {"ResourceType": kind, "ResourceId": resource_id, "TagKey": key, "TagValue": value}
        for resource_id, tags in _resources(call, kind, ids)
        if carries(tags, wanted)
        and all(tags.get(one.text("TagKey") or "") in one.texts("TagValues") for one in filters)
        for key, value in tags.items()
    ]
    page = by_token(call.parameters, entries, _PAGE)
    return {"NextToken": page.next_token, "TagResources": {"TagResource": list(page.items)}}


HANDLERS: Mapping[str, Handler] = {
    "TagResources": tag_resources,
    "UntagResources": untag_resources,
    "AddTags": add_tags,
    "RemoveTags": remove_tags,
    "ListTagResources": list_tag_resources,
}


def tag_items(tags: Mapping[str, str]) -> dict[str, Any]:
    """Tags as the describe calls of ECS show them."""
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in tags.items()]}


def _kind(call: Call) -> str:
    kind = call.parameters.required("ResourceType", status=404).lower()
    if kind in _OTHER_TYPES:
        raise NotImplementedByTheFake(f"tags of the resource type {kind}")
    if kind not in ("eni", "securitygroup", "instance"):
        raise refuse.unknown_type(kind)
    return kind


def _named(call: Call, ids: list[str]) -> dict[str, dict[str, str]]:
    """The resources that a call names, all of which have to be there, with their tags to write to."""
    kind = _kind(call)
    if not ids:
        raise MissingParameter("ResourceId.1", 404)
    if len(ids) > _MOST_RESOURCES:
        raise refuse.too_many_resources()
    found = dict(_resources(call, kind, ids))
    missing = [one for one in ids if one not in found]
    if missing:
        raise refuse.resource_not_found(missing[0])
    return found


def _resources(call: Call, kind: str, ids: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Resources of a type with their tags: those of the ids that are there, all of them without ids."""
    ecs = call.region.ecs
    sources: dict[str, TaggedResources] = {
        "eni": ecs.enis,
        "securitygroup": ecs.groups,
        "instance": ecs.instances,
    }
    source = sources[kind]
    for one in map(source.find, ids) if ids else source.all():
        if one is not None:
            yield one.id, one.tags
