"""What the service of a role still has managed in the account, as far as one region tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.state import reference
from eniguard.model import Evidence, Resource
from eniguard.model.finding import Inventory
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.roles import role_named
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.owners import Owner, eni_owner, group_owner, same_role

_MANAGED = ("managed", "true")
#: How many resources still in use a finding names; their number is in the evidence.
MOST_NAMED = 20


class InUse(Struct, frozen=True):
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


def needs_managed(call: Call, facts: Facts) -> Iterable[Ref]:
    """All managed ENIs and security groups of the region of the call."""
    return (reference(call, kind, "true", "managed") for kind in (ENI, SECURITY_GROUP))


def in_use(case: Case, role: str) -> tuple[InUse, InUse]:
    """The managed ENIs and security groups of a role's service, as they are after the call."""
    return _enis(case, role), _groups(case, role)


def resources_of(kinds: Sequence[InUse]) -> list[Resource]:
    """What is still in use, of all kinds."""
    return [resource for kind in kinds for resource in kind.found]


def named(resources: Sequence[Resource]) -> str:
    """The ids of the first ones, for a sentence."""
    return ", ".join(one.id for one in resources[:MOST_NAMED])


def doubt(kinds: Sequence[InUse]) -> str:
    """Why it is not certain that nothing else is in use; empty when it is."""
    return "; ".join(note for kind in kinds if (note := kind.note()) is not None)


def inventory(kinds: Sequence[InUse]) -> Inventory:
    """How much of what is in use is known."""
    if all(kind.certain for kind in kinds):
        return "known"
    return "unknown" if all(kind.unknown is not None for kind in kinds) else "partial"


def in_use_evidence(case: Case, kind: InUse) -> Evidence:
    """How many resources of one kind are still in use, and where that was read."""
    name = f"managed-{'enis' if kind.kind == ENI else 'security-groups'}-in-{case.call.region or 'no-region'}"
    value = None if kind.unknown is not None else len(kind.found)
    return from_fact(case.after, kind.ref, name, value, kind.note())


def _enis(case: Case, role: str) -> InUse:
    listed = case.after.enis(*_MANAGED)
    ref = case.after.ref(ENI, "true", "managed")
    if isinstance(listed, Unknown):
        return InUse(ENI, ref, unknown=listed.reason)
    return _of_role(ENI, ref, role, [(one, eni_owner(one)) for one in listed])


def _groups(case: Case, role: str) -> InUse:
    listed = case.after.security_groups(*_MANAGED)
    ref = case.after.ref(SECURITY_GROUP, "true", "managed")
    if isinstance(listed, Unknown):
        return InUse(SECURITY_GROUP, ref, unknown=listed.reason)
    services = case.policy.actors.service_ids
    return _of_role(SECURITY_GROUP, ref, role, [(one, group_owner(one, services)) for one in listed])


def _of_role(kind: str, ref: Ref, role: str, owned: Iterable[tuple[Eni | SecurityGroup, Owner]]) -> InUse:
    """Sort a listing into what is the role's, and what could be."""
    found: list[Resource] = []
    nobodys = 0
    for one, owner in owned:
        own = _is_of(owner, role)
        if own:
            found.append(Resource(kind, one.id, True, owner.service))
        elif own is None:
            nobodys += 1
    return InUse(kind, ref, tuple(found), nobodys)


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
