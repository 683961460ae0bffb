from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.events.catalog import APIS
from eniguard.facts import effects
from eniguard.facts.kinds import AnyResource, CidrList, Eip, Eni, Instance, Ipv6Address, SecurityGroup
from eniguard.facts.refs import GONE
from eniguard.model.kinds import EIP, ENI, INSTANCE, IPV6_ADDRESS, PREFIX_LIST, SECURITY_GROUP
from eniguard.testing import NAT_GATEWAY, call

FREE = Eni(
    "eni-1",
    managed=False,
    status="Available",
    vswitch_id="vsw-1",
    ipv4_addresses=("10.0.0.4",),
    ipv6_addresses=(),
    ipv4_prefixes=("10.0.0.16/28",),
    ipv6_prefixes=(),
    security_group_ids=("sg-1",),
    tags=(("team", "net"),),
)


def eni_after(action: str, before: Eni = FREE, **parameters: object) -> Eni:
    after = effects.apply(call(action, NetworkInterfaceId="eni-1", **parameters), ENI, before)
    assert isinstance(after, Eni)
    return after


def test_listed_prefixes_are_added_once() -> None:
    after = eni_after(
        "ecs:AssignPrivateIpAddresses", **{"Ipv4Prefix.1": "10.0.0.32/28", "Ipv4Prefix.2": "10.0.0.16/28"}
    )
    assert after.ipv4_prefixes == ("10.0.0.16/28", "10.0.0.32/28")


def test_counted_prefixes_are_counted_when_the_response_does_not_name_them() -> None:
    after = eni_after("ecs:AssignPrivateIpAddresses", Ipv4PrefixCount=3)
    assert after.prefix_count(4) == 4
    assert after.ipv4_prefixes == ("10.0.0.16/28",)


def test_counted_prefixes_are_named_by_the_response() -> None:
    response = {"AssignedPrivateIpAddressesSet": {"Ipv4PrefixSet": {"Ipv4Prefixes": ["10.0.0.48/28"]}}}
    after = effects.apply(
        call(
            "ecs:AssignPrivateIpAddresses", NetworkInterfaceId="eni-1", Ipv4PrefixCount="1", response=response
        ),
        ENI,
        FREE,
    )
    assert isinstance(after, Eni)
    assert after.ipv4_prefixes == ("10.0.0.16/28", "10.0.0.48/28")
    assert after.prefix_count(4) == 2


def test_ipv6_addresses_and_prefixes_are_kept_apart_from_ipv4() -> None:
    after = eni_after(
        "ecs:AssignIpv6Addresses", **{"Ipv6Prefix.1": "2001:db8::/80", "Ipv6Address.1": "2001:db8:1::5"}
    )
    assert (after.ipv6_prefixes, after.ipv6_addresses) == (("2001:db8::/80",), ("2001:db8:1::5",))
    assert after.ipv4_prefixes == FREE.ipv4_prefixes


def test_what_is_not_known_stays_not_known() -> None:
    after = eni_after("ecs:AssignPrivateIpAddresses", Eni("eni-1"), **{"Ipv4Prefix.1": "10.0.0.32/28"})
    assert after.ipv4_prefixes is None
    assert after.prefix_count(4) is None


def test_a_delete_removes_the_eni_and_nothing_else() -> None:
    deletion = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1")
    assert effects.apply(deletion, ENI, FREE) is GONE
    assert effects.apply(deletion, ENI, Eni("eni-2")) == Eni("eni-2")


def test_a_refused_call_shows_what_was_asked_for() -> None:
    refused = call(
        "ecs:DetachNetworkInterface", NetworkInterfaceId="eni-1", error="InvalidOperation.EniServiceManaged"
    )
    after = effects.apply(refused, ENI, Eni("eni-1", status="InUse", instance_id="i-1"))
    assert after == Eni("eni-1", status="Available", instance_id=None)


def test_a_modify_replaces_the_whole_set_of_groups() -> None:
    after = eni_after(
        "ecs:ModifyNetworkInterfaceAttribute", **{"SecurityGroupId.1": "sg-2", "SecurityGroupId.2": "sg-3"}
    )
    assert after.security_group_ids == ("sg-2", "sg-3")
    assert (
        eni_after("ecs:ModifyNetworkInterfaceAttribute", SourceDestCheck="False").source_dest_check is False
    )


def test_join_and_leave_change_one_member_of_the_set() -> None:
    assert eni_after("ecs:JoinSecurityGroup", SecurityGroupId="sg-2").security_group_ids == ("sg-1", "sg-2")
    assert eni_after("ecs:LeaveSecurityGroup", SecurityGroupId="sg-1").security_group_ids == ()


def test_tags_are_set_and_removed_by_key() -> None:
    tagged = call(
        "ecs:TagResources",
        ResourceType="eni",
        **{"ResourceId.1": "eni-1", "Tag.1.Key": "a", "Tag.1.Value": "b"},
    )
    assert effects.apply(tagged, ENI, FREE).tags == (("team", "net"), ("a", "b"))  # type: ignore[union-attr]
    untagged = call("ecs:UntagResources", ResourceType="eni", **{"ResourceId.1": "eni-1", "TagKey.1": "team"})
    assert effects.apply(untagged, ENI, FREE).tags == ()  # type: ignore[union-attr]


