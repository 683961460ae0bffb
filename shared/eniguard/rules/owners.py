"""Whose a managed resource is: the service that made it, and whether a caller is that service.

The role whose call made the resource is the best witness. After it comes the ServiceID of a security group,
as far as guard.yml says which service that number stands for, and last the free-text Description.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.model import Actor
from eniguard.roles import owner_service, role_named

_DOMAIN = ".aliyuncs.com"


class Owner(Struct, frozen=True, gc=False):
    """The service behind a managed resource.

    ``service`` is its trusted service (``nat.aliyuncs.com``), ``role`` the role that made the resource when
    that call is on record; ``None`` where not known.
    """

    service: str | None = None
    role: str | None = None


NOBODY_KNOWN = Owner()


def eni_owner(eni: Eni) -> Owner:
    """The service behind a managed ENI."""
    return Owner(_service_of(eni.created_by) or owner_service(eni.description), eni.created_by)


def group_owner(group: SecurityGroup, service_ids: Mapping[str, str]) -> Owner:
    """The service behind a managed security group; ``service_ids`` names services by ServiceID."""
    learned = service_ids.get(group.service_id) if group.service_id else None
    service = _service_of(group.created_by) or learned or owner_service(group.description)
    return Owner(service, group.created_by)


def owned_by(owner: Owner, actor: Actor) -> bool | None:
    """Whether a service's call is on what is its own; ``None`` when that cannot be told.

    Two trusted services of one product (``rds-ecs-service.rds`` and ``rdsproxy-onecs.rds``) count as one.
    """
    if owner.role is not None and actor.role is not None and same_role(owner.role, actor.role):
        return True
    if owner.service is not None and actor.service is not None:
        return _product(owner.service) == _product(actor.service)
    return False if owner.role is not None else None


def same_role(one: str, other: str) -> bool:
    """Whether two role names are one role; case and a custom suffix do not count."""
    return _role_key(one) == _role_key(other)


def _role_key(name: str) -> str:
    listed = role_named(name)
    return (name if listed is None else listed.name).lower()


def _service_of(role: str | None) -> str | None:
    listed = None if role is None else role_named(role)
    return None if listed is None else listed.service


def _product(service: str) -> str:
    """The last label of a trusted service: ``rds`` of ``rds-ecs-service.rds.aliyuncs.com``."""
    return service.lower().removesuffix(_DOMAIN).rpartition(".")[2]
