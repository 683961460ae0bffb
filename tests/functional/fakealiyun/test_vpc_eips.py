"""EIPs: their life, what they are bound to, and managed ENIs."""

from __future__ import annotations

from typing import Any

import pytest

from fakealiyun.identities import service_number
from tests.functional.fakealiyun.scene import OWNER, Scene

MANAGED = ("InvalidOperation.EniServiceManaged", 403)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def allocate(scene: Scene, **asked: Any) -> str:
    return str(scene.call("vpc:AllocateEipAddress", **asked)["AllocationId"])


def bind(scene: Scene, eip: str, eni: str, **asked: Any) -> None:
    named = {"AllocationId": eip, "InstanceId": eni, "InstanceType": "NetworkInterface", **asked}
    scene.call("vpc:AssociateEipAddress", **named)


def bind_refused(scene: Scene, eip: str, eni: str, **asked: Any) -> tuple[str, int]:
    named = {"AllocationId": eip, "InstanceId": eni, "InstanceType": "NetworkInterface", **asked}
    return scene.refused("vpc:AssociateEipAddress", **named)


def eips(scene: Scene, **filters: Any) -> list[dict[str, Any]]:
    return list(scene.call("vpc:DescribeEipAddresses", **filters)["EipAddresses"]["EipAddress"])


def eip_of(scene: Scene, allocation_id: str) -> dict[str, Any]:
    [found] = eips(scene, AllocationId=allocation_id)
    return found


def bound(scene: Scene, allocation_id: str) -> tuple[str, str, str, str]:
    found = eip_of(scene, allocation_id)
    return found["Status"], found["InstanceType"], found["InstanceId"], found["PrivateIpAddress"]


# -- life --------------------------------------------------------------------------------------------------


def test_an_eip_is_shown_as_it_was_made(scene: Scene) -> None:
    made = scene.call("vpc:AllocateEipAddress", Bandwidth="10", InternetChargeType="PayByTraffic", Name="web")
    found = eip_of(scene, made["AllocationId"])
    assert found["IpAddress"] == made["EipAddress"] == "203.0.113.1"
    assert (found["Bandwidth"], found["InternetChargeType"], found["Name"]) == ("10", "PayByTraffic", "web")
    assert (found["Status"], found["InstanceId"], found["ServiceManaged"]) == ("Available", "", 0)


def test_an_eip_is_bound_and_let_go_in_steps(scene: Scene) -> None:
    eip, eni = allocate(scene), scene.make_eni()
    [address] = scene.private_ips(eni)
    bind(scene, eip, eni)
    assert bound(scene, eip) == ("Associating", "NetworkInterface", eni, address)
    scene.wait()
    assert bound(scene, eip) == ("InUse", "NetworkInterface", eni, address)
    assert scene.eni(eni)["AssociatedPublicIp"]["AllocationId"] == eip

    scene.call("vpc:UnassociateEipAddress", AllocationId=eip)
    assert bound(scene, eip) == ("Unassociating", "", "", "")
    assert scene.refused("vpc:ReleaseEipAddress", AllocationId=eip) == ("IncorrectEipStatus", 400)
    scene.wait()
    scene.call("vpc:ReleaseEipAddress", AllocationId=eip)
    assert scene.refused("vpc:ReleaseEipAddress", AllocationId=eip) == ("InvalidAllocationId.NotFound", 404)


def test_an_eip_of_an_instance_is_on_its_primary_eni(scene: Scene) -> None:
    eip, instance = allocate(scene), scene.make_instance()
    scene.call("vpc:AssociateEipAddress", AllocationId=eip, InstanceId=instance)
    scene.wait()
    primary = scene.primary(instance)
    assert bound(scene, eip) == ("InUse", "EcsInstance", instance, primary["PrivateIpAddress"])
    assert primary["AssociatedPublicIp"]["AllocationId"] == eip


def test_an_eip_in_use_can_be_neither_bound_nor_released(scene: Scene) -> None:
    eip, eni = allocate(scene), scene.make_eni()
    bind(scene, eip, eni)
    scene.wait()
    assert bind_refused(scene, eip, scene.make_eni()) == ("IncorrectEipStatus", 400)
    assert scene.refused("vpc:ReleaseEipAddress", AllocationId=eip) == ("IncorrectEipStatus", 400)


