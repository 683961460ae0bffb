"""Managed ENIs that nothing uses any more."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from eniguard.facts.kinds import Eni, Role
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.model import Reference, Resource
from eniguard.model.kinds import ENI, ROLE
from eniguard.roles import role_named, role_of_service
from eniguard.rules.base import Verdict, Verdicts
from eniguard.rules.managed import described, release_advice
from eniguard.rules.owners import eni_owner
from eniguard.rules.sweep import SweepRule, age_of, from_view

_HOUR = 3600
#: The status of an ENI that no instance uses and nothing is being done to, in lower case.
_UNUSED = "available"


class ManagedEniOrphaned(SweepRule):
    """ENI007: by its age, which a listing tells; since when it is unused no listing says."""

    code = "ENI007"
    name = "managed-eni-orphaned"
    severity = "low"
    kinds = (ENI, ROLE)
    summary = "Nothing uses a managed ENI that is a day old or more, or whose service has no role any more."
    why = (
        "It keeps an address, and while it is there its vSwitch and security groups cannot be deleted. Only "
        "its service can remove it."
    )
    advice = (
        "Find the instance of the cloud service that made the ENI, and release it there. If there is none, "
        "open a ticket with that service; the ENI itself cannot be deleted by the account."
    )
    references = (Reference("Managed ENIs", "Overview"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "ram:ListRoles")
    false_positives = (
        "A service that detaches an ENI for a short while, or keeps one in store, is reported if the sweep "
        "comes just then; the next sweep tells."
    )

    class Params(Struct, frozen=True, forbid_unknown_fields=True):
        """``hours`` is the age from which an unused ENI counts as orphaned."""

        #: An ENI in mid-attach looks unused for some minutes (docs/sources.md, Domain).
        hours: Annotated[int, Meta(ge=1)] = 24

    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        enis = view.enis()
        if isinstance(enis, Unknown):
            return (self.undecided(enis.reason, view.ref(ENI)),)
        verdicts = (self._one(view, eni, params.hours * _HOUR, now) for eni in enis)
        return [verdict for verdict in verdicts if verdict is not None]

    def _one(self, view: View, eni: Eni, grace: int, now: float) -> Verdict | None:
        if eni.managed is False or (eni.status or _UNUSED).lower() != _UNUSED:
            return None
        age = age_of(eni.created_at, now)
        without_role = role_gone(view, eni)
        if age is not None and age < grace and not without_role:
            return None
        if missing := _missing(eni, age, without_role=without_role):
            reason = f"{eni.id} may be orphaned, but {missing}"
            return self.undecided(reason, view.ref(ENI, eni.id), subject=Resource(ENI, eni.id, eni.managed))
        subject = Resource(ENI, eni.id, managed=True, owner_service=eni_owner(eni).service)
        evidence = [from_view(view, "Status", eni.status), from_view(view, "CreationTime", eni.created_at)]
        if eni.description:
            evidence.append(from_view(view, "Description", eni.description))
        if without_role:
            evidence.append(from_view(view, "role", None, f"no role of {subject.owner_service} is left"))
        return self.finding(
            view,
            subject,
            f"{described(subject)} and nothing uses it{_since(age, grace, without_role=without_role)}",
            evidence=evidence,
            advice=release_advice(subject),
        )


def role_gone(view: View, eni: Eni) -> bool:
    """Whether the service behind an ENI is known, and no role of the account is one of that service."""
    service, roles = eni_owner(eni).service, view.roles()
    if service is None or role_of_service(service) is None or isinstance(roles, Unknown):
        return False
    return not any(_serves(role, service) for role in roles)


def _serves(role: Role, service: str) -> bool:
    listed = role_named(role.id)
    return service in (role.services or ()) or (listed is not None and listed.service == service)


def _missing(eni: Eni, age: float | None, *, without_role: bool) -> str:
    """What is missing to tell that an ENI is orphaned; empty when nothing is."""
    if eni.managed is None:
        return "it is not known whether it is managed"
    if eni.status is None:
        return "its status is not known"
    return "" if age is not None or without_role else "it is not known when it was made"


def _since(age: float | None, grace: int, *, without_role: bool) -> str:
    if age is not None and age >= grace:
        return f"; it was made {int(age // _HOUR)} hours ago"
    return "; its service has no role in the account" if without_role else ""
