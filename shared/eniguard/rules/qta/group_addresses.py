"""Security groups that fill up with addresses.

One rule has two sides. A call is reported when it takes a group past a line, once for each upward crossing;
the sweep reports each group that is past a line now, however it came there.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from eniguard.facts.kinds import SecurityGroup
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.state import reference
from eniguard.facts.view import View
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
    summed,
    usage,
)
from eniguard.rules.sweep import Swept, from_view

_ADVICE = (
    "Put further ENIs into another security group, take ENIs out that do not need this one, or ask for a "
    "higher quota in Quota Center before it is full."
)
_REFERENCES = (Reference("IP prefixes", "Limitations: Security group"),)
_PERMISSIONS = ("ecs:DescribeSecurityGroups", "ecs:DescribeNetworkInterfaces", "ecs:DescribeInstances")


class GroupAddresses(Rule, Swept):
    """What the rules for the two types of groups share.

    ``group_type`` is the type a rule looks at; ``counted`` is the number that is held against the quota.
    """

    group_type: ClassVar[str]

    actions = FILLS_GROUP
    outcomes = SUCCEEDED
    #: Summing up a group takes a listing of all its ENIs: too much for the path of one event.
    event_path = False
    kinds = (SECURITY_GROUP, ENI)

    concerns = staticmethod(fills_group)
    needs = staticmethod(needs_usage)

    @property
    def quota(self) -> int:
        """The number of addresses a group takes, as guard.yml has it."""
        params: Any = self.params
        found: int = params.quota
        return found

    @abstractmethod
    def counted(self, found: Usage) -> int:
        """The number that is held against the quota."""

    def evaluate(self, case: Case) -> Verdicts:
        groups = case.once(groups_filled)
        if type(groups) is Untold:
            return (self._untold(case, groups),)
        verdicts: list[Verdict] = []
        for group_id in groups:
            verdicts += self._group(case, group_id)
        return verdicts

    def _group(self, case: Case, group_id: str) -> Verdicts:
        kind = case.once_for(group_type, group_id)
        if type(kind) is Untold:
            return (self._untold(case, kind, Resource(SECURITY_GROUP, group_id)),)
        if case.trace is not None:
            case.check(f"{group_id} is of type {self.group_type}", kind == self.group_type, kind)
        if kind != self.group_type:
            return ()
        ref = reference(case.call, ENI, group_id, "security_group")
        before, after = usage(case.before, ref), usage(case.after, ref)
        if type(before) is Untold:
            return (self._untold(case, before, Resource(SECURITY_GROUP, group_id)),)
        if type(after) is Untold:
            return (self._untold(case, after, Resource(SECURITY_GROUP, group_id)),)
        was = self.counted(before)
        line = _line_crossed(case, was, self.counted(after))
        return () if line is None else (self._crossed(case, group_id, *line, was=was, after=after),)

    def _untold(self, case: Case, untold: Untold, subject: Resource | None = None) -> Verdict:
        if case.brief:
            return self.unsaid
        return self.undecided(case, f"{untold.missing}: {untold.why}", untold.missing, subject=subject)

    def _crossed(
        self, case: Case, group_id: str, percent: int, severity: Severity, *, was: int, after: Usage
    ) -> Verdict:
        quota, now = case.params.quota, self.counted(after)
        ref = case.after.ref(ENI, group_id, "security_group")
        evidence = [
            from_fact(case.after, ref, name, value, note)
            for name, value, note in _shown(after, now, quota, f"; {was} before the call")
        ]
        return self.finding(
            case,
            _resource(case, group_id),
            f"{case.call.name} takes {group_id} past {percent} % of its address quota: {now} of {quota}",
            severity=severity,
            evidence=(*evidence, _quota(quota)),
        )

    def sweep(self, view: View, params: Any, now: float) -> Verdicts:
        groups = view.security_groups()
        if isinstance(groups, Unknown):
            return (self.sweep_undecided(groups.reason, view.ref(SECURITY_GROUP)),)
        return [verdict for group in groups for verdict in self._level(view, group, params)]

    def _level(self, view: View, group: SecurityGroup, params: Any) -> Iterator[Verdict]:
        if group.type is not None and group.type.lower() != self.group_type:
            return
        ref = view.ref(ENI, group.id, "security_group")
        members = view.enis_by("security_group", group.id)
        if isinstance(members, Unknown):
            yield self._unclear(group, members.reason, ref)
            return
        found = summed(members)
        if not isinstance(found, Usage):
            yield self._unclear(group, f"it is not known what {found} holds", ref)
            return
        used = self.counted(found)
        passed = [line for line in _lines(params) if used * 100 >= line[0] * params.quota]
        if passed and group.type is None:
            yield self._unclear(group, "its type is not known", view.ref(SECURITY_GROUP, group.id))
        elif passed:
            yield self._past(view, group, found, passed[0], params.quota)

    def _unclear(self, group: SecurityGroup, reason: str, ref: Ref) -> Verdict:
        subject = Resource(SECURITY_GROUP, group.id, group.managed)
        return self.sweep_undecided(f"{group.id}: {reason}", ref, subject=subject)

    def _past(
        self, view: View, group: SecurityGroup, found: Usage, line: tuple[int, Severity], quota: int
    ) -> Verdict:
        used, (percent, severity) = self.counted(found), line
        evidence = [from_view(view, name, value, note) for name, value, note in _shown(found, used, quota)]
        return self.sweep_finding(
            view,
            Resource(SECURITY_GROUP, group.id, group.managed),
            f"{group.id} is past {percent} % of its address quota: {used} of {quota}",
            severity=severity,
            evidence=(*evidence, _quota(quota)),
        )


class _Shares(Struct, frozen=True, forbid_unknown_fields=True):
    """From which share of the quota on, in percent, a finding is how severe."""

    #: All three are choices of this project (docs/sources.md, Domain).
    low_percent: Annotated[int, Meta(ge=1, le=100)] = 80
    medium_percent: Annotated[int, Meta(ge=1, le=100)] = 90
    high_percent: Annotated[int, Meta(ge=1, le=100)] = 100


def _lines(params: _Shares) -> tuple[tuple[int, Severity], ...]:
    """The shares of the quota, in percent, with their severities; the most severe first."""
    return (
        (params.high_percent, "high"),
        (params.medium_percent, "medium"),
        (params.low_percent, "low"),
    )


def _line_crossed(case: Case, was: int, now: int) -> tuple[int, Severity] | None:
    """The most severe line that a group is past after a call, and was not before it."""
    quota = case.params.quota
    for percent, severity in _lines(case.params):
        line = percent * quota
        crossed = was * 100 < line <= now * 100
        if case.trace is not None:
            case.check(f"{percent} % of {quota} are reached by this call", crossed, f"{was} → {now}")
        if crossed:
            return percent, severity
    return None


def _shown(found: Usage, used: int, quota: int, more: str = "") -> Iterator[tuple[str, int, str | None]]:
    """What a group holds, as name, number and note of the evidence."""
    yield "used", used, f"{used * 100 // quota} % of {quota}{more}"
    yield "addresses", found.addresses, "IPv4 and IPv6, primary ones included"
    yield "prefixes", found.prefixes, "each counts as one address"
    yield "ENIs", found.enis, None


def _quota(quota: int) -> Evidence:
    return Evidence("quota", quota, "addresses and prefixes per security group", "rule parameter")


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

    class Params(_Shares, frozen=True, forbid_unknown_fields=True):
        """``quota`` is the number of addresses a group takes.

        A finding is low from ``low_percent`` of it on, medium from ``medium_percent``, high from
        ``high_percent``.
        """

        #: Seed 002, Limitations: Security group.
        quota: Annotated[int, Meta(ge=1)] = 6_000

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

    class Params(_Shares, frozen=True, forbid_unknown_fields=True):
        """``quota`` is the number of addresses a group takes.

        A finding is low from ``low_percent`` of it on, medium from ``medium_percent``, high from
        ``high_percent``.
        """

        #: Seed 002, Limitations: Security group.
        quota: Annotated[int, Meta(ge=1)] = 65_536

    def counted(self, found: Usage) -> int:
        """ENIs, or addresses and prefixes, whichever are more."""
        return max(found.enis, found.total)


def _resource(case: Case, group_id: str) -> Resource:
    group = case.before.security_group(group_id)
    return Resource(SECURITY_GROUP, group_id, group.managed if isinstance(group, SecurityGroup) else None)