def test_each_private_address_has_one_eip(scene: Scene) -> None:
    first, second, eni = allocate(scene), allocate(scene), scene.make_eni(SecondaryPrivateIpAddressCount=1)
    primary, secondary = scene.private_ips(eni)
    bind(scene, first, eni, PrivateIpAddress=primary)
    code = bind_refused(scene, second, eni, PrivateIpAddress=primary)
    assert code == ("InvalidAssociation.Duplicated", 400)
    bind(scene, second, eni, PrivateIpAddress=secondary)
    assert bound(scene, second)[3] == secondary


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"AllocationId": "eip-none"}, ("InvalidAllocationId.NotFound", 404)),
        ({"InstanceId": None}, ("MissingParameter", 400)),
        ({"InstanceId": "eni-none"}, ("InvalidInstanceId.NotFound", 404)),
        ({"InstanceType": "EcsInstance"}, ("InvalidInstanceId.NotFound", 404)),
        ({"InstanceType": "Nat"}, ("FakeAliyun.NotImplemented", 501)),
        ({"InstanceType": "Bridge"}, ("InvalidParameter", 400)),
        ({"Mode": "ALL"}, ("InvalidParameter", 400)),
        ({"PrivateIpAddress": "10.0.99.99"}, ("InvalidPrivateIpAddress.NotFound", 404)),
    ],
)
def test_an_association_that_cannot_be_is_refused(
    scene: Scene, wrong: dict[str, Any], code: tuple[str, int]
) -> None:
    eip, eni = allocate(scene), scene.make_eni()
    assert bind_refused(scene, eip, eni, **wrong) == code
    assert bound(scene, eip)[0] == "Available"


def test_an_eni_that_is_attaching_takes_no_eip(scene: Scene) -> None:
    eip, eni, instance = allocate(scene), scene.make_eni(), scene.make_instance()
    scene.call("ecs:AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=instance)
    assert bind_refused(scene, eip, eni) == ("IncorrectInstanceStatus", 400)
    scene.wait()
    bind(scene, eip, eni)


def test_an_eip_is_let_go_only_from_what_it_is_bound_to(scene: Scene) -> None:
    eip, eni = allocate(scene), scene.make_eni()
    assert scene.refused("vpc:UnassociateEipAddress", AllocationId=eip) == ("IncorrectEipStatus", 400)
    bind(scene, eip, eni)
    assert scene.refused("vpc:UnassociateEipAddress", AllocationId=eip) == ("IncorrectEipStatus", 400)
    scene.wait()
    wrong = {"AllocationId": eip, "InstanceId": "eni-other", "InstanceType": "NetworkInterface"}
    assert scene.refused("vpc:UnassociateEipAddress", **wrong) == ("InvalidBindingStatus", 400)
    assert bound(scene, eip)[0] == "InUse"


def test_an_eip_outlives_the_eni_that_it_was_bound_to(scene: Scene) -> None:
    eip, eni = allocate(scene), scene.make_eni()
    bind(scene, eip, eni)
    scene.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=eni)
    scene.wait()
    assert bound(scene, eip) == ("Available", "", "", "")
    [item] = scene.cloud.snapshot()["resources"]["vpc:EipAddress"]
    assert item["InstanceId"] == ""
    scene.call("vpc:ReleaseEipAddress", AllocationId=eip)


