"""Wire in and out of prefix lists and port lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.ecs import group_exceptions as refuse
from fakealiyun.ecs.models.lists import AnyList, Family, ListsOfKind, PortRangeList, PrefixList
from fakealiyun.ecs.responses.list_entries import (
    CIDRS,
    PORTS,
    entry_fields,
    first_entries,
    modify,
    read_max_entries,
)
from fakealiyun.ecs.responses.tags import tag_items
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.wire.paging import Sizes, by_token
from fakealiyun.wire.tags import carries, read_tags

if TYPE_CHECKING:
    from fakealiyun.region import Region

#: Most entries that a list may be made for (CreatePrefixList and CreatePortRangeList, MaxEntries).
_MOST_IN_PREFIX_LIST = 200
_MOST_IN_PORT_LIST = 2_000
_PAGE = Sizes()


def create_prefix_list(call: Call) -> Fields:
    """Make a prefix list of one IP family."""
    return idempotent(call, lambda: _create_prefix_list(call))


def modify_prefix_list(call: Call) -> Fields:
    """Rename a prefix list; add, describe anew and remove entries."""
    found = _prefix_list(call)
    modify(call, found, CIDRS[found.family])
    return {}


def delete_prefix_list(call: Call) -> Fields:
    """Delete a prefix list that no rule names."""
    found = _prefix_list(call)
    _check_unused(call, "prefix-list", found.id)
    call.region.ecs.lists.prefixes.remove(found.id)
    return {}


def describe_prefix_lists(call: Call) -> Fields:
    """The prefix lists, without their entries."""
    family = call.parameters.text("AddressFamily")
    lists = [
        one
        for one in _chosen(call, call.region.ecs.lists.prefixes, "PrefixList")
        if family in (None, f"IPv{one.family}")
    ]
    page = by_token(call.parameters, lists, _PAGE)
    items = [_prefix_list_fields(call.region, one) for one in page.items]
    return {"NextToken": page.next_token, "PrefixLists": {"PrefixList": items}}


def describe_prefix_list_attributes(call: Call) -> Fields:
    """One prefix list with its entries."""
    found = _prefix_list(call)
    return {**_prefix_list_head(found), "Entries": {"Entry": entry_fields(found, CIDRS[found.family])}}


def describe_prefix_list_associations(call: Call) -> Fields:
    """What names a prefix list: security groups."""
    page = by_token(
        call.parameters, call.region.ecs.groups.users_of("prefix-list", _prefix_list(call).id), _PAGE
    )
    associations = {"PrefixListAssociation": _associations(page.items)}
    return {"NextToken": page.next_token, "PrefixListAssociations": associations}


def create_port_range_list(call: Call) -> Fields:
    """Make a port list."""
    return idempotent(call, lambda: _create_port_range_list(call))


def modify_port_range_list(call: Call) -> Fields:
    """Rename a port list; add, describe anew and remove entries."""
    found = _port_range_list(call)

    def change() -> Fields:
        modify(call, found, PORTS)
        return {}

    return idempotent(call, change)


def delete_port_range_list(call: Call) -> Fields:
    """Delete a port list that no rule names."""
    found = _port_range_list(call)
    _check_unused(call, "port-list", found.id)
    call.region.ecs.lists.ports.remove(found.id)
    return {}


def describe_port_range_lists(call: Call) -> Fields:
    """The port lists, without their entries."""
    lists = _chosen(call, call.region.ecs.lists.ports, "PortRangeList")
    page = by_token(call.parameters, lists, _PAGE)
    items = [_port_range_list_fields(call.region, one) for one in page.items]
    return {"NextToken": page.next_token, "PortRangeLists": items}


def describe_port_range_list_entries(call: Call) -> Fields:
    """The entries of one port list."""
    return {"Entries": entry_fields(_port_range_list(call), PORTS)}


def describe_port_range_list_associations(call: Call) -> Fields:
    """What names a port list: security groups."""
    page = by_token(
        call.parameters, call.region.ecs.groups.users_of("port-list", _port_range_list(call).id), _PAGE
    )
    return {"NextToken": page.next_token, "PortRangeListAssociations": _associations(page.items)}


HANDLERS: Mapping[str, Handler] = {
    "CreatePrefixList": create_prefix_list,
    "ModifyPrefixList": modify_prefix_list,
    "DeletePrefixList": delete_prefix_list,
    "DescribePrefixLists": describe_prefix_lists,
    "DescribePrefixListAttributes": describe_prefix_list_attributes,
    "DescribePrefixListAssociations": describe_prefix_list_associations,
    "CreatePortRangeList": create_port_range_list,
    "ModifyPortRangeList": modify_port_range_list,
    "DeletePortRangeList": delete_port_range_list,
    "DescribePortRangeLists": describe_port_range_lists,
    "DescribePortRangeListEntries": describe_port_range_list_entries,
    "DescribePortRangeListAssociations": describe_port_range_list_associations,
}


def prefix_list_items(region: Region) -> list[dict[str, Any]]:
    """The prefix lists of a region, each with its entries."""
    return [
        {**_prefix_list_fields(region, one), "Entries": {"Entry": entry_fields(one, CIDRS[one.family])}}
        for one in region.ecs.lists.prefixes.all()
    ]


def port_range_list_items(region: Region) -> list[dict[str, Any]]:
    """The port lists of a region, each with its entries."""
    return [
        {**_port_range_list_fields(region, one), "Entries": entry_fields(one, PORTS)}
        for one in region.ecs.lists.ports.all()
    ]


def _create_prefix_list(call: Call) -> Fields:
    asked = call.parameters
    name, family_name = asked.required("PrefixListName"), asked.required("AddressFamily")
    if family_name not in ("IPv4", "IPv6"):
        raise refuse.list_refused(call, "family", "The parameter AddressFamily is neither IPv4 nor IPv6.")
    family: Family = 4 if family_name == "IPv4" else 6
    most = read_max_entries(call, _MOST_IN_PREFIX_LIST)
    new = PrefixList(
        id=call.cloud.ids.next("pl"),
        name=name,
        family=family,
        max_entries=most,
        created_at=call.cloud.clock.now(),
        description=asked.text("Description") or "",
        resource_group_id=asked.text("ResourceGroupId") or "",
        entries=first_entries(call, CIDRS[family], most),
        tags=read_tags(asked),
    )
    call.region.ecs.lists.prefixes.add(new)
    return {"PrefixListId": new.id}


def _create_port_range_list(call: Call) -> Fields:
    asked = call.parameters
    most = read_max_entries(call, _MOST_IN_PORT_LIST)
    new = PortRangeList(
        id=call.cloud.ids.next("prl"),
        name=asked.required("PortRangeListName"),
        max_entries=most,
        created_at=call.cloud.clock.now(),
        description=asked.text("Description") or "",
        resource_group_id=asked.text("ResourceGroupId") or "",
        entries=first_entries(call, PORTS, most),
        tags=read_tags(asked),
    )
    call.region.ecs.lists.ports.add(new)
    return {"PortRangeListId": new.id}


def _check_unused(call: Call, kind: str, list_id: str) -> None:
    if call.region.ecs.groups.users_of(kind, list_id):
        raise refuse.list_refused(call, "in-use", f"Security group rules name {list_id}.")


def _prefix_list(call: Call) -> PrefixList:
    list_id = call.parameters.required("PrefixListId")
    found = call.region.ecs.lists.prefixes.find(list_id)
    if found is None:
        raise refuse.prefix_list_not_found(list_id)
    return found


def _port_range_list(call: Call) -> PortRangeList:
    list_id = call.parameters.required("PortRangeListId")
    found = call.region.ecs.lists.ports.find(list_id)
    if found is None:
        raise refuse.port_list_not_found(list_id)
    return found


def _chosen(call: Call, lists: ListsOfKind[AnyList], prefix: str) -> list[AnyList]:
    """The lists that a describe call asks for by id, name, resource group and tags."""
    asked = call.parameters
    ids = asked.texts(f"{prefix}Id")
    found = [one for one in map(lists.find, ids) if one is not None] if ids else lists.all()
    name, group, wanted = asked.text(f"{prefix}Name"), asked.text("ResourceGroupId"), asked.objects("Tag")
    return [
        one
        for one in found
        if name in (None, one.name) and group in (None, one.resource_group_id) and carries(one.tags, wanted)
    ]


def _prefix_list_head(found: PrefixList) -> dict[str, Any]:
    return {
        "PrefixListId": found.id,
        "PrefixListName": found.name,
        "AddressFamily": f"IPv{found.family}",
        "MaxEntries": found.max_entries,
        "Description": found.description,
        "CreationTime": text_of(found.created_at),
    }


def _prefix_list_fields(region: Region, found: PrefixList) -> dict[str, Any]:
    return {
        **_prefix_list_head(found),
        "AssociationCount": len(region.ecs.groups.users_of("prefix-list", found.id)),
        "ResourceGroupId": found.resource_group_id,
        "Tags": tag_items(found.tags),
    }


def _port_range_list_fields(region: Region, found: PortRangeList) -> dict[str, Any]:
    return {
        "PortRangeListId": found.id,
        "PortRangeListName": found.name,
        "MaxEntries": found.max_entries,
        "Description": found.description,
        "CreationTime": text_of(found.created_at),
        "AssociationCount": len(region.ecs.groups.users_of("port-list", found.id)),
        "ResourceGroupId": found.resource_group_id,
        "Tags": tag_items(found.tags)["Tag"],
    }


def _associations(groups: Sequence[str]) -> list[dict[str, str]]:
    return [{"ResourceId": group_id, "ResourceType": "securitygroup"} for group_id in groups]
