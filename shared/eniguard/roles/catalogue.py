"""The index of service roles: 211 service-linked roles and 8 older service roles.

Names, trusted services and policy names come from the Terraform module
alibabacloud-automation/terraform-alicloud-service-linked-role (commit fd0c0685, 2026-04-22); where
``data/role_index.json`` has a ``source``, from the policy document of the role in ``data/policies``, or from
a recorded event. A ``note`` marks what is not documented: four trusted services that are inferred from
naming, two slips of the Terraform module (``published`` keeps what it has), and one role of an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import Struct

from eniguard.roles.files import content

RoleKind = Literal["service_linked_role", "service_role"]

_VENDOR = "aliyun"
_SERVICE_LINKED = "aliyunservicerolefor"


class ServiceRole(Struct, frozen=True, gc=False, cache_hash=True):
    """One role that cloud services act through.

    ``service`` is the trusted service (``nat.aliyuncs.com``) and ``policy`` the policy attached to the role;
    either is ``None`` when not known. ``kind`` tells service-linked roles, which only the service can edit,
    from older service roles, which are ordinary roles that an authorisation page makes.
    """

    name: str
    service: str | None
    policy: str | None
    kind: RoleKind

    @property
    def service_linked(self) -> bool:
        """Whether it is a service-linked role."""
        return self.kind == "service_linked_role"


@lru_cache(maxsize=1)
def index() -> Mapping[str, ServiceRole]:
    """All roles of the index by their name in lower case."""
    roles = msgspec.json.decode(content("role_index.json"), type=list[ServiceRole])
    return {role.name.lower(): role for role in roles}


@lru_cache(maxsize=1)
def _by_service() -> Mapping[str, ServiceRole]:
    return {role.service: role for role in index().values() if role.service_linked and role.service}


@lru_cache(maxsize=4096)
def role_named(name: str) -> ServiceRole | None:
    """The role of the index behind a role name, or ``None``.

    Case does not matter: recorded events spell role names in lower case. A service-linked role may carry a
    custom suffix after ``_``. ``name`` is the role part of a caller, never its session name.
    """
    lower = _lower(name)
    found = index().get(lower)
    if found is not None or "_" not in lower:
        return found
    base = index().get(lower.partition("_")[0])
    return base if base is not None and base.service_linked else None


def role_of_service(service: str) -> ServiceRole | None:
    """The service-linked role of a trusted service, compared without case; ``None`` when not known."""
    return _by_service().get(service.lower())


def looks_like_service_role(name: str) -> bool:
    """Whether a role name has the form that service roles have: ``Aliyun*Role*``, in any case."""
    return _lower(name).startswith(_VENDOR) and "role" in _lower(name)


def service_linked_form(name: str) -> bool:
    """Whether a role name begins as those of service-linked roles do, in any case."""
    return _lower(name).startswith(_SERVICE_LINKED)


def _lower(name: str) -> str:
    """The name in lower case; empty when it is not ASCII, where a Kelvin sign would turn into a k."""
    return name.lower() if name.isascii() else ""