def test_several_eips_are_bound_at_once(scene: Scene) -> None:
    several, eni = [allocate(scene) for _ in range(3)], scene.make_eni()
    asked = {"BindedInstanceId": eni, "BindedInstanceType": "NetworkInterface", "InstanceIds": several}
    api = "vpc:AssociateEipAddressBatch"
    assert scene.refused(api, **{**asked, "Mode": "NAT"}) == ("InvalidParameter", 400)
    assert scene.refused(api, **{**asked, "InstanceIds": [*several, "eip-none"]})[1] == 404
    assert {one["Status"] for one in eips(scene)} == {"Available"}

    scene.call(api, Mode="MULTI_BINDED", **asked)
    scene.wait()
    found = eips(scene, AssociatedInstanceId=eni)
    assert [(one["AllocationId"], one["Mode"], one["Status"]) for one in found] == [
        (one, "MULTI_BINDED", "InUse") for one in several
    ]
    scene.call(api, **{**asked, "InstanceIds": [allocate(scene)]})
    assert len(eips(scene, AssociatedInstanceId=eni)) == 4
    many = {**asked, "InstanceIds": [f"eip-{number}" for number in range(51)]}
    assert scene.refused(api, **many) == ("InvalidParameter", 400)


def test_eips_are_found_by_filters_and_pages(scene: Scene) -> None:
    made = [allocate(scene, Name=f"eip-{number}") for number in range(12)]
    eni = scene.make_eni()
    bind(scene, made[4], eni)
    scene.wait()
    address = eip_of(scene, made[2])["IpAddress"]

    def found(**filters: Any) -> list[str]:
        return [one["AllocationId"] for one in eips(scene, **filters)]

    assert found(AllocationId=f"{made[1]},{made[0]}") == [made[1], made[0]]
    assert found(EipAddress=address) == [made[2]]
    assert found(EipName="eip-3") == [made[3]]
    assert found(Status="InUse") == [made[4]]
    assert found(AssociatedInstanceType="NetworkInterface", AssociatedInstanceId=eni) == [made[4]]
    assert found(ServiceManaged=True) == []
    assert found(PageSize=100) == made
    assert found(PageNumber=2) == made[10:]


# -- managed ENIs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", ["vpc", "ecs"])
def test_only_the_service_binds_and_lets_go_eips_of_its_eni(scene: Scene, product: str) -> None:
    eip, eni = allocate(scene), scene.make_eni(keys=scene.owner)
    asked = {"AllocationId": eip, "InstanceId": eni, "InstanceType": "NetworkInterface"}
    assert scene.refused(f"{product}:AssociateEipAddress", **asked) == MANAGED
    scene.call("vpc:AssociateEipAddress", scene.owner, **asked)
    scene.wait()
    for unbinding in (asked, {"AllocationId": eip}):
        assert scene.refused(f"{product}:UnassociateEipAddress", **unbinding) == MANAGED
    scene.call("vpc:UnassociateEipAddress", scene.owner, AllocationId=eip)


def test_only_the_service_binds_several_eips_to_its_eni(scene: Scene) -> None:
    eip, eni = allocate(scene), scene.make_eni(keys=scene.owner)
    asked = {"BindedInstanceId": eni, "BindedInstanceType": "NetworkInterface", "InstanceIds": [eip]}
    assert scene.refused("vpc:AssociateEipAddressBatch", **asked) == MANAGED
    scene.call("vpc:AssociateEipAddressBatch", scene.owner, **asked)


def test_the_twins_in_ecs_work_on_the_same_eips(scene: Scene) -> None:
    eip, eni = str(scene.call("ecs:AllocateEipAddress")["AllocationId"]), scene.make_eni()
    asked = {"AllocationId": eip, "InstanceId": eni, "InstanceType": "NetworkInterface"}
    scene.call("ecs:AssociateEipAddress", **asked)
    scene.wait()
    assert bound(scene, eip)[:3] == ("InUse", "NetworkInterface", eni)
    scene.call("ecs:UnassociateEipAddress", **asked)
    scene.wait()
    scene.call("ecs:ReleaseEipAddress", AllocationId=eip)
    assert eips(scene) == []


def test_an_eip_that_a_service_gets_is_managed(scene: Scene) -> None:
    scene.cloud.role("maker")
    maker = scene.cloud.assume("maker", "session", service=OWNER)
    eip = scene.call("vpc:AllocateEipAddress", maker)["AllocationId"]
    [found] = eips(scene, ServiceManaged=True)
    assert (found["AllocationId"], found["ServiceManaged"]) == (eip, 1)
    assert found["ServiceID"] == service_number(OWNER)
