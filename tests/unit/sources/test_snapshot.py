from __future__ import annotations

import json
from typing import Any

import pytest

from eniguard.errors import InputError
from eniguard.facts.kinds import Eni, Role
from eniguard.facts.refs import Ref, Unknown
from eniguard.model.kinds import CIDR_RESERVATION, ENI, IPV6_ADDRESS, ROLE, SECURITY_GROUP
from eniguard.sources.snapshot import Snapshot, unknown
from eniguard.testing import ACCOUNT, REGION, snapshot

ITEM = {
    "NetworkInterfaceId": "eni-1",
    "ServiceManaged": True,
    "ServiceID": 4711,
    "Description": "Created by nat.aliyuncs.com",
    "Status": "InUse",
    "InstanceId": "i-1",
    "VSwitchId": "vsw-1",
    "VpcId": "vpc-1",
    "PrivateIpAddress": "10.0.0.4",
    "PrivateIpSets": {
        "PrivateIpSet": [
            {"PrivateIpAddress": "10.0.0.5", "Primary": False},
            {"PrivateIpAddress": "10.0.0.4", "Primary": True},
        ]
    },
    "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": "10.0.0.16/28"}]},
    "SecurityGroupIds": {"SecurityGroupId": ["sg-1", "sg-2"]},
    "Tags": {"Tag": [{"TagKey": "team", "TagValue": "net"}]},
}


def ref(kind: str, value: str, by: str = "id", region: str = REGION) -> Ref:
    return Ref(ACCOUNT, region, kind, by, value)


def test_an_item_is_read_as_the_api_returns_it() -> None:
    found = snapshot({ENI: [ITEM]}).resource(ENI, "eni-1")
    assert found == Eni(
        "eni-1",
        managed=True,
        service_id="4711",
        description="Created by nat.aliyuncs.com",
        status="InUse",
        instance_id="i-1",
        vpc_id="vpc-1",
        vswitch_id="vsw-1",
        ipv4_addresses=("10.0.0.4", "10.0.0.5"),
        ipv6_addresses=(),
        ipv4_prefixes=("10.0.0.16/28",),
        ipv6_prefixes=(),
        security_group_ids=("sg-1", "sg-2"),
        tags=(("team", "net"),),
    )


def test_an_absent_flag_is_not_known_rather_than_false() -> None:
    found = snapshot({ENI: [{"NetworkInterfaceId": "eni-1"}]}).resource(ENI, "eni-1")
    assert isinstance(found, Eni)
    assert found.managed is None


def test_vpc_flags_are_numbers() -> None:
    state = snapshot({IPV6_ADDRESS: [{"Ipv6AddressId": "ipv6-1", "ServiceManaged": 1}]})
    assert state.resource(IPV6_ADDRESS, "ipv6-1").managed is True  # type: ignore[union-attr]


def test_by_id_what_is_not_listed_cannot_be_told() -> None:
    assert snapshot({ENI: []}).fact(ref(ENI, "eni-1")) is None


def test_by_relation_a_listed_kind_is_complete_even_when_empty() -> None:
    state = snapshot({ENI: [ITEM], SECURITY_GROUP: []})
    assert [eni.id for eni in state.listing(ref(ENI, "vsw-1", "vswitch")) or ()] == ["eni-1"]
    assert [eni.id for eni in state.listing(ref(ENI, "sg-2", "security_group")) or ()] == ["eni-1"]
    assert [eni.id for eni in state.listing(ref(ENI, "true", "managed")) or ()] == ["eni-1"]
    assert state.listing(ref(ENI, "vsw-2", "vswitch")) == ()
    assert state.listing(ref(SECURITY_GROUP, "vpc-1", "vpc")) == ()
    assert state.listing(ref(CIDR_RESERVATION, "vsw-1", "vswitch")) is None


def test_another_region_cannot_be_told_and_says_so() -> None:
    state = snapshot({ENI: [ITEM]})
    elsewhere = ref(ENI, "eni-1", region="cn-beijing")
    assert state.fact(elsewhere) is None
    assert "of account 1234567890123456 in cn-hangzhou" in str(unknown(elsewhere, state).value)


def test_roles_belong_to_no_region_and_their_trust_policy_is_read() -> None:
    policy = {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["nat.aliyuncs.com"]}},
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": f"acs:ram::{ACCOUNT}:root"}},
        ],
    }
    item = {"RoleName": "AliyunNatRole", "AssumeRolePolicyDocument": json.dumps(policy)}
    fact = snapshot({ROLE: [item]}).fact(ref(ROLE, "AliyunNatRole", region=""))
    assert fact is not None
    assert fact.value == Role(
        "AliyunNatRole", services=("nat.aliyuncs.com",), others=(f"acs:ram::{ACCOUNT}:root",)
    )


