"""SLR004 with the policies of services' roles as RAM has them at the time of the decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eniguard.events.calls import Call
from eniguard.events.times import written
from eniguard.model import Decision
from eniguard.pipeline import Pipeline
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY
from eniguard.sources.live import LiveSource
from eniguard.testing import findings, undecided
from tests.functional.cloud.conftest import Live
from tests.functional.cloud.copying import call, source, store, there
from tests.functional.cloud.stores import MemoryStore
from tests.real.scene import Scene

__all__ = ["store", "there"]

NAT, NLB = "nat.aliyuncs.com", "nlb.aliyuncs.com"
ROLE = "AliyunServiceRoleForNatgw"
#: The stored document of NAT Gateway's role does not list it, nor does that of NLB's, which is not complete.
UNLISTED = "ecs:ModifySecurityGroupPolicy"
SSH = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24"}
NOBODY = {"Version": "1", "Statement": []}


def made_by(service: str, live: Live, there: Scene, action: str = UNLISTED, **parameters: Any) -> Call:
    """A call of a service on a group, whatever its policy says, and a minute goes by."""
    kept, keys = live.cloud.assumptions, live.cloud.service(service)
    live.cloud.assumptions = replace(kept, contract_broken=True)
    made = call(
        live, action, keys, SecurityGroupId=there.group, **(parameters or {"InnerAccessPolicy": "Drop"})
    )
    live.cloud.assumptions = kept
    live.cloud.clock.advance(60)
    return made


def renew(live: Live, service: str, *actions: str) -> None:
    """The service gives its role rights."""
    live.cloud.service(service)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document: dict[str, Any] = {"Version": "1", "Statement": [statement]}
    live.cloud.in_account(live.cloud.account_id).ram.renew_policy(service, document, live.cloud.clock.now())


def decided(live: Live, found: LiveSource, *calls: Call) -> list[Decision]:
    pipeline = Pipeline(registry=Registry(DEFAULT_POLICY, only=["SLR004"]), source=found)
    pipeline.look_ahead(calls)
    return [pipeline.decide(one, now=live.now()).decision for one in calls]


@pytest.mark.parametrize("service", [NAT, NLB])
def test_call_that_the_policy_of_today_grants_is_not_reported(
    live: Live, there: Scene, store: MemoryStore, service: str
) -> None:
    renew(live, service, UNLISTED)
    made = made_by(service, live, there)

    (decision,) = decided(live, source(live, store), made)

    assert (findings(decision), undecided(decision)) == ([], [])
    (asked,) = live.calls("GetPolicy")
    assert asked["requestParameters"]["PolicyType"] == "System"


def test_call_that_the_policy_of_today_does_not_grant_is_raised_with_what_was_read(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    made = made_by(NAT, live, there)

    (decision,) = decided(live, source(live, store), made)

    assert findings(decision) == [("SLR004", "medium", ROLE)]
    (version,) = [one for one in decision.findings[0].evidence if one.name == "version"]
    assert (version.value, version.source, version.as_of) == ("v1", "live", written(live.now()))


def test_policy_that_is_read_after_the_call_counts(live: Live, there: Scene, store: MemoryStore) -> None:
    found = source(live, store)
    made = made_by(NAT, live, there)
    assert findings(decided(live, found, made)[0]) == [("SLR004", "medium", ROLE)]

    renew(live, NAT, UNLISTED)
    live.cloud.clock.advance(61)

    assert findings(decided(live, found, made)[0]) == []


def test_without_the_right_to_read_it_the_stored_copy_counts(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    nobody = live.cloud.account("nobody", policy=NOBODY)
    complete, incomplete = made_by(NAT, live, there), made_by(NLB, live, there)

    noted, open_one = decided(live, source(live, store, nobody), complete, incomplete)

    assert findings(noted) == [("SLR004", "info", ROLE)]
    assert (findings(open_one), undecided(open_one)) == ([], ["SLR004"])
    assert "the function's role needs ram:GetPolicy" in open_one.undecided[0].reason


def test_calls_that_the_stored_policy_grants_take_no_look_up_and_others_share_one(
    live: Live, there: Scene, store: MemoryStore
) -> None:
    found = source(live, store)
    granted = made_by(NAT, live, there, "ecs:AuthorizeSecurityGroup", Permissions=[SSH])
    decided(live, found, granted, granted)
    assert found.calls == 0

    decided(live, found, *[made_by(NAT, live, there) for _ in range(3)])

    assert found.calls == 1
