"""Writes on managed security groups, and uses of them, that the platform refused."""

from __future__ import annotations

from collections.abc import Iterable

from eniguard.events.calls import Call
from eniguard.events.catalog import APIS
from eniguard.events.outcomes import GROUP_MANAGED
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.model import Reference, Resource
from eniguard.model.kinds import SECURITY_GROUP
from eniguard.rules.base import REFUSED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.managed import refusals, refused_elsewhere
from eniguard.rules.permissions import sg_row
from eniguard.rules.sg.writes import USES
from eniguard.rules.subjects import group_subjects, needs_groups

_TABLE = Reference("Managed security groups", "Permissions on API operations")
_ALL = frozenset(api.action for api in APIS.values() if api.write and api.product in ("ecs", "vpc"))


def blames_a_group(call: Call) -> bool:
    """Whether a refusal is about a managed group."""
    return call.error_code == GROUP_MANAGED


def needs_refused_groups(call: Call, facts: Facts) -> Iterable[Ref]:
    """The groups of a refusal that is about a managed group; of no other refusal."""
    return needs_groups(call, facts) if blames_a_group(call) else ()


class _ManagedGroupRefusal(Rule):
    """What both rules share: the code says that one of the groups is managed, not which one."""

    outcomes = REFUSED
    references = (_TABLE,)
    permissions = ("ecs:DescribeSecurityGroups",)

    concerns = staticmethod(blames_a_group)
    needs = staticmethod(needs_refused_groups)

    def evaluate(self, case: Case) -> Verdicts:
        code = case.call.error_code
        if not case.check(
            "the error code says that a security group is managed", code == GROUP_MANAGED, code
        ):
            return ()
        subjects = group_subjects(case)
        if not case.check("the call names a security group", bool(subjects), [one.name for one in subjects]):
            return [refused_elsewhere(self, case, Resource(SECURITY_GROUP, "(not named)"))]
        return refusals(self, case, subjects, sg_row(case.call.action))


class ManagedGroupWriteRefused(_ManagedGroupRefusal):
    """SG001."""

    code = "SG001"
    name = "managed-sg-write-refused"
    severity = "low"
    summary = "A write on a managed security group was refused by the platform."
    why = (
        "The rules and members of a managed group are the affair of the service that made it; what the "
        "caller wanted has to be set at that service, or in a group of your own."
    )
    advice = (
        "Leave the group alone. Set access at the service it belongs to, or use a security group of your "
        "own; the group itself goes when the instance of the service is released."
    )
    actions = _ALL - USES
    false_positives = (
        "Terraform repeats the call until its timeout. The managed group may also be the one named as source "
        "or destination of a rule, not the one whose rules were to change."
    )


class ManagedGroupUseRefused(_ManagedGroupRefusal):
    """SG002."""

    code = "SG002"
    name = "managed-sg-use-refused"
    severity = "low"
    summary = "An ENI or instance was to be put into a managed security group, which the platform refused."
    why = "Only the service that a managed group was made for may put something into it."
    advice = (
        "Take a security group of your own for the ENI or instance. Templates that list all groups of a VPC "
        "should leave out those with ServiceManaged = true."
    )
    actions = USES
    false_positives = "Templates and scaling groups repeat the same call; one correction ends all of them."
