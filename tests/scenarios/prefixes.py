"""IP prefixes: every mistake of the document once, limits and slots, a controller, moves, reservations."""

from __future__ import annotations

from tests.scenarios import deliveries
from tests.scenarios.stage import Stage
from tests.scenarios.world import ASSIGN4, ASSIGN6, CREATE, UNASSIGN4, World

UNLISTED_REGION = "cn-zhangjiakou"


def mistakes(stage: Stage) -> None:
    """Every mistake that a call for prefixes can make by itself, each refused; and one that is right."""
    world = World(stage)
    eni = world.make_eni()

    def wrong(name: str, said: str, action: str = ASSIGN4, **asked: object) -> None:
        with stage.case(f"pfx/{name}", said, "eventbridge" if len(name) % 2 else "bare"):
            world.refused(action, NetworkInterfaceId=eni, **asked)

    wrong("mask-24", "A /24 asked for as a prefix; the /28 beside it is right.", Ipv4Prefix=_A_24)
    wrong(
        "mask-96", "A /96 asked for as an IPv6 prefix.", ASSIGN6, Ipv6Prefix=[f"{world.ipv6_stem}:4000::/96"]
    )
    wrong("outside-vswitch", "A prefix from outside the vSwitch.", Ipv4Prefix=["10.9.0.0/28"])
    wrong("outside-reservation", "A prefix outside every reserved block.", Ipv4Prefix=["10.0.64.0/28"])
    wrong("list-and-count", "Prefixes listed and counted at once.", Ipv4Prefix=_RIGHT, Ipv4PrefixCount=1)
    wrong("eleven", "Eleven prefixes asked for at once.", Ipv4PrefixCount=11)
    wrong("eleven-ipv6", "Eleven IPv6 prefixes asked for at once.", ASSIGN6, Ipv6PrefixCount=11)
    wrong("none", "No prefix at all asked for.", Ipv4PrefixCount=0)
    with stage.case(
        "pfx/not-standard",
        "A /28 that does not start on its boundary; the list is a JSON text.",
        change=deliveries.with_list_as_text("Ipv4Prefix"),
    ):
        world.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.128.8/28"])
    other = world.make_eni(PrivateIpAddress=["10.0.129.5"])
    world.call(ASSIGN4, NetworkInterfaceId=other, Ipv4Prefix=["10.0.129.16/28"])
    with stage.case("pfx/overlap", "One prefix over an address in use, one that another ENI has.", "lines"):
        world.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.129.0/28"])
        world.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.129.16/28"])
    world.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=other)
    bare = world.make_vswitch("10.1.0.0/24")
    with stage.case("pfx/no-reservation", "A new ENI with a prefix; its vSwitch has no reserved block."):
        asked = {"VSwitchId": bare, "SecurityGroupId": world.group, "Ipv4Prefix": ["10.1.0.16/28"]}
        world.refused(CREATE, **asked)
    with stage.case(
        "pfx/right",
        "Right in every respect; error fields are the text null.",
        change=deliveries.with_null_texts,
    ):
        world.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=_RIGHT)
    with stage.case(
        "pfx/right-ipv6",
        "An IPv6 prefix from the reserved block; the list is a list.",
        change=deliveries.with_list("Ipv6Prefix"),
    ):
        world.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=[f"{world.ipv6_stem}:4001::/80"])
    outdated = stage.snapshot()
    world.reserve("10.0.140.0/28")
    said = "The state is out of date: the block was reserved since."
    with stage.case("pfx/against-the-facts", said, state=outdated):
        world.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.140.0/28"])


_A_24 = ["10.0.130.0/24", "10.0.128.16/28"]
_RIGHT = ["10.0.128.32/28", "10.0.128.48/28"]


def unlisted_region(stage: Stage) -> None:
    """Prefixes in a region that has none: the region is reported once."""
    world = World(stage, UNLISTED_REGION)
    eni = world.make_eni()
    said = "A prefix asked for in a region without prefixes, and again."
    with stage.case("pfx/region-without-prefixes", said, "lines", region=UNLISTED_REGION):
        world.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
        world.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)


