"""What only several calls together show: persistent attempts, new services, prefixes taken in bulk."""

from __future__ import annotations

from tests.scenarios.managed import SSH
from tests.scenarios.stage import Stage
from tests.scenarios.world import ASSIGN4, MODIFY, NAT, NLB, UNASSIGN4, VPN, World

DELETE, DETACH = "ecs:DeleteNetworkInterface", "ecs:DetachNetworkInterface"
DAY = 86_400
TERWAY = [{"Key": "creator", "Value": "terway"}]


def attempts(stage: Stage) -> None:
    """Callers that go on trying to change what services manage, and some that only repeat a call."""
    world = World(stage)
    nat, nlb = stage.service(NAT, "nat-gateway"), stage.service(NLB, "nlb")
    enis = [world.make_eni(by, Description="managed") for by in (nat, nat, nlb)]
    groups = [{"SecurityGroupId": world.make_group(by)} for by in (nat, nat, nlb)]
    with stage.case(
        "eni/clean-up-without-filter", "A clean-up tries one managed ENI after the other.", "sls"
    ):
        for eni in (*enis, *enis):
            world.refused(DELETE, NetworkInterfaceId=eni)
    prober = stage.role("Operators", session="night")
    named, instance = {"NetworkInterfaceId": enis[0]}, world.make_instance()
    with stage.case("eni/every-call-tried", "One managed ENI, and every call that might move it.", "lines"):
        world.refused(DELETE, prober, **named)
        world.refused(MODIFY, prober, **named, NetworkInterfaceName="mine")
        world.refused("ecs:AttachNetworkInterface", prober, **named, InstanceId=instance)
        world.refused(ASSIGN4, prober, **named, SecondaryPrivateIpAddressCount=1)
    with stage.case("eni/attempts-days-apart", "A managed ENI is tried now and then, days apart.", "oss"):
        for eni in enis:
            world.refused(DELETE, NetworkInterfaceId=eni)
            stage.clock.advance(DAY)
    with stage.case(
        "sg/open-by-trying", "Rules for one managed group after the other, then a delete.", "sls"
    ):
        for group in groups:
            world.refused("ecs:AuthorizeSecurityGroup", **group, Permissions=[SSH])
        world.refused("ecs:DeleteSecurityGroup", **groups[0])
    with stage.case("sg/retried-delete", "A delete of a managed group is repeated six times.", "lines"):
        for _ in range(6):
            world.refused("ecs:DeleteSecurityGroup", **groups[0])


def newcomers(stage: Stage) -> None:
    """Services that come to an account: on the first days, and once it is known which ones there are."""
    world = World(stage)
    nat, nlb, vpn = (stage.service(name, name.partition(".")[0]) for name in (NAT, NLB, VPN))
    with stage.case("eni/services-of-first-days", "Without a record every service would be new.", "lines"):
        for service in (nat, nlb):
            world.make_eni(service)
    with stage.case("eni/new-service", "VPN Gateway makes an ENI where only NAT Gateway did.", "oss"):
        for _ in range(4):
            world.make_eni(nat)
            stage.clock.advance(2 * DAY)
        world.make_eni(vpn)
        world.make_eni(vpn)
        world.make_eni(nat)
    with stage.case("sg/new-service", "NLB makes a group where only NAT Gateway did.", "sls"):
        for _ in range(4):
            world.make_group(nat)
            stage.clock.advance(2 * DAY)
        world.make_group(nlb)
        world.make_group(nlb)
        world.make_group()


def unassignments(stage: Stage) -> None:
    """Prefixes are taken from ENIs: many at once, from many ENIs, from those of Terway; and one by one."""
    world = World(stage)
    full = world.make_eni(Ipv4PrefixCount=8)
    prefixes = [f"10.0.129.{16 * number}/28" for number in range(6)]
    enis = [world.make_eni(Ipv4Prefix=[prefix]) for prefix in prefixes]
    held = _prefixes(world, full)
    with stage.case("pfx/bulk-unassign", "Five prefixes are unassigned in one call, then three.", "lines"):
        world.call(UNASSIGN4, NetworkInterfaceId=full, Ipv4Prefix=held[:5])
        world.call(UNASSIGN4, NetworkInterfaceId=full, Ipv4Prefix=held[5:])
    with stage.case("pfx/unassign-from-many", "One prefix of each of six ENIs is unassigned.", "oss"):
        for eni, prefix in zip(enis, prefixes, strict=True):
            world.call(UNASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[prefix])
    with stage.case("pfx/unassign-one-by-one", "The same, a quarter of an hour apart.", "sls"):
        for eni, prefix in zip(enis, prefixes, strict=True):
            world.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[prefix])
            world.call(UNASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[prefix])
            stage.clock.advance(900)


def from_a_controller(stage: Stage) -> None:
    """A clean-up takes what Terway gave to pods; Terway itself does so all day."""
    world = World(stage)
    terway = stage.role("KubernetesWorkerRole-example", session="terway")
    asked = {"Tag": TERWAY, "Ipv4PrefixCount": 3}
    node, spare = world.make_eni(terway, **asked), world.make_eni(terway, **asked)
    own = world.make_eni(Ipv4Prefix=["10.0.131.0/28"])
    place = {"NetworkInterfaceId": node, "InstanceId": world.make_instance()}
    world.call("ecs:AttachNetworkInterface", terway, **place)
    held = _prefixes(world, node)
    with stage.case("pfx/taken-from-terway", "A user unassigns a prefix that Terway uses."):
        world.call(UNASSIGN4, NetworkInterfaceId=node, Ipv4Prefix=held[:1])
    with stage.case("pfx/given-up-by-terway", "Terway unassigns a prefix of its own.", "eventbridge"):
        world.call(UNASSIGN4, terway, NetworkInterfaceId=node, Ipv4Prefix=held[1:2])
    with stage.case("pfx/own-prefix-unassigned", "A user unassigns a prefix of an ENI without a controller."):
        world.call(UNASSIGN4, NetworkInterfaceId=own, Ipv4Prefix=["10.0.131.0/28"])
    with stage.case(
        "pfx/terway-eni-detached", "A user detaches one ENI of Terway and deletes another.", "sls"
    ):
        world.call(DETACH, **place)
        world.call(DELETE, NetworkInterfaceId=spare)


def _prefixes(world: World, eni: str) -> list[str]:
    """The IPv4 prefixes that an ENI holds."""
    found = world.call("ecs:DescribeNetworkInterfaces", NetworkInterfaceId=[eni])
    (described,) = found["NetworkInterfaceSets"]["NetworkInterfaceSet"]
    return [one["Ipv4Prefix"] for one in described["Ipv4PrefixSets"]["Ipv4PrefixSet"]]
