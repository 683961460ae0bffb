"""Rules of ACME's network team."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from eniguard.rules import (
    CUSTOMERS,
    SUCCEEDED,
    Call,
    Case,
    Eni,
    Facts,
    Ref,
    Reference,
    Resource,
    Rule,
    SweepRule,
    Unknown,
    Verdict,
    Verdicts,
    View,
    from_fact,
    from_view,
    kind,
    reference,
)


class FixedAddressLost(Rule):
    """ACME001."""

    code = "ACME001"
    name = "acme-fixed-address-lost"
    severity = "high"
    summary = "An ENI in a vSwitch with fixed addresses was deleted."
    why = "Partners have the addresses of these vSwitches in their firewalls; a new ENI gets another one."
    advice = "Make an ENI with the same primary address before somebody else takes it."
    actions = frozenset(("ecs:DeleteNetworkInterface",))
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference("ACME network runbook", "Fixed addresses"),)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = "An address that is given up for good."

    class Params(Struct, frozen=True):
        """``vswitches`` are the ids of the vSwitches whose addresses are fixed."""

        vswitches: tuple[str, ...] = ()

    def needs(self, call: Call, facts: Facts) -> Iterable[Ref]:
        return [reference(call, kind.ENI, eni_id) for eni_id in call.ids(kind.ENI)]

    def evaluate(self, case: Case) -> Verdicts:
        return [verdict for eni_id in case.call.ids(kind.ENI) for verdict in self._deleted(case, eni_id)]

    def _deleted(self, case: Case, eni_id: str) -> Verdicts:
        eni = case.before.eni(eni_id)
        ref = case.before.ref(kind.ENI, eni_id)
        if not isinstance(eni, Eni) or eni.vswitch_id is None:
            return [self.undecided(case, f"the vSwitch of {eni_id} is not known", ref)]
        fixed = eni.vswitch_id in case.params.vswitches
        if not case.check(f"{eni_id} lay in a vSwitch with fixed addresses", fixed, eni.vswitch_id):
            return []
        subject = Resource(kind.ENI, eni_id, eni.managed)
        address = eni.ipv4_addresses[0] if eni.ipv4_addresses else None
        evidence = [from_fact(case.before, ref, "PrimaryIpAddress", address)]
        return [self.finding(case, subject, f"{eni_id} had the address {address}", evidence=evidence)]


class UnregisteredVpc(SweepRule):
    """ACME002."""

    code = "ACME002"
    name = "acme-unregistered-vpc"
    severity = "low"
    kinds = (kind.ENI,)
    summary = "An ENI of our own stands in a VPC that is not registered."
    why = "Nobody looks after the routes and the address plan of such a VPC."
    advice = "Ask who made the VPC, and register it."
    references = (Reference("ACME network runbook", "Register of VPCs"),)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    enabled = False

    class Params(Struct, frozen=True):
        """``vpcs`` are the ids of the registered VPCs."""

        vpcs: tuple[str, ...] = ()

    def evaluate(self, view: View, params: Params, now: float) -> Verdicts:
        enis = view.enis()
        if isinstance(enis, Unknown):
            return [self.undecided(enis.reason, view.ref(kind.ENI))]
        return [self._outside(view, eni) for eni in enis if not eni.managed and eni.vpc_id not in params.vpcs]

    def _outside(self, view: View, eni: Eni) -> Verdict:
        if eni.vpc_id is None:
            return self.undecided(f"the VPC of {eni.id} is not known", view.ref(kind.ENI, eni.id))
        subject = Resource(kind.ENI, eni.id, eni.managed)
        evidence = [from_view(view, "VpcId", eni.vpc_id)]
        return self.finding(view, subject, f"{eni.id} stands in {eni.vpc_id}", evidence=evidence)
