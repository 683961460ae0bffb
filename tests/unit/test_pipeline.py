from __future__ import annotations

from collections.abc import Mapping, Sequence

from eniguard.events.calls import Call
from eniguard.facts.kinds import Eip, Eni
from eniguard.facts.refs import Fact, FactValue, Ref, Unknown
from eniguard.model.kinds import EIP, ENI
from eniguard.pipeline import MOST_ROUNDS, Pipeline
from eniguard.rules.registry import Registry
from eniguard.settings import DEFAULT_POLICY
from eniguard.testing import call, findings, undecided


class Asked:
    """A source that holds a few facts and notes what it was asked, round by round."""

    def __init__(self, known: Mapping[tuple[str, str], FactValue]) -> None:
        self.known = known
        self.rounds: list[list[str]] = []

    def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
        self.rounds.append([str(ref) for ref in refs])
        nothing = Unknown("nothing known")
        return {ref: Fact(self.known.get((ref.kind, ref.value), nothing), "test", at - 60) for ref in refs}


def decided(one: Call, source: Asked, *codes: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    pipeline = Pipeline(DEFAULT_POLICY, registry=Registry(DEFAULT_POLICY, only=codes or None), source=source)
    decision = pipeline.decide(one, now=one.at).decision
    return findings(decision), undecided(decision)


UNBIND = call("vpc:UnassociateEipAddress", AllocationId="eip-1")


def test_facts_are_gathered_in_rounds_each_fact_once() -> None:
    # given
    source = Asked(
        {
            (EIP, "eip-1"): Eip("eip-1", "eni-1", "NetworkInterface"),
            (ENI, "eni-1"): Eni("eni-1", managed=True),
        }
    )

    # when
    found, open_ones = decided(UNBIND, source, "ENI001", "ENI003", "ENI004")

    # then
    assert source.rounds == [[f"{EIP} id=eip-1"], [f"{ENI} id=eni-1"]]
    assert found == [("ENI003", "critical", "eni-1")]
    assert open_ones == []


def test_a_fact_that_cannot_be_had_is_asked_for_once_and_leaves_the_rule_undecided() -> None:
    source = Asked({})
    found, open_ones = decided(UNBIND, source, "ENI003")
    assert source.rounds == [[f"{EIP} id=eip-1"]]
    assert (found, open_ones) == ([], ["ENI003"])


def test_an_event_that_needs_no_fact_asks_for_none() -> None:
    source = Asked({})
    one = call("ram:CreateServiceLinkedRole", ServiceName="nat.aliyuncs.com")
    assert [code for code, _, _ in decided(one, source, "SLR001")[0]] == ["SLR001"]
    assert source.rounds == []


def test_an_action_that_no_rule_looks_at_asks_for_nothing() -> None:
    source = Asked({})
    assert decided(call("ecs:DescribeSecurityGroups"), source) == ([], [])
    assert source.rounds == []


def test_look_ups_end_after_a_few_rounds() -> None:
    class Endless(Asked):
        """Every EIP is held by an ENI, which is of no use to the rule that asks."""

        def read(self, refs: Sequence[Ref], at: float) -> Mapping[Ref, Fact]:
            self.rounds.append([str(ref) for ref in refs])
            return {
                ref: Fact(Eip(ref.value, f"{ref.value}x", "NetworkInterface"), "test", at - 60)
                for ref in refs
            }

    source = Endless({})
    decided(UNBIND, source)
    assert 0 < len(source.rounds) <= MOST_ROUNDS


def test_a_dry_run_is_never_a_finding() -> None:
    source = Asked({(ENI, "eni-1"): Eni("eni-1", managed=True)})
    one = call("vpc:DeleteVSwitchCidrReservation", VSwitchCidrReservationId="vcr-1", error="DryRunOperation")
    assert decided(one, source) == ([], [])
