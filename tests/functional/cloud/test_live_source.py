"""Live facts from the fake cloud over HTTP: what is asked, how often, and what is said when it fails."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from eniguard.cloud import Accounts, AssumedRole
from eniguard.facts.kinds import (
    CidrList,
    CidrReservation,
    Eip,
    Eni,
    Instance,
    InstanceType,
    Role,
    SecurityGroup,
    SecurityGroupRule,
    VSwitch,
)
from eniguard.facts.refs import Fact, Ref, Unknown
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    INSTANCE_TYPE,
    IPV6_ADDRESS,
    PORT_RANGE_LIST,
    PREFIX_LIST,
    ROLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    VPC,
    VSWITCH,
)
from eniguard.sources import Following
from eniguard.sources.last_known import LastKnown
from eniguard.sources.live import LiveSource
from eniguard.sources.managed_listings import ManagedListings
from fakealiyun import Keys
from tests.functional.cloud.conftest import REGION, Live
from tests.functional.cloud.stores import MemoryStore
from tests.functional.cloud.test_credentials import MEMBER, member_role
from tests.real.scene import Scene, scene


@pytest.fixture
def there(live: Live) -> Scene:
    return scene(live.cloud)


def source(
    live: Live, keys: Keys | None = None, store: MemoryStore | None = None, **options: Any
) -> LiveSource:
    client = live.client(keys, **options)
    copies = None if store is None else LastKnown(store)
    listings = None if store is None else ManagedListings(store, clock=live.now)
    return LiveSource(lambda _: client, copies=copies, listings=listings, clock=live.now)


def ref(live: Live, kind: str, value: str, by: str = "id", region: str = REGION) -> Ref:
    return Ref(live.cloud.account_id, "" if kind == ROLE else region, kind, by, value)


def one(found: LiveSource, asked: Ref, at: float = 0.0) -> Fact:
    return found.read([asked], at)[asked]


def reason(fact: Fact) -> str:
    assert isinstance(fact.value, Unknown), fact
    return fact.value.reason


def ids(fact: Fact) -> list[str]:
    assert isinstance(fact.value, tuple), fact
    return sorted(one.id for one in fact.value)


def made(live: Live, action: str, field: str, keys: Keys | None = None, **parameters: Any) -> str:
    answer = live.cloud.call(action, keys or live.cloud.account(), **parameters)
    live.cloud.clock.advance(60)
    return str(answer[field])


# -- what is found -----------------------------------------------------------------------------------------


def test_source_follows_calls(live: Live) -> None:
    assert isinstance(source(live), Following)


def test_eni_is_read_with_its_owner_and_age(live: Live, there: Scene) -> None:
    fact = one(source(live), ref(live, ENI, there.managed))

    assert isinstance(fact.value, Eni)
    assert (fact.value.managed, fact.value.vswitch_id) == (True, there.vswitch)
    assert (fact.source, fact.as_of) == ("live", live.now())


def test_everything_of_a_network_is_read_by_its_id(live: Live, there: Scene) -> None:
    # given
    prefix_list = made(
        live,
        "ecs:CreatePrefixList",
        "PrefixListId",
        PrefixListName="offices",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entry=[{"Cidr": "203.0.113.0/24"}],
    )
    port_list = made(
        live,
        "ecs:CreatePortRangeList",
        "PortRangeListId",
        PortRangeListName="web",
        MaxEntries=5,
        Entry=[{"PortRange": "80/80"}],
    )
    reservation = made(
        live,
        "vpc:CreateVSwitchCidrReservation",
        "VSwitchCidrReservationId",
        VSwitchId=there.vswitch,
        VSwitchCidrReservationCidr="10.0.1.64/26",
    )
    eip = made(live, "vpc:AllocateEipAddress", "AllocationId")
    instance = made(
        live,
        "ecs:CreateInstance",
        "InstanceId",
        ImageId="example",
        InstanceType="ecs.g7.large",
        VSwitchId=there.vswitch,
        SecurityGroupId=there.group,
    )
    live.cloud.role("reader")
    wanted = {
        ref(live, SECURITY_GROUP, there.group): SecurityGroup,
        ref(live, VSWITCH, there.vswitch): VSwitch,
        ref(live, PREFIX_LIST, prefix_list): CidrList,
        ref(live, PORT_RANGE_LIST, port_list): CidrList,
        ref(live, CIDR_RESERVATION, reservation): CidrReservation,
        ref(live, EIP, eip): Eip,
        ref(live, INSTANCE, instance): Instance,
        ref(live, INSTANCE_TYPE, "ecs.g7.large"): InstanceType,
        ref(live, ROLE, "reader"): Role,
    }
    found = source(live)

    # when
    facts = found.read(list(wanted), live.now())

    # then
    assert {asked: type(fact.value) for asked, fact in facts.items()} == wanted
    assert [
        facts[ref(live, kind, one)].value.entries
        for kind, one in (  # type: ignore[union-attr]
            (PREFIX_LIST, prefix_list),
            (PORT_RANGE_LIST, port_list),
        )
    ] == [("203.0.113.0/24",), ("80/80",)]


def test_listings_are_complete(live: Live, there: Scene) -> None:
    found = source(live)

    assert ids(one(found, ref(live, ENI, there.vswitch, "vswitch"))) == sorted(
        [there.managed, there.ordinary]
    )
    assert ids(one(found, ref(live, ENI, there.vpc, "vpc"))) == sorted([there.managed, there.ordinary])
    assert ids(one(found, ref(live, ENI, "true", "managed"))) == [there.managed]
    assert ids(one(found, ref(live, SECURITY_GROUP, there.vpc, "vpc"))) == [there.group]
    assert ids(one(found, ref(live, SECURITY_GROUP, "true", "managed"))) == []


def test_members_of_a_group_have_the_primary_enis_of_its_instances(live: Live, there: Scene) -> None:
    instance = made(
        live,
        "ecs:CreateInstance",
        "InstanceId",
        ImageId="example",
        InstanceType="ecs.g7.large",
        VSwitchId=there.vswitch,
        SecurityGroupId=there.group,
    )
    (primary,) = live.cloud.call("ecs:DescribeNetworkInterfaces", live.cloud.account(), InstanceId=instance)[
        "NetworkInterfaceSets"
    ]["NetworkInterfaceSet"]

    members = one(source(live), ref(live, ENI, there.group, "security_group"))

    assert ids(members) == sorted([there.managed, there.ordinary, primary["NetworkInterfaceId"]])


def test_rules_of_a_group_and_those_that_name_a_list(live: Live, there: Scene) -> None:
    prefix_list = made(
        live, "ecs:CreatePrefixList", "PrefixListId", PrefixListName="a", AddressFamily="IPv4", MaxEntries=5
    )
    root = live.cloud.account()
    for peer in ({"SourcePrefixListId": prefix_list}, {"SourceCidrIp": "203.0.113.0/24"}):
        rule = {"IpProtocol": "TCP", "PortRange": "22/22", **peer}
        live.cloud.call("ecs:AuthorizeSecurityGroup", root, SecurityGroupId=there.group, Permissions=[rule])
    found = source(live)

    all_rules = one(found, ref(live, SECURITY_GROUP_RULE, there.group, "security_group"))
    naming = one(found, ref(live, SECURITY_GROUP_RULE, prefix_list, "prefix_list"))

    assert len(ids(all_rules)) == 2
    (rule_found,) = naming.value  # type: ignore[misc]
    assert isinstance(rule_found, SecurityGroupRule)
    assert rule_found.security_group_id == there.group


def test_ipv6_address_is_found_by_its_bandwidth(live: Live) -> None:
    fact = one(source(live), ref(live, IPV6_ADDRESS, "ipv6bandwidth-example", "ipv6_bandwidth"))

    assert fact.value == ()
    assert live.calls("DescribeIpv6Addresses")[0]["requestParameters"]["Ipv6InternetBandwidthId"]


def test_reserved_blocks_of_both_families_are_listed(live: Live, there: Scene) -> None:
    made(
        live,
        "vpc:CreateVSwitchCidrReservation",
        "VSwitchCidrReservationId",
        VSwitchId=there.vswitch,
        VSwitchCidrReservationCidr="10.0.1.64/26",
    )
    found = source(live)

    assert len(ids(one(found, ref(live, CIDR_RESERVATION, there.vswitch, "vswitch")))) == 1
    asked = [event["requestParameters"]["IpVersion"] for event in live.calls("ListVSwitchCidrReservations")]
    assert asked == ["IPv4", "IPv6"]


# -- how often it is asked ---------------------------------------------------------------------------------


def many(live: Live, there: Scene, number: int) -> list[str]:
    return [
        str(
            live.cloud.call(
                "ecs:CreateNetworkInterface",
                live.cloud.account(),
                VSwitchId=there.vswitch,
                SecurityGroupId=there.group,
            )["NetworkInterfaceId"]
        )
        for _ in range(number)
    ]


def test_hundred_enis_take_one_call(live: Live, there: Scene) -> None:
    found = source(live)
    refs = [ref(live, ENI, one) for one in many(live, there, 100)]

    facts = found.read(refs, live.now())

    assert all(isinstance(fact.value, Eni) for fact in facts.values())
    assert found.calls == 1


def test_one_more_than_hundred_takes_two(live: Live, there: Scene) -> None:
    found = source(live)

    found.read([ref(live, ENI, one) for one in many(live, there, 101)], live.now())

    assert found.calls == 2


def test_each_region_and_relation_takes_a_call_of_its_own(live: Live, there: Scene) -> None:
    found = source(live)
    refs = [
        ref(live, ENI, there.managed),
        ref(live, ENI, there.ordinary),
        ref(live, ENI, "eni-elsewhere", region="cn-beijing"),
        ref(live, ENI, there.vswitch, "vswitch"),
        ref(live, SECURITY_GROUP, there.group),
    ]

    found.read(refs, live.now())

    assert found.calls == 4


def test_listing_of_many_pages_is_read_to_its_end(live: Live, there: Scene) -> None:
    root = live.cloud.account()
    for _ in range(120):
        live.cloud.call("ecs:CreateSecurityGroup", root, VpcId=there.vpc)
    found = source(live)

    groups = one(found, ref(live, SECURITY_GROUP, there.vpc, "vpc"))

    assert len(ids(groups)) == 121
    assert found.calls == 2


def test_listing_that_is_too_deep_is_unknown(
    live: Live, there: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eniguard.sources.asking.MOST_PAGES", 2)
    root = live.cloud.account()
    for _ in range(210):
        live.cloud.call("ecs:CreateSecurityGroup", root, VpcId=there.vpc)
    found = source(live)

    fact = one(found, ref(live, SECURITY_GROUP, there.vpc, "vpc"))

    assert reason(fact) == "ecs:DescribeSecurityGroups: too deep, more than 2 pages"
    assert found.calls == 2


def test_fact_answers_again_while_it_is_young(live: Live, there: Scene) -> None:
    found = source(live)
    asked = ref(live, ENI, there.managed)
    found.read([asked], live.now())
    live.cloud.clock.advance(59)
    found.read([asked], live.now())
    assert found.calls == 1

    live.cloud.clock.advance(2)
    found.read([asked], live.now())

    assert found.calls == 2


def test_instance_type_answers_for_a_day(live: Live) -> None:
    found = source(live)
    asked = ref(live, INSTANCE_TYPE, "ecs.g7.large")
    found.read([asked], live.now())
    live.cloud.clock.advance(80_000)

    found.read([asked], live.now())

    assert found.calls == 1


def test_kept_facts_are_bounded(live: Live, there: Scene) -> None:
    client = live.client()
    found = LiveSource(lambda _: client, clock=live.now, most=10)
    refs = [ref(live, ENI, one) for one in many(live, there, 30)]

    found.read(refs, live.now())
    found.read(refs[-10:], live.now())
    assert found.calls == 1
    found.read(refs[:1], live.now())

    assert found.calls == 2


def test_refresh_does_not_count_what_was_seen_before_the_batch(live: Live, there: Scene) -> None:
    found = source(live)
    asked = ref(live, ENI, there.managed)
    found.read([asked], live.now())
    live.cloud.clock.advance(10)

    fact = found.refresh([asked], live.now() - 5)[asked]

    assert found.calls == 2
    assert fact.earlier is not None
    assert fact.earlier.as_of == live.now() - 10


# -- what cannot be had ------------------------------------------------------------------------------------


def test_unknown_id_is_unknown_and_the_others_of_its_call_are_not(live: Live, there: Scene) -> None:
    known, missing = ref(live, ENI, there.managed), ref(live, ENI, "eni-nobody")

    facts = source(live).read([known, missing], live.now())

    assert isinstance(facts[known].value, Eni)
    assert "deleted, or never there" in reason(facts[missing])


@pytest.mark.parametrize("value", ["", "eni-1,eni-2", "x" * 200, "eni 1", "../eni", "a\n"])
def test_what_cannot_be_an_id_is_not_asked_for(live: Live, value: str) -> None:
    found = source(live)

    assert "cannot be an id" in reason(one(found, ref(live, ENI, value)))
    assert found.calls == 0


@pytest.mark.parametrize("region", ["evil.example.com/", "cn-hangzhou.example.com", "x@example.com", "CN"])
def test_signed_call_goes_to_no_address_that_an_event_makes_up(live: Live, region: str) -> None:
    found = source(live)

    assert "cannot be a region" in reason(one(found, ref(live, ENI, "eni-1", region=region)))
    assert found.calls == 0


def test_value_that_the_api_refuses_does_not_spoil_the_others(live: Live, there: Scene) -> None:
    enis = many(live, there, 7)
    refs = [ref(live, ENI, one) for one in [*enis[:3], "eni-bad", *enis[3:]]]
    client = live.client()
    call = client.call

    def strict(product: str, action: str, parameters: Any, **options: Any) -> dict[str, Any]:
        if "eni-bad" in parameters.get("NetworkInterfaceId", ()):
            parameters = {**parameters, "NetworkInterfaceId": ["x"] * 101}  # refused: too many ids
        return call(product, action, parameters, **options)

    client.call = strict  # type: ignore[method-assign,assignment]
    facts = LiveSource(lambda _: client, clock=live.now).read(refs, live.now())

    assert [type(facts[one].value) is Eni for one in refs] == [True, True, True, False, *[True] * 4]
    assert "was refused" in reason(facts[refs[3]])


def test_denied_look_up_names_its_code_and_what_the_role_needs(live: Live, there: Scene) -> None:
    nobody = live.cloud.account("nobody", policy={"Version": "1", "Statement": []})

    text = reason(one(source(live, nobody), ref(live, ENI, there.managed)))

    assert "ecs:DescribeNetworkInterfaces was denied" in text
    assert "needs ecs:DescribeNetworkInterfaces" in text


def test_throttled_look_up_names_its_code_and_is_not_repeated_for_a_while(live: Live, there: Scene) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Throttling.User", times=None)
    found = source(live)
    asked = ref(live, ENI, there.managed)

    text = reason(one(found, asked, live.now()))
    found.read([asked], live.now())

    assert text == "ecs:DescribeNetworkInterfaces was throttled (Throttling.User)"
    assert found.calls == 1
    live.cloud.faults.clear()
    live.cloud.clock.advance(11)
    assert isinstance(one(found, asked).value, Eni)


@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_look_up_without_an_answer_says_so(live: Live, there: Scene, kind: str) -> None:
    live.cloud.fail("ecs:DescribeNetworkInterfaces", kind=kind, times=None)  # type: ignore[arg-type]

    text = reason(one(source(live), ref(live, ENI, there.managed)))

    assert "ecs:DescribeNetworkInterfaces" in text


def test_role_that_does_not_exist_is_unknown_with_the_code(live: Live) -> None:
    text = reason(one(source(live), ref(live, ROLE, "nobody")))

    assert text == "ram:GetRole says that it does not exist (EntityNotExist.Role)"


def test_look_up_near_the_deadline_is_not_made(live: Live, there: Scene) -> None:
    found = source(live, deadline=lambda: live.now() + 0.1)

    assert "the deadline is near" in reason(one(found, ref(live, ENI, there.managed)))
    assert live.calls("DescribeNetworkInterfaces") == []


def test_page_that_fails_leaves_the_whole_listing_unknown(live: Live, there: Scene) -> None:
    root = live.cloud.account()
    for _ in range(120):
        live.cloud.call("ecs:CreateSecurityGroup", root, VpcId=there.vpc)
    client = live.client()
    call = client.call

    def second_page_denied(product: str, action: str, parameters: Any, **options: Any) -> dict[str, Any]:
        if "NextToken" in parameters:
            live.cloud.fail("ecs:DescribeSecurityGroups", code="Forbidden.RAM", status=403)
        return call(product, action, parameters, **options)

    client.call = second_page_denied  # type: ignore[method-assign,assignment]
    fact = one(LiveSource(lambda _: client, clock=live.now), ref(live, SECURITY_GROUP, there.vpc, "vpc"))

    assert "Forbidden.RAM" in reason(fact)


def test_relation_that_no_api_lists_is_unknown(live: Live) -> None:
    assert "no API lists" in reason(one(source(live), ref(live, VPC, "x", "color")))


# -- accounts ----------------------------------------------------------------------------------------------


def test_member_account_is_read_through_its_role(live: Live) -> None:
    # given
    own = live.client(live.cloud.account("alice"))
    member_role(live)
    root = live.cloud.account("root", account_id=MEMBER)
    vpc = live.cloud.call("vpc:CreateVpc", root, CidrBlock="10.0.0.0/8")["VpcId"]
    accounts = Accounts(
        live.cloud.account_id,
        own,
        {MEMBER: "reader"},
        live.client,
        assume=lambda client, arn: AssumedRole(client, arn, clock=live.now),
    )
    found = LiveSource(accounts, clock=live.now)

    # when
    asked = Ref(MEMBER, REGION, VPC, "id", vpc)
    facts = [one(found, asked), one(found, Ref(MEMBER, "cn-beijing", VPC, "id", "vpc-other"))]

    # then
    assert facts[0].value.id == vpc  # type: ignore[union-attr]
    assert len(live.calls("AssumeRole")) == 1


def test_account_without_a_role_is_unknown(live: Live) -> None:
    accounts = Accounts(live.cloud.account_id, live.client(), {}, live.client)

    fact = one(LiveSource(accounts, clock=live.now), Ref(MEMBER, REGION, VPC, "id", "vpc-1"))

    assert reason(fact) == f"account {MEMBER} has no role in `accounts` of guard.yml to look things up with"


def test_role_that_cannot_be_assumed_is_the_reason(live: Live) -> None:
    accounts = Accounts(
        live.cloud.account_id,
        live.client(live.cloud.account("alice")),
        {MEMBER: "missing"},
        live.client,
        assume=lambda client, arn: AssumedRole(client, arn, clock=live.now),
    )

    fact = one(LiveSource(accounts, clock=live.now), Ref(MEMBER, REGION, VPC, "id", "vpc-1"))

    assert "sts:AssumeRole" in reason(fact)


def test_import_of_the_live_source_loads_no_client() -> None:
    code = (
        "import sys, eniguard.delivery, eniguard.sources.live\n"
        "heavy = ('requests', 'urllib3', 'eniguard.cloud')\n"
        "print(*[name for name in sys.modules if name.startswith(heavy)])\n"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.split() == []
