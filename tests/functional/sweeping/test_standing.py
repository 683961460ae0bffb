"""The rules on what stands there: asked on their own schedule, and told once while nothing changes."""

from __future__ import annotations

import json

import pytest

from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    INSTANCE_TYPE,
    IPV6_ADDRESS,
    POLICY,
    PORT_RANGE_LIST,
    PREFIX_LIST,
    ROLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    VPC,
    VSWITCH,
)
from eniguard.sources.live_view import LiveListings
from eniguard.sources.snapshot import Snapshot
from tests.functional.cloud.conftest import Live, live
from tests.functional.sweeping.stage import GUARD_YML, REGION, Stage
from tests.real.scene import Scene, scene

__all__ = ["live"]

HOUR = 3600
QUIET = GUARD_YML + "sweep: {canary: {enabled: false}}\n"


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> None:
    if "stage" in request.fixturenames:
        request.getfixturevalue("stage").configure(QUIET)


def orphans(stage: Stage) -> list[str]:
    return [line["resources"][0]["id"] for line in stage.of("finding") if line["rule"] == "ENI007"]


def test_a_finding_is_told_once_while_it_stays_and_again_after_a_day(stage: Stage, there: Scene) -> None:
    stage.sleep(25 * HOUR)
    told = []
    for _ in range(30):
        stage.sweep()
        told.append(orphans(stage))
        stage.sleep(HOUR)

    assert told[0] == [there.managed]
    assert len([one for one in told if one]) >= 2
    assert all(set(one) <= {there.managed} for one in told)


def test_a_finding_that_says_the_same_is_told_once_a_day(stage: Stage) -> None:
    stage.configure(QUIET + "rules: {SLR010: {enabled: true}}\n")
    wide = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}'
    stage.call("ram:CreatePolicy", PolicyName="wide", PolicyDocument=wide)
    told = []
    for hour in range(30):
        stage.sweep()
        told += [hour for line in stage.of("finding") if line["rule"] == "SLR010"]
        stage.sleep(HOUR)

    assert told == [0, 24]


def test_a_finding_that_says_something_else_is_told_at_once(stage: Stage) -> None:
    stage.configure(QUIET + "rules: {SLR010: {enabled: true}}\n")
    wide = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}'
    stage.call("ram:CreatePolicy", PolicyName="wide", PolicyDocument=wide)
    stage.sweep()
    before = [line["severity"] for line in stage.of("finding") if line["rule"] == "SLR010"]
    stage.cloud.account("bob")
    stage.call("ram:AttachPolicyToUser", PolicyType="Custom", PolicyName="wide", UserName="bob")
    stage.sleep(HOUR)

    stage.sweep()

    after = [line["severity"] for line in stage.of("finding") if line["rule"] == "SLR010"]
    assert (before, after) == (["low"], ["medium"])


def test_the_rules_wait_for_their_time(stage: Stage, there: Scene) -> None:
    stage.configure(GUARD_YML + "sweep: {rules_minutes: 30, canary: {enabled: false}}\n")
    swept = []
    for _ in range(7):
        stage.sweep()
        swept.append(len(stage.of("rules_swept")))
        stage.sleep(600)

    assert swept == [1, 0, 0, 1, 0, 0, 1]


def test_what_belongs_to_the_account_is_judged_in_one_of_its_regions(stage: Stage) -> None:
    stage.configure(
        QUIET.replace("[cn-hangzhou]", "[cn-hangzhou, cn-beijing]") + "rules: {SLR010: {enabled: true}}\n"
    )
    wide = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}'
    stage.call("ram:CreatePolicy", PolicyName="wide", PolicyDocument=wide)

    stage.sweep()

    assert [line["rule"] for line in stage.of("finding")] == ["SLR010"]
    assert len(stage.of("rules_swept")) == 2
    assert len(stage.events("ListPolicies")) == 1


def test_what_cannot_be_listed_is_undecided_with_its_reason_and_no_finding(
    stage: Stage, there: Scene
) -> None:
    stage.sleep(25 * HOUR)
    stage.cloud.fail("ecs:DescribeNetworkInterfaces", code="Forbidden.RAM", status=403, times=None)

    answer = stage.sweep()

    (line,) = stage.of("rules_swept")
    assert "the function's role needs ecs:DescribeNetworkInterfaces" in line["undecided"]["ENI007"]["reason"]
    assert orphans(stage) == []
    assert answer["ended"]["rules"] == "done"
    (failed,) = stage.of("sweep_place_failed")
    assert failed["step"] == "managed_listing"


def test_rules_that_ran_out_of_time_are_asked_again_by_the_next_sweep(stage: Stage, there: Scene) -> None:
    stage.timeout = 600.0
    stage.sweep()
    assert len(stage.of("rules_swept")) == 1
    stage.sleep(HOUR)
    stage.timeout = 2.0
    ticking = stage.now

    def passing() -> float:
        stage.sleep(0.02)
        return ticking()

    stage.now = passing  # type: ignore[method-assign]
    left = stage.sweep()
    stage.now = ticking  # type: ignore[method-assign]
    assert left["ended"]["rules"] == "left"
    stage.timeout = 600.0
    stage.sweep()
    assert len(stage.of("rules_swept")) == 1