def state_file(**changed: Any) -> bytes:
    file = {
        "schema": 1,
        "captured_at": "2026-03-01T08:00:00Z",
        "account_id": ACCOUNT,
        "region": REGION,
        "resources": {},
    }
    return json.dumps({**file, **changed}).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a state snapshot"),
        (b"[]", "not a state snapshot"),
        (b"\xff\xfe", "not a state snapshot"),
        (b'{"schema": 1}', "missing required field `captured_at`"),
        (state_file(schema=2), "schema 2"),
        (state_file(captured_at="yesterday"), "captured_at 'yesterday'"),
        (state_file(resources={"ecs:NetworkInterfaces": []}), "did you mean ecs:NetworkInterface"),
        (state_file(resources={ENI: [{}]}), r"resources.ecs:NetworkInterface\[0\].*NetworkInterfaceId"),
        (state_file(extra=1), "unknown field `extra`"),
    ],
)
def test_a_file_that_is_no_snapshot_is_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as raised:
        Snapshot(data, path="state.json")
    assert raised.value.path == "state.json"


BROKEN = {"NetworkInterfaceId": "eni-broken", "VSwitchId": "vsw-2", "Ipv4PrefixSets": {"Ipv4PrefixSet": "x"}}
PROBLEM = "eni-broken: not an item of ecs:NetworkInterface: Ipv4PrefixSets should hold a list"


def reason(state: Snapshot, wanted: Ref) -> str:
    assert state.fact(wanted) is None
    value = unknown(wanted, state).value
    assert isinstance(value, Unknown)
    return value.reason


def test_by_id_an_item_that_cannot_be_read_cannot_be_told_and_says_why() -> None:
    state = snapshot({ENI: [ITEM, BROKEN]})

    assert state.resource(ENI, "eni-broken") is None
    assert reason(state, ref(ENI, "eni-broken")) == f"the state snapshot cannot be read there: {PROBLEM}"
    fact = state.fact(ref(ENI, "eni-1"))
    assert fact is not None
    assert isinstance(fact.value, Eni)


@pytest.mark.parametrize("first", ["id", "listing"])
def test_by_relation_a_kind_with_an_item_that_cannot_be_read_is_not_complete(first: str) -> None:
    # given
    others = [{**BROKEN, "NetworkInterfaceId": f"eni-{number}"} for number in (8, 9)]
    state = snapshot({ENI: [ITEM, BROKEN, *others], SECURITY_GROUP: []})
    if first == "id":
        for eni in ("eni-9", "eni-broken"):
            state.fact(ref(ENI, eni))

    # then
    said = f"the listing of {ENI} in the state snapshot is not complete: {PROBLEM} (and 2 more)"
    for by, value in (("vswitch", "vsw-1"), ("vswitch", "vsw-2"), ("managed", "true")):
        assert state.listing(ref(ENI, value, by)) is None
        assert reason(state, ref(ENI, value, by)) == said
    assert state.view().enis() == Unknown(said)
    assert state.listing(ref(SECURITY_GROUP, "vpc-1", "vpc")) == ()


def test_a_view_still_tells_by_id_what_stands_beside_an_item_that_cannot_be_read() -> None:
    view = snapshot({ENI: [ITEM, BROKEN]}).view()

    assert isinstance(view.eni("eni-1"), Eni)
    assert view.eni("eni-broken") == Unknown(f"the state snapshot cannot be read there: {PROBLEM}")
    assert view.eni("eni-gone") is None
    assert view.security_group("sg-1") == Unknown(f"the state snapshot has no listing of {SECURITY_GROUP}")


def test_each_item_that_cannot_be_read_is_told_once_with_the_path_and_only_when_it_was_wanted() -> None:
    state = snapshot({ENI: [ITEM, BROKEN]})
    state.resource(ENI, "eni-1")
    assert list(state.unreadable()) == []

    for _ in range(2):
        state.resource(ENI, "eni-broken")
        state.listing(ref(ENI, "vsw-1", "vswitch"))
        state.view().enis()

    assert [str(one) for one in state.unreadable()] == [f"state.json: {PROBLEM}"]


def test_every_item_of_a_kind_is_there_with_what_is_known_of_it() -> None:
    found = snapshot({ENI: [BROKEN, ITEM]}).items(ENI)

    assert list(found) == ["eni-broken", "eni-1"]
    assert isinstance(found["eni-broken"], Unknown)
    assert isinstance(found["eni-1"], Eni)
