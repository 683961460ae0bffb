"""Service-linked roles that were created, or that the caller was not allowed to create."""

from __future__ import annotations

import json
import re

from eniguard.events.catalog.ram import CREATES_ROLE_ON_THE_WAY
from eniguard.events.outcomes import cause_of
from eniguard.model import Evidence, Reference
from eniguard.roles import policy_of
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.slr.named import DOCUMENT, role_to_create

CREATE = "ram:CreateServiceLinkedRole"

#: What a trusted service name may hold. The name in an event comes from outside: only one that is made of
#: these characters goes into a statement that somebody is told to attach.
_SERVICE_NAME = re.compile(r"[a-z0-9.-]{1,128}")


class SlrCreated(Rule):
    """SLR001."""

    code = "SLR001"
    name = "slr-created"
    severity = "info"
    summary = "A service-linked role was created."
    why = "From now on that service can make and change resources in the account, managed ENIs among them."
    advice = (
        "Check that somebody meant to start using this service. If not, release what was bought, delete the "
        "role, and take ram:CreateServiceLinkedRole for this service from whoever should not have it."
    )
    actions = frozenset((CREATE, *(f"ram:{name}" for name in CREATES_ROLE_ON_THE_WAY)))
    outcomes = SUCCEEDED
    references = (Reference(DOCUMENT, "Create the role"),)
    false_positives = (
        "Buying an instance in a console creates the role on the way, and a few services create the role of "
        "PrivateLink for themselves."
    )

    def evaluate(self, case: Case) -> Verdicts:
        subject, service = role_to_create(case.call)
        evidence = [Evidence("trusted-service", service, None if service else "the event does not name it")]
        for_creator = self._creator_needs_it(case, service)
        if for_creator:
            note = "the stored policy of this role lets it create exactly this service's role"
            evidence.append(Evidence("created-by", case.actor.role, note))
        summary = f"the service-linked role {subject.id} was created"
        approved = case.policy.actors.approved_services
        if approved is None or for_creator:
            return [self.finding(case, subject, summary, evidence=evidence)]
        listed = service is not None and service.lower() in (one.lower() for one in approved)
        if case.check("the service is on the list of approved services", listed, service or "not recorded"):
            return [self.finding(case, subject, summary, evidence=evidence)]
        return [
            self.finding(
                case,
                subject,
                f"{summary}, and its service is not on the list of approved services",
                severity="medium",
                inventory="unknown" if service is None else "known",
                evidence=[*evidence, Evidence("approved-services", list(approved), source="policy")],
            )
        ]

    def _creator_needs_it(self, case: Case, service: str | None) -> bool:
        """Whether the caller is a service role whose own policy foresees this creation."""
        if case.actor.kind != "service" or case.actor.role is None or service is None:
            return False
        policy = policy_of(case.actor.role)
        foreseen = policy is not None and service.lower() in policy.creates_roles_of
        return case.check("the creating service's policy foresees this role", foreseen, case.actor.role)


class SlrCreateDenied(Rule):
    """SLR011."""

    code = "SLR011"
    name = "slr-create-denied"
    severity = "low"
    summary = "Somebody may not create the service-linked role that a service needs."
    why = "The service cannot start without its role: opening an instance fails until the role exists."
    advice = (
        "Have somebody with the right create the role once, or attach a policy that allows "
        "ram:CreateServiceLinkedRole on the condition that ram:ServiceName is the service's name."
    )
    actions = frozenset((CREATE,))
    outcomes = frozenset(("denied",))
    references = (Reference(DOCUMENT, "Create the role"),)
    false_positives = "The role may exist already, created by somebody else a moment later."

    def evaluate(self, case: Case) -> Verdicts:
        code = case.call.error_code or ""
        if not case.check("a right is missing, not valid credentials", cause_of(code) == "permission", code):
            return ()
        subject, service = role_to_create(case.call)
        usable = service is not None and _SERVICE_NAME.fullmatch(service) is not None
        case.check("the event names the service in the form of a service name", usable, service)
        return [
            self.finding(
                case,
                subject,
                f"creating the service-linked role {subject.id} was denied: the right {CREATE} is missing",
                evidence=(Evidence("error-code", code), Evidence("trusted-service", service)),
                advice=_advice(service) if service is not None and usable else None,
            )
        ]


def _advice(service: str) -> str:
    return (
        "If this caller should set the service up, attach this policy; if not, have somebody else create the "
        f"role once: {json.dumps(_statement(service))}"
    )


def _statement(service: str) -> dict[str, object]:
    """The policy that the document tells to attach, for one service."""
    return {
        "Version": "1",
        "Statement": [
            {
                "Action": CREATE,
                "Resource": "*",
                "Effect": "Allow",
                "Condition": {"StringEquals": {"ram:ServiceName": service}},
            }
        ],
    }
