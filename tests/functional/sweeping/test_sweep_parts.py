"""The managed listings, what is told of in bulk, retries, and what a sweep measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from eniguard.intake import GIVEN_UP
from eniguard.intake.pending import UNDECIDED, GivenUp
from eniguard.model.kinds import ENI
from eniguard.settings import Policy
from eniguard.sources.managed_listings import ManagedListings
from eniguard.sweeping import ManagedSweep, Place, places_of
from fakealiyun import ApiError
from tests.functional.intake.killed import invocation
from tests.functional.sweeping.stage import GUARD_YML, MEMBER, OTHER, REGION, Stage
from tests.real.scene import Scene

QUIET = GUARD_YML + "sweep: {canary: {enabled: false}}\n"
HOUR = 3600


@pytest.fixture(autouse=True)
def quiet(stage: Stage) -> None:
    stage.configure(QUIET)


def listing(stage: Stage, account: str | None = None) -> tuple[bool, list[str]] | None:
    store = stage.store()
    found = ManagedListings(store, clock=stage.now).read(account or stage.cloud.account_id, REGION, ENI)
    store.close()
    return None if found is None else (found.complete, sorted(found.resources))


def test_the_managed_enis_are_listed_whole(stage: Stage, there: Scene) -> None:
    stage.sweep()

    assert listing(stage) == (True, [there.managed])


def test_a_delete_of_an_ordinary_eni_is_decided_by_the_listing_from_before_it(
    stage: Stage, there: Scene
) -> None:
    stage.sweep()
    stage.sleep(60)
    stage.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=there.ordinary)
    stage.sleep(900)

    stage.sweep()

    (decision,) = [line for line in stage.of("decision") if line["action"] == "ecs:DeleteNetworkInterface"]
    assert (decision["outcome"], decision["findings"], decision["undecided"]) == ("ok", 0, 0)


def test_a_listing_that_is_denied_leaves_the_one_before(stage: Stage, there: Scene) -> None:
    stage.sweep()
    stage.cloud.fail("ecs:DescribeNetworkInterfaces", code="Forbidden.RAM", status=403, times=None)
    stage.sleep(600)

    answer = stage.sweep()

    assert listing(stage) == (True, [there.managed])
    assert [line["step"] for line in stage.of("sweep_place_failed")] == ["managed_listing"]
    assert answer["ended"]["managed_listing"] == "done"


def test_a_listing_that_is_cut_leaves_the_one_before_and_the_sweep_is_made_again(
    stage: Stage, there: Scene
) -> None:
    stage.sweep()
    stage.cloud.fail("ecs:DescribeNetworkInterfaces", kind="truncated", times=None)
    stage.sleep(600)

    with pytest.raises(Exception, match="the answer was cut"):
        stage.sweep()

    assert listing(stage) == (True, [there.managed])
    (swept,) = stage.of("swept")
    assert swept["ended"]["measures"] == "done"


def test_a_listing_with_an_item_that_cannot_be_read_proves_nothing_of_what_it_leaves_out(
    stage: Stage,
) -> None:
    class Odd:
        def call(
            self, product_name: str, action: str, parameters: Mapping[str, Any], *, region: str | None = None
        ) -> dict[str, Any]:
            enis = [
                {"NetworkInterfaceId": "eni-1", "ServiceManaged": True},
                {"NetworkInterfaceId": "eni-2"},
                {"NetworkInterfaceId": "eni-3", "ServiceManaged": False},
                {"NetworkInterfaceId": "eni-4", "SecurityGroupIds": 4},
            ]
            return {"NetworkInterfaceSets": {"NetworkInterfaceSet": enis}}

    sweep = ManagedSweep(stage.store(), lambda _: Odd(), clock=stage.now)
    sweep.run([Place(stage.cloud.account_id, REGION)], invocation(stage.now()))

    assert listing(stage) == (False, ["eni-1", "eni-2"])


def give_up(stage: Stage, number: int, at: float, *rules: str) -> None:
    store = stage.store()
    one = GivenUp(f"event-{number}", "ecs:DeleteNetworkInterface", rules)
    store.schedule(GIVEN_UP, f"{stage.cloud.account_id}/event-{number}", at, msgspec.json.encode(one))
    store.close()


def waiting(stage: Stage, queue: str) -> int:
    store = stage.store()
    found = len(store.due(queue, stage.now() + 1e7, 1000))
    store.close()
    return found


def test_what_was_given_up_is_told_of_once_a_window_with_counts_by_rule(stage: Stage) -> None:
    began = stage.now()
    for number in range(5):
        give_up(stage, number, began + 60 * number, "ENI003", *(("SG004",) if number == 0 else ()))
    give_up(stage, 9, began + HOUR + 60, "QTA001")
    stage.sleep(1800)
    stage.sweep()
    assert stage.rules() == []
    stage.sleep(1800 + 120)

    stage.sweep()

    (finding,) = [line for line in stage.of("finding") if line["rule"] == "SELF010"]
    assert finding["evidence"][0]["value"] == ["ENI003: 5", "SG004: 1"]
    assert (finding["trigger"], finding["account_id"]) == ("internal", stage.cloud.account_id)
    assert waiting(stage, GIVEN_UP) == 1
    stage.sleep(HOUR)
    stage.sweep()
    assert [line["evidence"][0]["value"] for line in stage.of("finding")] == [["QTA001: 1"]]
    assert waiting(stage, GIVEN_UP) == 0


def test_a_rule_that_stays_open_is_asked_again_and_in_the_end_told_of_in_bulk(
    stage: Stage, there: Scene
) -> None:
    """A delete that went through, of an ENI that nobody listed: whether it was managed nobody knows."""
    stage.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=there.ordinary)
    event_id = stage.events("DeleteNetworkInterface")[-1]["eventId"]
    told: list[dict[str, Any]] = []
    for _ in range(20):
        stage.sleep(900)
        stage.sweep()
        told += [line for line in stage.of("finding") if line["rule"] == "SELF010"]

    assert waiting(stage, UNDECIDED) == 0
    assert len(told) == 1
    assert any(event_id in (one["value"] or []) for one in told[0]["evidence"])


def test_a_sweep_measures_its_queues_and_checkpoints(stage: Stage) -> None:
    stage.sweep()
    give_up(stage, 1, stage.now(), "ENI003")
    stage.sleep(600)

    stage.sweep()

    backlog = {line["queue"]: line["sum"] for line in stage.metric("backlog")}
    assert backlog == {"deferred_events": 0, "undecided_events": 0, "given_up_events": 1, "dead-letters": 0}
    (age,) = stage.metric("checkpoint_age")
    assert (age["sum"], age["region"], age["unit"]) == (0.0, REGION, "seconds")


def test_offline_a_sweep_asks_nobody(stage: Stage) -> None:
    answer = stage.sweep(ENIGUARD_OFFLINE="1")

    assert set(answer["ended"]) == {"deferred", "undecided", "silence", "bulk", "measures"}
    assert stage.cloud.trail.events == []


def test_no_credentials_appear_in_what_a_sweep_writes(stage: Stage, there: Scene) -> None:
    stage.cloud.fail("*", code="Forbidden.RAM", status=403, times=None)
    stage.sweep()

    text = str(stage.lines)
    assert stage.role.access_key_secret not in text
    assert str(stage.role.token) not in text
    with pytest.raises(ApiError):
        stage.call("ecs:DescribeNetworkInterfaces")


def test_places_are_the_own_account_and_members_with_a_role_in_each_region() -> None:
    policy = Policy(
        accounts=(MEMBER, "1234567890123411"), account_roles={MEMBER: "reader"}, regions=(REGION, OTHER)
    )

    assert places_of(policy, "1234567890123456", REGION) == (
        Place("1234567890123456", REGION),
        Place("1234567890123456", OTHER),
        Place(MEMBER, REGION),
        Place(MEMBER, OTHER),
    )
    assert places_of(Policy(), "1234567890123456", REGION) == (Place("1234567890123456", REGION),)
