"""Managed ENIs that keep a vSwitch, a security group or a VPC from being deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eni
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.state import State, reference
from eniguard.model import Evidence, Finding, Reference, Resource
from eniguard.model.finding import Inventory
from eniguard.model.kinds import ENI, SECURITY_GROUP, VPC, VSWITCH
from eniguard.rules.base import CUSTOMERS, REFUSED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.managed import refusal_code
from eniguard.rules.subjects import eni_resource

#: Refusals of a delete that say "something still depends on it", with any suffix after a dot
#: (``DependencyViolation``: docs/sources.md, API; both: docs/sources.md, Domain).
DEPENDENCY_CODES = ("DependencyViolation", "IncorrectVSwitchStatus")

#: What is deleted, and the relation under which its ENIs are listed.
_LISTED_BY = {VSWITCH: "vswitch", SECURITY_GROUP: "security_group", VPC: "vpc"}
_NOUNS = {VSWITCH: "vSwitch", SECURITY_GROUP: "security group", VPC: "VPC"}
#: A sentence that names more reads badly; the evidence lists all.
_NAMED_IN_SUMMARY = 3


def is_dependency(error_code: str | None) -> bool:
    """Whether an error code says that something still depends on what was to be deleted."""
    return (error_code or "").partition(".")[0] in DEPENDENCY_CODES


def needs_dependents(call: Call, facts: Facts) -> Iterator[Ref]:
    """The ENIs in what could not be deleted; nothing for a refusal of another kind."""
    if is_dependency(call.error_code):
        yield from (reference(call, ENI, target, by) for _kind, target, by in _deleted(call))


def _deleted(call: Call) -> Iterator[tuple[str, str, str]]:
    """What the call was to delete: kind, id, and the relation of its ENIs."""
    for kind, by in _LISTED_BY.items():
        for target in call.ids(kind, "subject"):
            yield kind, target, by


class ManagedEniBlocksDelete(Rule):
    """ENI008."""

    code = "ENI008"
    name = "managed-eni-blocks-delete"
    severity = "low"
    summary = "A vSwitch, security group or VPC could not be deleted while managed ENIs lie in it."
    why = (
        "The error code says only that something depends on it. Managed ENIs cannot be removed by the "
        "account, so repeating the call never helps."
    )
    advice = (
        "Release the instances of the services named here, wait until their ENIs are gone, and delete it "
        "then. An ENI without a service: its Description names one."
    )
    actions = frozenset(("vpc:DeleteVSwitch", "vpc:DeleteVpc", "ecs:DeleteSecurityGroup"))
    outcomes = REFUSED
    actors = CUSTOMERS
    references = (Reference("Managed ENIs", "row 2 DeleteNetworkInterface"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "ecs:DescribeInstances")
    false_positives = (
        "Shortly after a service instance is released its ENIs are still there; they go by themselves."
    )

    needs = staticmethod(needs_dependents)

    def evaluate(self, case: Case) -> Verdicts:
        code = case.call.error_code
        if not case.check("the error code says that something depends on it", is_dependency(code), code):
            return ()
        return [
            verdict
            for kind, target, by in _deleted(case.call)
            for verdict in self._of(case, kind, target, by)
        ]

    def _of(self, case: Case, kind: str, target: str, by: str) -> Verdicts:
        """What holds one resource: read before the call, or after it, as the refusal changed nothing."""
        ref = case.before.ref(ENI, target, by)
        side = case.before
        listing = side.enis(by, target)
        if isinstance(listing, Unknown):
            side = case.after
            listing = side.enis(by, target)
        if isinstance(listing, Unknown):
            case.check(f"the ENIs of {target} are listed", False, listing.reason)
            return [
                self.undecided(
                    case,
                    f"it is not known which ENIs lie in {target}: {listing.reason}",
                    ref,
                    subject=Resource(kind, target),
                )
            ]
        managed = [eni for eni in listing if eni.managed]
        unsure = [eni.id for eni in listing if eni.managed is None]
        if case.check(f"managed ENIs lie in {target}", bool(managed), [eni.id for eni in managed]):
            certain: Inventory = "partial" if unsure or side is case.after else "known"
            evidence = [_blocking(eni, side, ref) for eni in managed]
            if unsure:
                evidence.append(from_fact(side, ref, "not-known-whether-managed", unsure))
            return [self._blocked(case, Resource(kind, target), managed, certain, evidence)]
        if not unsure:
            return ()
        refs = [case.before.ref(ENI, one) for one in unsure]
        reason = f"it is not known whether {', '.join(unsure[:_NAMED_IN_SUMMARY])} in {target} are managed"
        return [self.undecided(case, reason, *refs, subject=Resource(kind, target))]

    def _blocked(
        self,
        case: Case,
        subject: Resource,
        managed: Sequence[Eni],
        inventory: Inventory,
        evidence: Sequence[Evidence],
    ) -> Finding:
        blockers = [eni_resource(eni) for eni in managed]
        return self.finding(
            case,
            subject,
            f"{_NOUNS[subject.kind]} {subject.id} was not deleted; it holds managed ENIs: {_named(blockers)}",
            inventory=inventory,
            evidence=(refusal_code(case), *evidence),
            others=blockers,
        )


def _blocking(eni: Eni, side: State, ref: Ref) -> Evidence:
    owner = eni_resource(eni).owner_service or eni.description or "service not known"
    return from_fact(side, ref, "blocked-by", eni.id, owner)


def _named(blockers: Sequence[Resource]) -> str:
    shown = ", ".join(
        f"{one.id} ({one.owner_service or 'service not known'})" for one in blockers[:_NAMED_IN_SUMMARY]
    )
    more = len(blockers) - _NAMED_IN_SUMMARY
    return f"{shown} and {more} more" if more > 0 else shown
