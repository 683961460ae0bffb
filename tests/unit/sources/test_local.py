from __future__ import annotations

from eniguard.events.calls import Call
from eniguard.facts.kinds import AnyResource, Eni
from eniguard.facts.refs import Fact, Gone, Unknown
from eniguard.facts.state import State, reference
from eniguard.model.kinds import ENI
from eniguard.sources.journal import Journal, touched
from eniguard.sources.local import LocalSource
from eniguard.sources.snapshot import Snapshot
from eniguard.testing import call, snapshot

MORNING_STATE = snapshot(
    {
        ENI: [
            {
                "NetworkInterfaceId": "eni-1",
                "VSwitchId": "vsw-1",
                "Status": "Available",
                "ServiceManaged": False,
            }
        ]
    }
)
EVENING_STATE = snapshot(
    {ENI: [{"NetworkInterfaceId": "eni-1", "VSwitchId": "vsw-1", "Status": "InUse"}]},
    captured_at="2026-03-01T20:00:00Z",
)


class World:
    """A snapshot and a journal, into which calls are folded."""

    def __init__(self, state: Snapshot | None, most: int = 100) -> None:
        self.journal = Journal(most)
        self.source = LocalSource(state, self.journal)

    def fold(self, *calls: Call) -> World:
        for one in calls:
            self.journal.fold(one, touched(one), State(one, self.source.facts(one.at), "before"))
        return self

    def one(self, eni_id: str, at: str = "2026-03-01T18:00:00Z") -> Fact:
        asking = call("ecs:DeleteNetworkInterface", NetworkInterfaceId=eni_id, time=at)
        ref = reference(asking, ENI, eni_id)
        return self.source.facts(asking.at)[ref]

    def members(self, by: str, value: str, at: str = "2026-03-01T18:00:00Z") -> list[str] | str:
        asking = call("ecs:DeleteNetworkInterface", time=at)
        ref = reference(asking, ENI, value, by)
        found = self.source.facts(asking.at)[ref].value
        return [eni.id for eni in found] if isinstance(found, tuple) else str(found)


def eni(value: object) -> Eni:
    assert isinstance(value, Eni)
    return value


ATTACH = call("ecs:AttachNetworkInterface", NetworkInterfaceId="eni-1", InstanceId="i-1")
DELETE = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1")
CREATE = call(
    "ecs:CreateNetworkInterface",
    VSwitchId="vsw-1",
    SecurityGroupId="sg-1",
    response={"NetworkInterfaceId": "eni-9"},
)


def test_a_folded_call_changes_what_the_next_one_sees() -> None:
    fact = World(MORNING_STATE).fold(ATTACH).one("eni-1")
    assert eni(fact.value).instance_id == "i-1"
    assert fact.source == "journal"


def test_a_created_eni_is_known_and_a_deleted_one_is_gone() -> None:
    world = World(MORNING_STATE).fold(CREATE, DELETE)
    assert eni(world.one("eni-9").value).vswitch_id == "vsw-1"
    assert isinstance(world.one("eni-1").value, Gone)
    assert world.members("vswitch", "vsw-1") == ["eni-9"]
    assert world.members("security_group", "sg-1") == ["eni-9"]


def test_a_refused_call_changes_nothing() -> None:
    refused = call("ecs:DeleteNetworkInterface", NetworkInterfaceId="eni-1", error="InvalidParameter")
    assert World(MORNING_STATE).fold(refused).one("eni-1").source == "snapshot"


def test_a_refusal_code_proves_its_only_target_managed() -> None:
    for eni_id in ("eni-7", "eni-1"):
        refused = call(
            "ecs:DeleteNetworkInterface",
            NetworkInterfaceId=eni_id,
            error="InvalidOperation.EniServiceManaged",
        )
        proven = eni(World(MORNING_STATE).fold(refused).one(eni_id).value)
        assert proven.managed is True
        assert proven.vswitch_id == ("vsw-1" if eni_id == "eni-1" else None)


def test_a_refusal_that_may_mean_several_groups_proves_none() -> None:
    refused = call(
        "ecs:AuthorizeSecurityGroup",
        SecurityGroupId="sg-1",
        SourceGroupId="sg-2",
        error="InvalidOperation.ResourceManagedByCloudProduct",
    )
    assert len(World(None).fold(refused).journal) == 0


def test_what_is_only_known_from_after_a_call_is_not_folded() -> None:
    detach = call("ecs:DetachNetworkInterface", NetworkInterfaceId="eni-1")
    fact = World(EVENING_STATE).fold(detach).one("eni-1")
    assert eni(fact.value).status == "InUse"
    assert fact.earlier is None


def test_a_snapshot_from_after_the_call_has_the_journal_copy_as_its_earlier_one() -> None:
    state = snapshot(
        {ENI: [{"NetworkInterfaceId": "eni-9", "Status": "InUse"}]}, captured_at="2026-03-01T20:00:00Z"
    )
    fact = World(state).fold(CREATE).one("eni-9")
    assert eni(fact.value).status == "InUse"
    assert fact.earlier is not None
    assert eni(fact.earlier.value).status == "Available"


def test_without_a_listing_a_relation_is_unknown_whatever_the_journal_holds() -> None:
    assert "no state snapshot" in str(World(None).fold(CREATE).members("vswitch", "vsw-1"))


def test_the_journal_keeps_a_bounded_number_and_forgets_the_longest_untouched() -> None:
    journal = Journal(most=2)
    for number in range(4):
        journal.put(ENI, f"eni-{number}", Eni(f"eni-{number}", vswitch_id="vsw-1"), float(number))
    assert len(journal) == 2
    assert journal.fact(ENI, "eni-0") is None
    listing = reference(call("ecs:DeleteNetworkInterface"), ENI, "vsw-1", "vswitch")
    assert journal.members(listing) == {"eni-2", "eni-3"}


def test_what_no_source_can_tell_is_unknown_with_a_reason() -> None:
    value: AnyResource | object = World(MORNING_STATE).one("eni-404").value
    assert isinstance(value, Unknown)
    assert "does not list it" in value.reason
