"""Deletions of service-linked roles that did not go through."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.events.catalog.ram import DELETION, STATUS_OF_DELETION
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.model import Evidence, Finding, Reference, Resource, finding_id
from eniguard.model.kinds import ROLE
from eniguard.rules.base import ANY_ACTOR, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.permissions import API_GATEWAY_POLICY
from eniguard.rules.slr.in_use import (
    MOST_NAMED,
    in_use,
    in_use_evidence,
    inventory,
    named,
    needs_managed,
    resources_of,
)
from eniguard.rules.slr.named import DOCUMENT, role_resource

#: How a deletion task ends that did not delete the role (docs/sources.md, API).
FAILED = frozenset(("FAILED", "INTERNAL_ERROR"))
#: How the id of a task begins; the service, the role and a GUID follow (docs/sources.md, API).
_TASK = "task/acs-service-role/"
#: The two refusals of DeleteServiceLinkedRole: there is no such role, or it is no service-linked one.
_NO_SUCH_ROLE = "EntityNotExist"
_NOT_NAMED = "(not named)"

#: Where an instance is released, for the service whose document says it; own words.
_RELEASE = {
    API_GATEWAY_POLICY.service: (
        "In the API Gateway console, under Instances and Clusters > Dedicated Instances, find each dedicated "
        "instance of the VPC type on the Instances tab and choose Release Instance."
    )
}


class _Failure(Struct, frozen=True):
    """A deletion that failed: what is said of it, and what the platform says still uses the role.

    ``task`` is the id of the task that failed, if it was one and is recorded.
    """

    role: str
    said: str
    evidence: tuple[Evidence, ...]
    task: str = ""


class SlrDeleteFailed(Rule):
    """SLR003.

    How a task ended is said by the answer to whoever asked for its status. The sweep asks, too, and has the
    answer judged as part of the deletion itself: a response with a ``Status``. Whoever asks, and however
    often, a task that failed is one finding.
    """

    code = "SLR003"
    name = "slr-delete-failed"
    severity = "info"
    summary = "A service-linked role was not deleted: the request was refused, or its task failed."
    why = (
        "The role stays and the service can go on using it. The call only starts a task, so whoever asked "
        "may believe that the role is gone."
    )
    advice = (
        "Release every instance of the service in its own console and wait until what it manages is gone; "
        "then, in the RAM console under Identities > Roles, find the role and choose Delete Role."
    )
    actions = frozenset((DELETION, STATUS_OF_DELETION))
    outcomes = frozenset(("ok", "refused"))
    actors = ANY_ACTOR - {"self"}
    references = (Reference(DOCUMENT, "Delete the role"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "ecs:DescribeSecurityGroups")
    false_positives = (
        "Somebody asks early and waits for the task to fail, to learn what still uses the role. Only the "
        "region of the event is looked at."
    )

    def needs(self, call: Call, facts: Facts) -> Iterable[Ref]:
        return needs_managed(call, facts) if _failure(call) is not None else ()

    def evaluate(self, case: Case) -> Verdicts:
        call = case.call
        if call.action == STATUS_OF_DELETION and call.outcome == "ok" and not _status(call):
            return [self._not_said(case)]
        failure = _failure(call)
        seen = call.error_code or _status(call) or "accepted"
        if not case.check("the deletion was refused or its task failed", failure is not None, seen):
            return ()
        return [] if failure is None else [self._failed(case, failure)]

    def _not_said(self, case: Case) -> Verdict:
        case.check("the event holds the answer", False)
        role = _role_of_task(_task(case.call))
        ref = case.before.ref(ROLE, role)
        return self.undecided(case, "the event does not hold the answer", ref, subject=role_resource(role))

    def _failed(self, case: Case, failure: _Failure) -> Finding:
        kinds = in_use(case, failure.role)
        resources = resources_of(kinds)
        subject = role_resource(failure.role)
        case.check("managed resources of its service are known", bool(resources), named(resources) or "none")
        found = self.finding(
            case,
            subject,
            f"{failure.role} was not deleted: {failure.said}",
            inventory=inventory(kinds),
            evidence=(*failure.evidence, *[in_use_evidence(case, kind) for kind in kinds]),
            others=resources[:MOST_NAMED],
            advice=_steps(subject, resources),
        )
        if not failure.task:
            return found
        return replace(found, finding_id=finding_id(failure.task, self.code, subject.kind, subject.id))


def _failure(call: Call) -> _Failure | None:
    """What failed, or ``None`` when nothing did."""
    if _status(call) in FAILED:
        return _failed_task(call)
    code = call.error_code
    if call.action != DELETION or call.outcome != "refused" or code is None or code.startswith(_NO_SUCH_ROLE):
        return None
    role = next(iter(call.ids(ROLE, "subject")), _NOT_NAMED)
    return _Failure(role, f"the request was refused with {code}", (Evidence("error-code", code),))


def _failed_task(call: Call) -> _Failure:
    evidence = [Evidence("status", _status(call))]
    evidence += [Evidence("message", text) for text in call.response.get("Message", ())]
    using = call.response.get("Resource", ())
    if using:
        more = len(using) - MOST_NAMED
        note = f"and {more} more" if more > 0 else None
        evidence.append(Evidence("used-by", list(using[:MOST_NAMED]), note))
    task = _task(call)
    return _Failure(_role_of_task(task), "the deletion task failed", tuple(evidence), task)


def _status(call: Call) -> str | None:
    return next(iter(call.response.get("Status", ())), None)


def _task(call: Call) -> str:
    """The task that a call asked about or, of a deletion, started; empty where that is not recorded."""
    return call.parameters.text("DeletionTaskId") or next(iter(call.response.get("DeletionTaskId", ())), "")


def _role_of_task(task: str) -> str:
    parts = task.removeprefix(_TASK).split("/") if task.startswith(_TASK) else []
    return parts[1] if len(parts) > 1 and parts[1] else _NOT_NAMED


def _steps(role: Resource, resources: list[Resource]) -> str:
    service = role.owner_service or "the service"
    release = _RELEASE.get(
        service, f"In the console of {service}, release every instance that uses the role."
    )
    left = f" What it still manages here: {named(resources)}." if resources else ""
    return (
        f"{release}{left} When that is gone, open Identities > Roles in the RAM console, find {role.id} and "
        "choose Delete Role."
    )
