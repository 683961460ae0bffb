"""Service-linked roles that somebody asked to delete."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.state import reference
from eniguard.model import Evidence, Finding, Reference, Resource
from eniguard.model.finding import Inventory
from eniguard.model.kinds import ENI, ROLE, SECURITY_GROUP
from eniguard.roles import role_named
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.owners import Owner, eni_owner, group_owner, same_role
from eniguard.rules.slr.named import DOCUMENT, role_resource

_MANAGED = ("managed", "true")
#: How many resources still in use a finding names; their number is in the evidence.
_MOST_NAMED = 20


class _InUse(Struct, frozen=True):
    """The managed resources of one kind that a role's service still has, and how sure that is."""

    kind: str
    ref: Ref
    found: tuple[Resource, ...] = ()
    nobodys: int = 0
    unknown: str | None = None

    @property
    def certain(self) -> bool:
        """Whether nothing of this kind can have been overlooked."""
        return self.unknown is None and not self.nobodys

    def note(self) -> str | None:
        """Why it is not certain; ``None`` when it is."""
        if self.unknown is not None:
            return f"no listing: {self.unknown}"
        return f"of {self.nobodys} more it is not known which service manages them" if self.nobodys else None


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

    def needs(self, call: Call, facts: Facts) -> Iterable[Ref]:
        return (reference(call, kind, "true", "managed") for kind in (ENI, SECURITY_GROUP))

    def evaluate(self, case: Case) -> Verdicts:
        return [self._requested(case, name) for name in case.call.ids(ROLE, "subject") or ("(not named)",)]

    def _requested(self, case: Case, role: str) -> Finding:
        kinds = (_enis(case, role), _groups(case, role))
        in_use = [resource for kind in kinds for resource in kind.found]
        evidence = [_evidence(case, kind) for kind in kinds]
        seen = ", ".join(one.id for one in in_use[:_MOST_NAMED]) or _doubt(kinds) or "none"
        subject = role_resource(role)
        summary = f"the deletion of {role} was asked for"
        if case.check("the role's service still has managed ENIs or groups", bool(in_use), seen):
            return self.finding(
                case,
                subject,
                f"{summary} while its service still manages {len(in_use)} ENIs or security groups here",
                severity="high",
                evidence=evidence,
                others=in_use[:_MOST_NAMED],
                advice=_release_first(subject, in_use),
            )
        if all(kind.certain for kind in kinds):
            return self.finding(case, subject, summary, evidence=evidence)
        return self.finding(
            case,
            subject,
            f"{summary}; whether its service still manages something here is not known",
            severity="high",
            inventory=_inventory(kinds),
            evidence=evidence,
        )


def _enis(case: Case, role: str) -> _InUse:
    listed = case.after.enis(*_MANAGED)
    ref = case.after.ref(ENI, "true", "managed")
    if isinstance(listed, Unknown):
        return _InUse(ENI, ref, unknown=listed.reason)
    return _of_role(ENI, ref, role, [(one, eni_owner(one)) for one in listed])


def _groups(case: Case, role: str) -> _InUse:
    listed = case.after.security_groups(*_MANAGED)
    ref = case.after.ref(SECURITY_GROUP, "true", "managed")
    if isinstance(listed, Unknown):
        return _InUse(SECURITY_GROUP, ref, unknown=listed.reason)
    services = case.policy.actors.service_ids
    return _of_role(SECURITY_GROUP, ref, role, [(one, group_owner(one, services)) for one in listed])


def _of_role(kind: str, ref: Ref, role: str, owned: Iterable[tuple[Eni | SecurityGroup, Owner]]) -> _InUse:
    """Sort a listing into what is the role's, and what could be."""
    found: list[Resource] = []
    nobodys = 0
    for one, owner in owned:
        own = _is_of(owner, role)
        if own:
            found.append(Resource(kind, one.id, True, owner.service))
        elif own is None:
            nobodys += 1
    return _InUse(kind, ref, tuple(found), nobodys)


def _is_of(owner: Owner, role: str) -> bool | None:
    """Whether a resource belongs to the service of a role; ``None`` when that cannot be told.

    The role that made it decides; else its service has to be the role's, not just of the same product: ALB's
    log delivery has a role of its own.
    """
    if owner.role is not None:
        return same_role(owner.role, role)
    listed = role_named(role)
    if owner.service is None or listed is None or listed.service is None:
        return None
    return owner.service == listed.service


def _inventory(kinds: tuple[_InUse, ...]) -> Inventory:
    return "unknown" if all(kind.unknown is not None for kind in kinds) else "partial"


def _doubt(kinds: tuple[_InUse, ...]) -> str:
    return "; ".join(note for kind in kinds if (note := kind.note()) is not None)


def _evidence(case: Case, kind: _InUse) -> Evidence:
    name = f"managed-{'enis' if kind.kind == ENI else 'security-groups'}-in-{case.call.region or 'no-region'}"
    value = None if kind.unknown is not None else len(kind.found)
    return from_fact(case.after, kind.ref, name, value, kind.note())


def _release_first(role: Resource, in_use: list[Resource]) -> str:
    owner = role.owner_service or "the service"
    named = ", ".join(one.id for one in in_use[:_MOST_NAMED])
    return (
        f"Release the instances of {owner} first; what it still manages here: {named}. The deletion task "
        "fails while the role is in use. If the role is gone and the service still needed, create it again."
    )