def test_a_place_that_never_comes_to_an_end_is_told_of_and_takes_no_others_turn(
    stage: Stage, there: Scene
) -> None:
    # given: policies take ten minutes to list, each time
    stage.configure(
        QUIET.replace("[cn-hangzhou]", "[cn-hangzhou, cn-beijing]") + "rules: {SLR010: {enabled: true}}\n"
    )
    stage.sleep(25 * HOUR)
    ticking, listed = stage.now, [0]

    def slow() -> float:
        calls = len(stage.events("ListPolicies"))
        if calls > listed[0]:
            listed[0] = calls
            stage.sleep(600)
        return ticking()

    stage.now = slow  # type: ignore[method-assign]

    # when
    ended, swept, found = [], [], []
    for _ in range(2):
        ended.append(stage.sweep()["ended"]["rules"])
        swept.append([line["region"] for line in stage.of("rules_swept")])
        found.append(orphans(stage))

    # then
    assert ended == ["left", "left"]
    assert swept == [["cn-hangzhou"], ["cn-beijing", "cn-hangzhou"]]
    assert found[0] == [there.managed]


# -- the listings themselves -------------------------------------------------------------------------------


def listings(live: Live) -> LiveListings:
    return LiveListings(live.client(), live.cloud.account_id, REGION, clock=live.now)


KINDS = (
    *(CIDR_RESERVATION, EIP, ENI, INSTANCE, IPV6_ADDRESS, POLICY, PORT_RANGE_LIST, PREFIX_LIST, ROLE),
    *(SECURITY_GROUP, SECURITY_GROUP_RULE, VPC, VSWITCH),
)


@pytest.fixture
def stocked(live: Live) -> Live:
    """A region with something of each kind that the fake makes."""
    there, keys = scene(live.cloud), live.cloud.account()

    def call(action: str, **parameters: object) -> object:
        answer = live.cloud.call(action, keys, **parameters)
        live.cloud.clock.advance(60)
        return answer

    call(
        "ecs:CreatePrefixList",
        PrefixListName="offices",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entry=[{"Cidr": "203.0.113.0/24"}],
    )
    call(
        "ecs:CreatePortRangeList",
        PortRangeListName="web",
        MaxEntries=5,
        Entry=[{"PortRange": "443/443"}],
    )
    call(
        "ecs:AuthorizeSecurityGroup",
        SecurityGroupId=there.group,
        Permissions=[{"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "203.0.113.0/24"}],
    )
    call("vpc:AllocateEipAddress")
    call(
        "vpc:CreateVSwitchCidrReservation",
        VSwitchId=there.vswitch,
        VSwitchCidrReservationCidr="10.0.1.128/26",
    )
    wide = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"}]}'
    call("ram:CreatePolicy", PolicyName="wide", PolicyDocument=wide)
    return live


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in (POLICY, ROLE)])
def test_a_live_listing_is_what_a_snapshot_of_the_same_moment_has(stocked: Live, kind: str) -> None:
    snapshot = Snapshot(json.dumps(stocked.cloud.snapshot()).encode(), path="now")

    found, wanted = listings(stocked).listing(kind), snapshot.view().listing(kind)

    assert not isinstance(found, Unknown)
    assert not isinstance(wanted, Unknown)
    assert {one.id: one for one in found} == {one.id: one for one in wanted}


def test_policies_have_documents_where_rules_need_them(stocked: Live) -> None:
    found = listings(stocked).listing(POLICY)

    assert not isinstance(found, Unknown)
    known = {one.id for one in found if getattr(one, "statements", None) is not None}
    assert "wide" in known
    assert any(one.id == "AdministratorAccess" for one in found)
    assert "AdministratorAccess" not in known


def test_a_role_is_listed_by_name_and_asked_for_alone_with_its_trust_policy(stocked: Live) -> None:
    stocked.cloud.role("ops")
    view: View = listings(stocked).view()

    roles = view.roles()
    assert not isinstance(roles, Unknown)
    assert "ops" in [one.id for one in roles]
    role = view.role("ops")
    assert role is not None
    assert not isinstance(role, Unknown)
    assert role.others
    assert view.role("nobody") is None


def test_a_listing_is_asked_for_once(stocked: Live) -> None:
    found = listings(stocked)
    view = found.view()

    view.enis()
    before = found.calls
    view.enis()
    assert view.eni("eni-none") is None
    assert view.enis_by("managed", "true")
    assert found.calls == before == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "fault",
    [
        {"code": "Forbidden.RAM", "status": 403},
        {"code": "Throttling", "status": 400},
        {"kind": "truncated"},
    ],
    ids=["denied", "throttled", "cut"],
)
def test_a_listing_that_cannot_be_had_whole_is_unknown(
    stocked: Live, kind: str, fault: dict[str, object]
) -> None:
    stocked.cloud.fail("*", times=None, **fault)  # type: ignore[arg-type]

    found = listings(stocked).listing(kind)

    assert isinstance(found, Unknown)
    assert found.reason


def test_types_of_instances_are_asked_for_by_name(stocked: Live) -> None:
    view = listings(stocked).view()

    assert isinstance(listings(stocked).listing(INSTANCE_TYPE), Unknown)
    assert not isinstance(view.instance_type("ecs.g7.large"), Unknown)


def test_many_pages_are_followed_to_the_end(live: Live) -> None:
    keys = live.cloud.account()
    vpc = live.cloud.call("vpc:CreateVpc", keys, CidrBlock="10.0.0.0/8")["VpcId"]
    live.cloud.clock.advance(60)
    for number in range(105):
        live.cloud.call("ecs:CreateSecurityGroup", keys, VpcId=vpc, SecurityGroupName=f"group-{number}")
    for number in range(1005):
        live.cloud.role(f"role-{number}")

    found = listings(live)
    groups, roles = found.listing(SECURITY_GROUP), found.listing(ROLE)

    assert not isinstance(groups, Unknown)
    assert not isinstance(roles, Unknown)
    assert len(groups) >= 105
    assert len(roles) >= 1005
