"""The gap fill: what no way brought is looked up, once, and nothing is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from eniguard.cloud.lookup_events import Page
from eniguard.dead_letters import LookupOrigin
from eniguard.delivery.events import EventDelivery
from eniguard.errors import StateError, Throttled
from eniguard.events.envelopes import Batch
from eniguard.settings import SweepSettings
from eniguard.state import open_store
from eniguard.sweeping import Checkpoint, Checkpoints, GapFill, Place
from fakealiyun import ApiError
from tests.functional.intake.killed import invocation
from tests.functional.sweeping.stage import GUARD_YML, MEMBER, OTHER, REGION, Stage
from tests.real.scene import Scene

QUIET = GUARD_YML + "sweep: {canary: {enabled: false}, rules_minutes: 10080}\n"


@pytest.fixture(autouse=True)
def quiet(stage: Stage) -> None:
    """No canary, so that only what is looked up is told."""
    stage.configure(QUIET)


def refused_delete(stage: Stage, eni: str, region: str = REGION) -> None:
    """A call that ENI001 reports; it can be looked up ten minutes later."""
    with pytest.raises(ApiError, match="EniServiceManaged"):
        stage.call("ecs:DeleteNetworkInterface", region=region, NetworkInterfaceId=eni)


def place(account: str, region: str = REGION) -> Place:
    return Place(account, region)


def checkpoint(stage: Stage, where: Place) -> Checkpoint | None:
    store = stage.store()
    held = Checkpoints(store).read(where)
    store.close()
    return None if held is None else held.checkpoint


def test_an_event_that_no_way_brought_is_decided_by_the_sweep_and_by_no_later_one(
    stage: Stage, there: Scene
) -> None:
    refused_delete(stage, there.managed)
    stage.sleep(900)

    stage.sweep()
    first = stage.rules()
    stage.sleep(300)
    stage.sweep()

    assert (first, stage.rules()) == (["ENI001"], [])


def test_an_event_that_came_by_another_way_is_not_told_again(stage: Stage, there: Scene) -> None:
    since = len(stage.cloud.trail.events)
    refused_delete(stage, there.managed)
    fast = EventDelivery(stage.environment, clock=stage.now)
    stage.cloud.trail.deliver(
        lambda event: fast.handle(event, stage.context("trail_event")), "eventbridge", since=since
    )
    stage.sleep(900)

    answer = stage.sweep()

    assert stage.rules() == []
    assert answer["events"]["duplicate"] == 1
    assert [(line["way"], line["first"]) for line in stage.metric("came_again_after")] == [
        ("lookup", "eventbridge")
    ]


def test_an_event_that_could_not_be_looked_up_yet_is_found_by_the_next_sweep(
    stage: Stage, there: Scene
) -> None:
    stage.sleep(900)
    stage.sweep()
    refused_delete(stage, there.managed)
    stage.sleep(300)
    stage.sweep()
    too_early = stage.rules()
    stage.sleep(600)

    stage.sweep()

    assert (too_early, stage.rules()) == ([], ["ENI001"])


def test_the_first_sweep_reaches_back_no_further_than_guard_yml_says(stage: Stage, there: Scene) -> None:
    stage.configure(GUARD_YML + "sweep: {first_hours: 2, canary: {enabled: false}}\n")
    refused_delete(stage, there.managed)
    stage.sleep(3 * 3600)

    stage.sweep()

    assert stage.rules() == []
    found = checkpoint(stage, place(stage.cloud.account_id))
    assert found is not None
    assert found.until == stage.now()


def test_a_region_that_is_denied_is_told_of_and_the_others_are_looked_up(stage: Stage, there: Scene) -> None:
    stage.configure(QUIET.replace("[cn-hangzhou]", "[cn-hangzhou, cn-beijing]"))
    refused_delete(stage, there.managed)
    stage.sleep(900)
    stage.cloud.fail("actiontrail:LookupEvents", code="NoPermission", status=403, times=1)
    began = stage.now()

    answer = stage.sweep()

    (failed,) = [line for line in stage.of("sweep_place_failed") if line["step"] == "gap_fill"]
    assert failed["error"]["type"].endswith("Denied")
    done = OTHER if failed["region"] == REGION else REGION
    assert (checkpoint(stage, place(stage.cloud.account_id, done)) or Checkpoint(0.0)).end is None
    left = checkpoint(stage, place(stage.cloud.account_id, failed["region"]))
    assert left is not None
    assert left.until == began - 86_400
    assert answer["ended"]["gap_fill"] == "done"

    stage.sleep(60)
    told = stage.rules()
    stage.sweep()
    assert told + stage.rules() == ["ENI001"]


def test_lookups_that_stay_throttled_fail_the_sweep_after_all_other_parts_were_run(
    stage: Stage, there: Scene
) -> None:
    stage.cloud.fail("actiontrail:LookupEvents", code="Throttling.User", status=400, times=None)

    with pytest.raises(Throttled):
        stage.sweep()

    (swept,) = stage.of("swept")
    assert swept["ended"]["gap_fill"] == "failed"
    assert {swept["ended"][part] for part in ("managed_listing", "rules", "bulk", "measures")} == {"done"}


@pytest.mark.parametrize("kind", ["truncated", "reset"])
def test_a_page_that_is_cut_or_lost_is_asked_for_again(stage: Stage, there: Scene, kind: Any) -> None:
    refused_delete(stage, there.managed)
    stage.sleep(900)
    stage.cloud.fail("actiontrail:LookupEvents", kind=kind, times=2)

    stage.sweep()

    assert stage.rules() == ["ENI001"]


def test_what_is_left_when_time_ends_is_looked_up_by_the_next_sweeps(stage: Stage, there: Scene) -> None:
    for _ in range(230):
        stage.call("vpc:DescribeVpcs")
        stage.sleep(1)
    refused_delete(stage, there.managed)
    stage.sleep(900)
    stage.timeout = 4.5

    ended: list[str] = []
    reached: list[float] = []
    told: list[str] = []
    while "done" not in ended and len(ended) < 8:
        ended.append(stage.sweep()["ended"]["gap_fill"])
        found = checkpoint(stage, place(stage.cloud.account_id))
        assert found is not None
        reached.append(found.handled)
        told += stage.rules()

    assert ended[0] == "left"
    assert ended[-1] == "done"
    assert reached == sorted(reached)
    assert told == ["ENI001"]


def test_no_more_than_two_queries_a_second_are_sent_for_an_account(stage: Stage, there: Scene) -> None:
    stage.configure(QUIET.replace("[cn-hangzhou]", "[cn-hangzhou, cn-beijing, cn-shanghai, cn-shenzhen]"))
    for _ in range(120):
        stage.call("vpc:DescribeVpcs")
    stage.sleep(900)

    stage.sweep()

    lookups = stage.events("LookupEvents")
    assert len(lookups) >= 6
    assert not any(event.get("errorCode") for event in lookups)


def test_events_that_lookup_does_not_keep_any_more_are_told_of(stage: Stage) -> None:
    stage.sweep()
    stage.sleep(100 * 86_400)

    stage.sweep()

    (lost,) = stage.of("lookup_gap_lost")
    assert (lost["since"], lost["account_id"]) == ("2026-03-01T08:00:00Z", stage.cloud.account_id)
    stage.sleep(900)
    stage.sweep()
    assert stage.of("lookup_gap_lost") == []


def test_a_member_account_is_looked_up_in_its_role(stage: Stage) -> None:
    reader(stage)
    stage.configure(QUIET + f"accounts: [{{id: '{MEMBER}', role: reader}}]\n")
    root = stage.cloud.account("root", account_id=MEMBER)
    with pytest.raises(ApiError):
        stage.call("ecs:DeleteNetworkInterface", root, NetworkInterfaceId="eni-bp1none")
    stage.sleep(900)

    stage.sweep()

    decided = [line for line in stage.of("decision") if line["action"] == "ecs:DeleteNetworkInterface"]
    assert [line["account_id"] for line in decided] == [MEMBER]
    found = checkpoint(stage, place(MEMBER))
    assert found is not None
    assert found.until == stage.now()


def test_a_member_account_without_its_role_is_told_of_and_the_own_one_is_swept(
    stage: Stage, there: Scene
) -> None:
    stage.configure(QUIET + f"accounts: [{{id: '{MEMBER}', role: missing}}]\n")
    refused_delete(stage, there.managed)
    stage.sleep(900)

    answer = stage.sweep()

    failed = stage.of("sweep_place_failed")
    assert {line["step"] for line in failed} == {"gap_fill", "managed_listing"}
    assert {line["account_id"] for line in failed} == {MEMBER}
    assert stage.rules() == ["ENI001"]
    assert answer["ended"]["managed_listing"] == "done"


def test_an_event_that_cannot_be_read_is_a_dead_letter_that_names_it(stage: Stage, there: Scene) -> None:
    refused_delete(stage, there.managed)
    event = dict(stage.events("DeleteNetworkInterface")[-1])
    broken = Page(({**event, "eventTime": "noon"},), None)

    class Broken:
        def pages(self, start: str, end: str, *, token: str | None = None) -> Iterator[Page]:
            yield broken

    taken = Letters()
    fill = GapFill(stage.store(), lambda _: Broken(), SweepSettings(), clock=stage.now)
    fill.run([place("1234567890123456")], taken, invocation(stage.now()))

    (origin,) = taken.origins
    assert origin == LookupOrigin(REGION, event["eventId"], "1234567890123456")


def test_a_store_that_is_down_fails_the_sweep(stage: Stage) -> None:
    text = (stage.folder / "guard.yml").read_text().replace(stage.url, "redis://127.0.0.1:1/0")
    (stage.folder / "guard.yml").write_text(text)

    with pytest.raises(StateError):
        stage.sweep()


class Letters:
    """Keeps where the unreadable events of pages are found again."""

    def __init__(self) -> None:
        self.origins: list[Any] = []

    def batch(self, batch: Batch, origin: Any, way: Any) -> None:
        self.origins += [origin(error) for error in batch.errors]


class Taken:
    """Counts the events of pages."""

    def __init__(self) -> None:
        self.events = 0

    def batch(self, batch: Batch, origin: Any, way: Any) -> None:
        self.events += batch.count


def test_a_sweep_whose_checkpoint_another_one_moved_stops_there() -> None:
    now = 1_772_366_400.0
    store = open_store("memory:", clock=lambda: now)
    here, checkpoints = Place("1234567890123456", REGION), Checkpoints(store)

    class Overtaken:
        def pages(self, start: str, end: str, *, token: str | None = None) -> Iterator[Page]:
            for number in range(3):
                held = checkpoints.read(here)
                assert held is not None
                if number == 1:
                    assert checkpoints.move(here, held, Checkpoint(now + 5)) is not None
                yield Page(({"eventId": str(number), "eventTime": "2026-03-01T11:59:00Z"},), "more")

    taken = Taken()
    fill = GapFill(store, lambda _: Overtaken(), SweepSettings(), clock=lambda: now)
    fill.run([here], taken, invocation(now))

    held = checkpoints.read(here)
    assert held is not None
    assert held.checkpoint == Checkpoint(now + 5)
    assert taken.events == 2


def reader(stage: Stage) -> None:
    """A role in the member account that the guard's account may assume."""
    root = stage.cloud.account("root", account_id=MEMBER)
    stage.cloud.call(
        "ram:CreateRole",
        root,
        RoleName="reader",
        AssumeRolePolicyDocument=(
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
            f'"Principal":{{"RAM":["acs:ram::{stage.cloud.account_id}:root"]}}}}]}}'
        ),
    )
    stage.cloud.call(
        "ram:AttachPolicyToRole",
        root,
        RoleName="reader",
        PolicyType="System",
        PolicyName="AdministratorAccess",
    )