def controller(stage: Stage) -> None:
    """A controller like Terway fills ENIs to the limit and past it."""
    world = World(stage)
    terway = stage.role("KubernetesWorkerRole-example", session="terway")
    tag = [{"Key": "creator", "Value": "terway"}]
    available = world.make_eni()
    with stage.case("pfx/to-the-limit", "49 prefixes on an available ENI, and one more.", "oss"):
        eni = world.make_eni(terway, Tag=tag)
        for number in (10, 10, 10, 10, 9):
            world.call(ASSIGN4, terway, NetworkInterfaceId=eni, Ipv4PrefixCount=number)
        world.refused(ASSIGN4, terway, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
    with stage.case(
        "pfx/ten-in-the-console",
        "Ten prefixes in the console, which offers up to 9.",
        "lookup",
        change=deliveries.in_the_console,
        made="as made in the console",
    ):
        world.call(ASSIGN4, NetworkInterfaceId=available, Ipv4PrefixCount=10)
    world.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=available)
    with stage.case("pfx/limit-in-one-call", "A new ENI with fifty prefixes at once."):
        place = {"VSwitchId": world.vswitch, "SecurityGroupId": world.group}
        world.refused(CREATE, terway, **place, Ipv4PrefixCount=50)
    asked = {"NetworkInterfaceId": eni, "InstanceId": world.make_instance()}
    with stage.case("pfx/full-eni-attached", "An ENI with 49 prefixes has no slots on ecs.g7.large."):
        world.refused("ecs:AttachNetworkInterface", terway, **asked)
    node = world.make_eni(terway, Tag=tag)
    instance = world.make_instance()
    world.call("ecs:AttachNetworkInterface", terway, NetworkInterfaceId=node, InstanceId=instance)
    with stage.case("pfx/slots-filled", "Five prefixes fill the six slots of ecs.g7.large.", "lines"):
        for _ in range(5):
            world.call(ASSIGN4, terway, NetworkInterfaceId=node, Ipv4PrefixCount=1)
    with stage.case("pfx/slots-exceeded", "A sixth prefix on an ENI of ecs.g7.large.", "eventbridge"):
        world.refused(ASSIGN4, terway, NetworkInterfaceId=node, Ipv4PrefixCount=1)
    world.call(ASSIGN6, terway, NetworkInterfaceId=node, Ipv6PrefixCount=1)
    with stage.case("pfx/terway-second-ipv6-prefix", "A second IPv6 prefix on an ENI of Terway."):
        world.call(ASSIGN6, terway, NetworkInterfaceId=node, Ipv6PrefixCount=1)
    asked = {"NetworkInterfaceId": world.make_eni(), "InstanceId": instance}
    with stage.case(
        "pfx/attach-without-prefixes", "An ENI without prefixes is attached and detached.", "sls"
    ):
        world.call("ecs:AttachNetworkInterface", **asked)
        world.call("ecs:DetachNetworkInterface", **asked)
    large = world.make_instance("ecs.g7.2xlarge")
    spare = world.make_eni(Ipv4PrefixCount=8)
    with stage.case("pfx/attach-with-prefixes", "An ENI with eight prefixes is attached to ecs.g7.2xlarge."):
        world.call("ecs:AttachNetworkInterface", NetworkInterfaceId=spare, InstanceId=large)
    world.call("ecs:StopInstance", InstanceId=large)
    with stage.case("pfx/type-too-small", "A smaller type has no slots for what the ENI holds."):
        world.refused("ecs:ModifyInstanceSpec", InstanceId=large, InstanceType="ecs.g7.large")


def reservations(stage: Stage) -> None:
    """Reserved blocks that are given up, run out, and prefixes that change their ENI."""
    world = World(stage)
    eni, other = world.make_eni(), world.make_eni()
    used, unused = world.reserve("10.0.144.0/28"), world.reserve("10.0.145.0/28")
    world.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.144.0/28"])
    delete, named = "vpc:DeleteVSwitchCidrReservation", {"VSwitchCidrReservationId": used}
    with stage.case("pfx/reservation-in-use-kept", "A reserved block that a prefix is from is not deleted."):
        world.refused(delete, **named)
    with stage.case(
        "pfx/reservation-in-use-deleted",
        "The same, and VPC lets it happen.",
        "eventbridge",
        change=deliveries.succeeded,
        made="as if it had succeeded",
    ):
        world.refused(delete, **named)
    with stage.case("pfx/reservation-unused-deleted", "A reserved block is renamed and deleted.", "lines"):
        name = {"VSwitchCidrReservationId": unused, "VSwitchCidrReservationName": "old"}
        world.call("vpc:ModifyVSwitchCidrReservationAttribute", **name)
        world.call("vpc:DeleteVSwitchCidrReservation", VSwitchCidrReservationId=unused)
    with stage.case("pfx/moved", "A prefix is unassigned, and assigned to another ENI.", "oss"):
        world.call(UNASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=["10.0.144.0/28"])
        world.call(ASSIGN4, NetworkInterfaceId=other, Ipv4Prefix=["10.0.144.0/28"])
    with stage.case("pfx/moved-back-to-itself", "A prefix is unassigned and assigned again.", "lines"):
        world.call(UNASSIGN4, NetworkInterfaceId=other, Ipv4Prefix=["10.0.144.0/28"])
        world.call(ASSIGN4, NetworkInterfaceId=other, Ipv4Prefix=["10.0.144.0/28"])
    small = world.make_vswitch("10.2.0.0/24")
    world.reserve("10.2.0.32/28", vswitch=small)
    lone = world.make_eni(VSwitchId=small)
    with stage.case("pfx/reservation-exhausted", "Two prefixes from a reserved block of one.", "eventbridge"):
        world.refused(ASSIGN4, NetworkInterfaceId=lone, Ipv4PrefixCount=2)
    tiny = world.make_vswitch("10.3.0.0/29")
    world.make_eni(VSwitchId=tiny, SecondaryPrivateIpAddressCount=3)
    with stage.case("pfx/vswitch-exhausted", "An instance in a vSwitch without free addresses."):
        place = {"VSwitchId": tiny, "SecurityGroupId": world.group, "ImageId": "image-example"}
        world.refused("ecs:RunInstances", InstanceType="ecs.g7.large", **place)
