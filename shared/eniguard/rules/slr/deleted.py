"""Service-linked roles that somebody asked to delete."""

from __future__ import annotations

from eniguard.model import Finding, Reference, Resource
from eniguard.model.kinds import ROLE
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.slr.in_use import (
    MOST_NAMED,
    doubt,
    in_use,
    in_use_evidence,
    inventory,
    named,
    needs_managed,
    resources_of,
)
from eniguard.rules.slr.named import DOCUMENT, role_resource


class SlrDeleteRequested(Rule):
    """SLR002."""

    code = "SLR002"
    name = "slr-delete-requested"
    severity = "medium"
    summary = "Somebody asked for a service-linked role to be deleted."
    why = (
        "Without its role the service can no longer manage or remove what it made; managed ENIs and groups "
        "that are left behind cannot be removed by the account."
    )
    advice = (
        "Ask who wanted this. Release every instance of the service first; the deletion runs as a task and "
        "fails while the role is in use."
    )
    actions = frozenset(("ram:DeleteServiceLinkedRole",))
    outcomes = SUCCEEDED
    references = (Reference(DOCUMENT, "Delete the role"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "ecs:DescribeSecurityGroups")
    false_positives = (
        "Clean-up after a service is no longer used. The call only starts the deletion, and only the region "
        "of the event is looked at."
    )

    needs = staticmethod(needs_managed)

    def evaluate(self, case: Case) -> Verdicts:
        return [self._requested(case, name) for name in case.call.ids(ROLE, "subject") or ("(not named)",)]

    def _requested(self, case: Case, role: str) -> Finding:
        kinds = in_use(case, role)
        resources = resources_of(kinds)
        evidence = [in_use_evidence(case, kind) for kind in kinds]
        seen = named(resources) or doubt(kinds) or "none"
        subject = role_resource(role)
        summary = f"the deletion of {role} was asked for"
        if case.check("the role's service still has managed ENIs or groups", bool(resources), seen):
            return self.finding(
                case,
                subject,
                f"{summary} while its service still manages {len(resources)} ENIs or security groups here",
                severity="high",
                evidence=evidence,
                others=resources[:MOST_NAMED],
                advice=_release_first(subject, resources),
            )
        if all(kind.certain for kind in kinds):
            return self.finding(case, subject, summary, evidence=evidence)
        return self.finding(
            case,
            subject,
            f"{summary}; whether its service still manages something here is not known",
            severity="high",
            inventory=inventory(kinds),
            evidence=evidence,
        )


def _release_first(role: Resource, resources: list[Resource]) -> str:
    owner = role.owner_service or "the service"
    return (
        f"Release the instances of {owner} first; what it still manages here: {named(resources)}. The "
        "deletion task fails while the role is in use. If the role is gone and the service still needed, "
        "create it again."
    )
