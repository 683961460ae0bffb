"""Security groups that fill up with addresses."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from msgspec import Struct

from eniguard.facts.kinds import SecurityGroup
from eniguard.model import Evidence, Reference, Resource, Severity
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.qta.usage import (
    FILLS_GROUP,
    Untold,
    Usage,
    fills_group,
    group_type,
    groups_filled,
    needs_usage,
    usage_after,
    usage_before,
)

#: From which share of the quota, in percent, a finding is how severe (docs/sources.md, Domain).
THRESHOLDS: tuple[tuple[int, Severity], ...] = ((100, "high"), (90, "medium"), (80, "low"))

_ADVICE = (
    "Put further ENIs into another security group, take ENIs out that do not need this one, or ask for a "
    "higher quota in Quota Center before it is full."
)
_REFERENCES = (Reference("IP prefixes", "Limitations: Security group"),)
_PERMISSIONS = ("ecs:DescribeSecurityGroups", "ecs:DescribeNetworkInterfaces")


class GroupAddresses(Rule):
    """What the rules for the two types of groups share.

    ``group_type`` is the type a rule looks at; ``counted`` is the number that is held against the quota.
    """

    group_type: ClassVar[str]

    actions = FILLS_GROUP
    outcomes = SUCCEEDED
    #: Summing up a group takes a listing of all its ENIs: too much for the path of one event.
    event_path = False

    concerns = staticmethod(fills_group)
    needs = staticmethod(needs_usage)

    @abstractmethod
    def counted(self, found: Usage) -> int:
        """The number that is held against the quota."""

    def evaluate(self, case: Case) -> Verdicts:
        groups = groups_filled(case)
        if isinstance(groups, Untold):
            return (self.undecided(case, groups.reason, groups.ref),)
        return [verdict for group_id in groups for verdict in self._group(case, group_id)]

    def _group(self, case: Case, group_id: str) -> Verdicts:
        kind = group_type(case, group_id)
        if isinstance(kind, Untold):
            return (self._untold(case, group_id, kind),)
        if not case.check(f"{group_id} is of type {self.group_type}", kind == self.group_type, kind):
            return ()
        before, after = case.once_for(usage_before, group_id), case.once_for(usage_after, group_id)
        if isinstance(before, Untold):
            return (self._untold(case, group_id, before),)
        if isinstance(after, Untold):
            return (self._untold(case, group_id, after),)
        was, now = self.counted(before), self.counted(after)
        for percent, severity in THRESHOLDS:
            line = percent * case.params.quota
            crossed = was * 100 < line <= now * 100
            if case.trace is not None:
                text = f"{percent} % of {case.params.quota} are reached by this call"
                case.check(text, crossed, f"{was} → {now}")
            if crossed:
                return (self._crossed(case, group_id, percent, severity, was=was, after=after),)
        return ()

    def _untold(self, case: Case, group_id: str, untold: Untold) -> Verdict:
        return self.undecided(case, untold.reason, untold.ref, subject=Resource(SECURITY_GROUP, group_id))

    def _crossed(
        self, case: Case, group_id: str, percent: int, severity: Severity, *, was: int, after: Usage
    ) -> Verdict:
        quota, now = case.params.quota, self.counted(after)
        ref = case.after.ref(ENI, group_id, "security_group")
        evidence = (
            from_fact(
                case.after, ref, "used", now, f"{now * 100 // quota} % of {quota}; {was} before the call"
            ),
            from_fact(case.after, ref, "addresses", after.addresses, "IPv4 and IPv6, primary ones included"),
            from_fact(case.after, ref, "prefixes", after.prefixes, "each counts as one address"),
            from_fact(case.after, ref, "ENIs", after.enis),
            Evidence("quota", quota, "addresses and prefixes per security group", "rule parameter"),
        )
        return self.finding(
            case,
            _resource(case, group_id),
            f"{case.call.name} takes {group_id} past {percent} % of its address quota: {now} of {quota}",
            severity=severity,
            evidence=evidence,
        )


class BasicGroupAddresses(GroupAddresses):
    """QTA001."""

    code = "QTA001"
    name = "basic-sg-addresses"
    severity = "low"
    group_type = "normal"
    summary = "A basic security group reached 80, 90 or 100 % of the 6,000 private IP addresses it takes."
    why = "A full group takes no further ENI and no further address or prefix on its ENIs."
    advice = _ADVICE
    references = _REFERENCES
    permissions = _PERMISSIONS
    false_positives = "The quota can be raised in Quota Center: set the parameter `quota` to yours."

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``quota`` is the number of addresses a group takes."""

        #: Seed 002, Limitations: Security group.
        quota: int = 6_000

    def counted(self, found: Usage) -> int:
        """Addresses and prefixes together."""
        return found.total


class AdvancedGroupAddresses(GroupAddresses):
    """QTA002: the quota page counts ENIs, the page on prefixes counts addresses; the larger is judged."""

    code = "QTA002"
    name = "advanced-sg-addresses"
    severity = "low"
    group_type = "enterprise"
    summary = (
        "An advanced security group reached 80, 90 or 100 % of the 65,536 private IP addresses it takes."
    )
    why = "A full group takes no further ENI and no further address or prefix on its ENIs."
    advice = _ADVICE
    references = (*_REFERENCES, Reference("Basic and advanced security groups", "Quotas"))
    permissions = _PERMISSIONS
    false_positives = (
        "The documents disagree whether ENIs or addresses count; both numbers are in the evidence."
    )

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``quota`` is the number of addresses a group takes."""

        #: Seed 002, Limitations: Security group.
        quota: int = 65_536

    def counted(self, found: Usage) -> int:
        """ENIs, or addresses and prefixes, whichever are more."""
        return max(found.enis, found.total)


def _resource(case: Case, group_id: str) -> Resource:
    group = case.before.security_group(group_id)
    return Resource(SECURITY_GROUP, group_id, group.managed if isinstance(group, SecurityGroup) else None)
