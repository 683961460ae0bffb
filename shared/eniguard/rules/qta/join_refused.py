"""Calls that a limit of security groups turned away."""

from __future__ import annotations

from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.rules.base import REFUSED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.qta.usage import FILLS_GROUP

_GROUP_FULL = "the security group takes no further instance, ENI or address"
_TOO_MANY_GROUPS = "the instance or ENI is in as many security groups as it may be"

#: The codes of the two limits. The error tables of ECS spell the first both with and without "ed" (openapi.md
#: 1.6); the second is taken in both forms, too.
LIMIT_CODES = {
    "SecurityGroupInstanceLimitExceed": _GROUP_FULL,
    "SecurityGroupInstanceLimitExceeded": _GROUP_FULL,
    "InstanceSecurityGroupLimitExceed": _TOO_MANY_GROUPS,
    "InstanceSecurityGroupLimitExceeded": _TOO_MANY_GROUPS,
}


class GroupJoinRefused(Rule):
    """QTA003."""

    code = "QTA003"
    name = "sg-join-refused"
    severity = "high"
    actions = FILLS_GROUP | {"ecs:RunInstances", "ecs:CreateInstance"}
    outcomes = REFUSED
    summary = "A call was refused because a limit of security groups is reached."
    why = "New instances and ENIs that need the group cannot start until there is room."
    advice = (
        "If the group is full, use another group for new ENIs, take unused ENIs out, or ask for a higher "
        "quota in Quota Center. If the instance is in too many groups, take it out of one first."
    )
    references = (
        Reference("IP prefixes", "Limitations: Security group"),
        Reference("Basic and advanced security groups", "Quotas"),
    )
    false_positives = "A client that retries with another group on its own is reported all the same."

    def evaluate(self, case: Case) -> Verdicts:
        call = case.call
        code = call.error_code or ""
        if not case.check("the error code names a limit of security groups", code in LIMIT_CODES, code):
            return ()
        groups = list(dict.fromkeys(call.ids(SECURITY_GROUP, "group")))
        enis = tuple(Resource(ENI, one) for one in call.ids(ENI, "subject", "used"))
        subjects = [Resource(SECURITY_GROUP, one) for one in groups] or list(enis[:1])
        evidence = [Evidence("error-code", code, LIMIT_CODES[code])]
        if len(groups) > 1:
            evidence.append(Evidence("security-groups", groups, "the refusal does not say which of them"))
        return tuple(
            self.finding(
                case,
                subject,
                f"{call.name} was refused with {code}: {LIMIT_CODES[code]}",
                inventory="partial" if len(subjects) > 1 else "known",
                evidence=evidence,
                others=enis if subject.kind == SECURITY_GROUP else (),
            )
            for subject in subjects or [Resource(SECURITY_GROUP, "(not named)")]
        )