def test_a_created_eni_carries_what_request_and_response_say() -> None:
    creation = call(
        "ecs:CreateNetworkInterface",
        NAT_GATEWAY,
        VSwitchId="vsw-1",
        SecurityGroupId="sg-1",
        Ipv4PrefixCount=2,
        response={
            "NetworkInterfaceId": "eni-9",
            "ServiceManaged": True,
            "ServiceID": 4711,
            "Status": "Available",
        },
    )
    made = effects.created(creation, ENI)
    assert isinstance(made, Eni)
    assert (made.id, made.managed, made.service_id, made.vswitch_id) == ("eni-9", True, "4711", "vsw-1")
    assert (made.count(4), made.prefix_count(4), made.security_group_ids) == (1, 2, ("sg-1",))
    assert made.created_by == "AliyunServiceRoleForNatgw"


def test_a_call_without_the_new_id_in_its_response_makes_nothing_known() -> None:
    assert effects.created(call("ecs:CreateNetworkInterface", VSwitchId="vsw-1"), ENI) is None


def test_an_eip_is_bound_and_unbound() -> None:
    bound = call(
        "vpc:AssociateEipAddress", AllocationId="eip-1", InstanceId="eni-1", InstanceType="NetworkInterface"
    )
    assert effects.apply(bound, EIP, Eip("eip-1")) == Eip("eip-1", "eni-1", "NetworkInterface")
    batch = call(
        "vpc:AssociateEipAddressBatch",
        BindedInstanceId="eni-1",
        BindedInstanceType="NetworkInterface",
        **{"InstanceIds.1": "eip-1"},
    )
    assert effects.apply(batch, EIP, Eip("eip-1")) == Eip("eip-1", "eni-1", "NetworkInterface")
    unbound = call("vpc:UnassociateEipAddress", AllocationId="eip-1")
    assert effects.apply(unbound, EIP, Eip("eip-1", "eni-1", "NetworkInterface")) == Eip("eip-1")


@pytest.mark.parametrize(
    ("action", "parameter", "kind", "resource"),
    [
        ("vpc:ReleaseEipAddress", "AllocationId", EIP, Eip("eip-1", "eni-1", "NetworkInterface")),
        ("ecs:ReleaseEipAddress", "AllocationId", EIP, Eip("eip-1")),
        ("vpc:ReleaseIpv6Address", "Ipv6AddressId", IPV6_ADDRESS, Ipv6Address("ipv6-1")),
        ("ecs:DeletePrefixList", "PrefixListId", PREFIX_LIST, CidrList("pl-1", ())),
        ("vpc:DeleteVpcPrefixList", "PrefixListId", PREFIX_LIST, CidrList("vpl-1", ())),
    ],
)
def test_what_is_released_or_deleted_is_gone(
    action: str, parameter: str, kind: str, resource: AnyResource
) -> None:
    assert effects.apply(call(action, **{parameter: resource.id}), kind, resource) is GONE


def test_mode_of_an_eip_and_a_floating_address_leave_what_is_bound_as_it_is() -> None:
    bound = Eip("eip-1", "eni-1", "NetworkInterface")
    mode = call("vpc:ModifyEipForwardMode", InstanceId="eip-1", Mode="NAT")
    floating = call("vpc:AssociateHaVip", InstanceId="eni-1", InstanceType="NetworkInterface")

    assert effects.apply(mode, EIP, bound) is bound
    assert effects.apply(floating, ENI, FREE) is FREE


def test_instances_change_type_and_groups() -> None:
    resized = call("ecs:ModifyInstanceSpec", InstanceId="i-1", InstanceType="ecs.g7.large")
    assert effects.apply(resized, INSTANCE, Instance("i-1", type="ecs.g7.xlarge")).type == "ecs.g7.large"  # type: ignore[union-attr]
    moved = call("ecs:ModifyInstanceAttribute", InstanceId="i-1", **{"SecurityGroupIds.1": "sg-2"})
    after = effects.apply(moved, INSTANCE, Instance("i-1", security_group_ids=("sg-1",)))
    assert after == Instance("i-1", security_group_ids=("sg-2",))


BYSTANDERS = [
    (ENI, FREE),
    (SECURITY_GROUP, SecurityGroup("sg-other")),
    (INSTANCE, Instance("i-other")),
    (EIP, Eip("eip-other")),
    (IPV6_ADDRESS, Ipv6Address("ipv6-other")),
]


@pytest.mark.parametrize("action", sorted(APIS))
def test_no_call_changes_a_resource_it_does_not_name(action: str) -> None:
    for kind, resource in BYSTANDERS:
        assert effects.apply(call(action), kind, resource) == resource


BLOCKS = st.lists(st.sampled_from([f"10.0.0.{n}/28" for n in range(0, 256, 16)]), unique=True, max_size=10)


@given(have=BLOCKS, more=BLOCKS)
def test_assigning_and_unassigning_the_same_new_prefixes_changes_nothing(
    have: list[str], more: list[str]
) -> None:
    new = [block for block in more if block not in have]
    before = Eni("eni-1", ipv4_addresses=("10.0.0.4",), ipv4_prefixes=tuple(have))
    listed = {f"Ipv4Prefix.{n}": block for n, block in enumerate(new, 1)}
    assigned = effects.apply(
        call("ecs:AssignPrivateIpAddresses", NetworkInterfaceId="eni-1", **listed), ENI, before
    )
    back = effects.apply(
        call("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId="eni-1", **listed), ENI, assigned
    )  # type: ignore[arg-type]
    assert back == before


@given(counts=st.lists(st.integers(1, 10), max_size=6))
def test_the_running_total_is_the_sum_of_the_counts(counts: list[int]) -> None:
    eni = Eni("eni-1", ipv4_addresses=(), ipv4_prefixes=())
    for count in counts:
        eni = effects.apply(
            call("ecs:AssignPrivateIpAddresses", NetworkInterfaceId="eni-1", Ipv4PrefixCount=count), ENI, eni
        )  # type: ignore[assignment]
    assert eni.prefix_count(4) == sum(counts)
