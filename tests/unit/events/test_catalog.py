from __future__ import annotations

import json
from pathlib import Path

import pytest

from eniguard.errors import ConfigError
from eniguard.events.catalog import APIS, api_of, event_names, known_action
from eniguard.events.catalog.scope import OUT_OF_SCOPE
from eniguard.rules.permissions import ENI_TABLE, SG_TABLE
from fakealiyun.coverage import published

DATA = Path(__file__).parents[2] / "data"
#: Request and response fields of published APIs, by action.
FIELDS: dict[str, dict[str, list[str]]] = json.loads((DATA / "api_fields.json").read_text(encoding="utf-8"))
#: The writes of ECS and VPC that name, make or change what the guard is about (docs/sources.md, API).
NETWORK_WRITES: dict[str, list[str]] = json.loads((DATA / "network_writes.json").read_text(encoding="utf-8"))
#: What the name of such a write has in it; its fields tell of the others.
NAMED_AFTER = (
    "Eip",
    "HaVip",
    "Ipv6Address",
    "Ipv6InternetBandwidth",
    "NetworkInterface",
    "PortRangeList",
    "PrefixList",
    "PrivateIpAddress",
    "PublicIpAddress",
    "SecurityGroup",
    "VSwitchCidrReservation",
)
READS = ("Describe", "List", "Get", "Lookup", "Check", "VpcDescribe")
#: Fields of the single-rule form, which the catalogue reads as permissions.
FLAT_RULE = "Permissions"
#: Fields that no published client sends, kept so that PFX013 would see a reservation's block being changed.
WATCHED: dict[str, set[str]] = {
    "vpc:ModifyVSwitchCidrReservationAttribute": {
        "IpVersion",
        "VSwitchCidrReservationCidr",
        "VSwitchCidrReservationMask",
    }
}


def is_read(action: str) -> bool:
    return action.partition(":")[2].startswith(READS)


def test_every_api_of_the_permission_tables_is_catalogued() -> None:
    rows = {f"{row.product}:{row.api}" for row in (*ENI_TABLE, *SG_TABLE)}
    assert rows <= set(APIS)


def test_every_published_write_api_is_catalogued_or_out_of_scope_for_a_reason() -> None:
    writes = {action for action in FIELDS if not is_read(action)}
    assert {action for action in writes if action not in APIS and action not in OUT_OF_SCOPE} == set()


@pytest.mark.parametrize("source", sorted(NETWORK_WRITES))
def test_every_write_on_network_resources_is_catalogued_or_out_of_scope_for_a_reason(source: str) -> None:
    writes = NETWORK_WRITES[source]

    assert [action for action in writes if action not in APIS and action not in OUT_OF_SCOPE] == []


def test_no_write_of_the_sdks_that_is_named_after_network_resources_is_forgotten() -> None:
    writes = {
        f"{host}:{name}"
        for (host, _), names in published().items()
        for name in names
        if host in ("ecs", "vpc") and any(word in name for word in NAMED_AFTER)
    }

    assert len(writes) > 100
    assert {action for action in writes if not is_read(action)} - set(NETWORK_WRITES["sdk"]) == set()


def test_the_catalogue_has_no_write_of_ecs_or_vpc_from_nowhere() -> None:
    known = {*FIELDS, *NETWORK_WRITES["sdk"], *NETWORK_WRITES["role_policies"]}
    writes = {action for action, api in APIS.items() if api.write and api.product in ("ecs", "vpc")}

    assert writes - known == {"ecs:ConfigureSecurityGroupPermissions"}  # docs/sources.md, API


def test_nothing_is_both_catalogued_and_out_of_scope() -> None:
    assert set(APIS).isdisjoint(OUT_OF_SCOPE)
    assert all(reason for reason in OUT_OF_SCOPE.values())


@pytest.mark.parametrize("action", sorted(set(APIS) & set(FIELDS)))
def test_catalogued_parameters_are_published_fields_unless_marked_assumed(action: str) -> None:
    api = APIS[action]
    published = set(FIELDS[action].get("request", ())) | WATCHED.get(action, set())
    unpublished = {name for name in api.parameters if name not in published}
    if FLAT_RULE in unpublished and {"IpProtocol", "PortRange"} <= published:
        unpublished.discard(FLAT_RULE)
    assert api.assumed or unpublished == set()


@pytest.mark.parametrize("action", sorted(set(APIS) & set(FIELDS)))
def test_targets_stand_where_the_published_fields_say(action: str) -> None:
    api = APIS[action]
    for where in api.targets:
        if where.response and not api.assumed:
            assert where.parameter in FIELDS[action]["response"]
        elif where.part != "peer_group" and where.parameter not in api.parameters:
            assert "NetworkInterface" in api.parameters, where


def test_an_api_that_no_source_describes_is_marked_assumed() -> None:
    assert {action for action, api in APIS.items() if action not in FIELDS and not api.assumed} == set()


def test_an_api_of_the_sdks_is_not_marked_assumed() -> None:
    assert [action for action in NETWORK_WRITES["sdk"] if action in APIS and APIS[action].assumed] == []


@pytest.mark.parametrize("action", sorted(APIS))
def test_reads_and_writes_are_told_apart(action: str) -> None:
    assert APIS[action].write is not is_read(action)


@pytest.mark.parametrize(
    ("service", "name", "action"),
    [
        ("Ecs", "DeleteNetworkInterface", "ecs:DeleteNetworkInterface"),
        ("ecs", "AssociateEipAddress", "ecs:AssociateEipAddress"),
        ("Vpc", "AssociateEipAddress", "vpc:AssociateEipAddress"),
        ("ResourceManager", "DeleteServiceLinkedRole", "ram:DeleteServiceLinkedRole"),
        ("Ims", "CreateServiceLinkedRole", "ram:CreateServiceLinkedRole"),
        ("Fc", "DeleteFunction", "fc:DeleteFunction"),
        ("FC-Open", "DeleteFunction", "fc:DeleteFunction"),
        ("Log", "DeleteLogStore", "sls:DeleteLogStore"),
        ("Tablestore", "DeleteInstance", "ots:DeleteInstance"),
        ("Ecs", "DeleteInstance", "ecs:DeleteInstance"),
    ],
)
def test_an_event_is_found_by_its_service_and_name(service: str, name: str, action: str) -> None:
    api = api_of(service, name)
    assert api is not None
    assert api.action == action


def test_a_name_of_another_service_is_no_catalogued_call() -> None:
    assert api_of("Slb", "DeleteNetworkInterface") is None
    assert api_of(None, "DeleteNetworkInterface") is None
    assert "DescribeInstances" not in event_names()


def test_an_unknown_action_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean ecs:DeleteNetworkInterface"):
        known_action("ecs:DeleteNetworkInterfaces")
