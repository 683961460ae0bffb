"""Whether a resource is managed and by whom, and how that is known."""

from __future__ import annotations

from msgspec import Struct

from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.facts.view import View
from eniguard.model import Severity, Sweep
from eniguard.rules.owners import Owner, eni_owner, group_owner


class Ownership(Struct, frozen=True, gc=False):
    """Whether a resource is managed (``None``: not known), the trusted service behind it, and how we know."""

    managed: bool | None
    owner_service: str | None = None
    why: str | None = None


class Reported(Struct, frozen=True, gc=False):
    """What a rule of the sweep says of a resource."""

    rule: str
    severity: Severity
    summary: str


def ownership(one: Eni | SecurityGroup, view: View) -> Ownership:
    """Who has a resource; of one that is not managed nothing more is said."""
    if one.managed is False:
        return Ownership(managed=False)
    owner = eni_owner(one) if isinstance(one, Eni) else group_owner(one, view.service_ids)
    return Ownership(one.managed, owner.service, _why(one, owner, view))


def managed_text(one: Ownership) -> str:
    """Whether it is managed, in a word or two."""
    return {True: "yes", False: "no", None: "not known"}[one.managed]


def by_subject(sweep: Sweep) -> dict[str, list[Reported]]:
    """The findings of a sweep in short, by the id of their subject."""
    found: dict[str, list[Reported]] = {}
    for one in sweep.findings:
        found.setdefault(one.subject.id, []).append(Reported(one.rule, one.severity, one.summary))
    return found


def _why(one: Eni | SecurityGroup, owner: Owner, view: View) -> str | None:
    if owner.service is None:
        return "neither its Description nor guard.yml names a service" if one.managed else None
    if isinstance(one, SecurityGroup) and view.service_ids.get(one.service_id or "") == owner.service:
        return f"guard.yml names the service of ServiceID {one.service_id}"
    return "its Description names the service"
