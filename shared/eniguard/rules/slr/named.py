"""Which roles a call is about, and how findings name them."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.model import Resource
from eniguard.model.kinds import POLICY, ROLE
from eniguard.roles import ServiceRole, role_named, role_of_policy, role_of_service, service_linked_form
from eniguard.rules.permissions.rows import API_GATEWAY_DOCUMENT

#: The source document that every rule on service-linked roles rests on.
DOCUMENT = API_GATEWAY_DOCUMENT


class Edited(Struct, frozen=True, gc=False):
    """A service role, or the policy of one, that a call tried to edit.

    ``role`` is ``None`` for a name that has the form of a service-linked role and is not in the role index.
    """

    resource: Resource
    role: ServiceRole | None

    @property
    def service_linked(self) -> bool:
        """Whether only its service may edit it."""
        return self.role is None or self.role.service_linked


@lru_cache(maxsize=4096)
def role_resource(name: str) -> Resource:
    """A role as findings name it, with the trusted service the role index gives for it."""
    listed = role_named(name)
    if listed is None:
        return Resource(ROLE, name)
    # Events write some role names in lower case; one role has one name in findings.
    known = listed.name if listed.name.lower() == name.lower() else name
    return Resource(ROLE, known, owner_service=listed.service)


def role_to_create(call: Call) -> tuple[Resource, str | None]:
    """The service-linked role that a call creates, and its trusted service; ``None`` when not recorded.

    The response names the role; before there is one, the index tells the role of the service asked for.
    """
    service = call.parameters.text("ServiceName")
    for name in call.ids(ROLE, "created"):
        listed = role_named(name)
        known = service or (None if listed is None else listed.service)
        return Resource(ROLE, name, owner_service=known), known
    if service is None:
        return Resource(ROLE, "(not named)"), None
    role = role_of_service(service)
    if role is None:
        return Resource(ROLE, f"(of {service})", owner_service=service), service
    suffix = call.parameters.text("CustomSuffix")
    name = f"{role.name}_{suffix}" if suffix else role.name
    return Resource(ROLE, name, owner_service=service), service


def edited(call: Call) -> list[Edited]:
    """The service roles, and the policies of service roles, that a call edits.

    Resource Management writes a role as ``NAME@role.ALIAS.onaliyunservice.com``.
    """
    found: list[Edited] = []
    for principal in call.ids(ROLE):
        name = principal.partition("@")[0]
        listed = role_named(name)
        if listed is not None or service_linked_form(name):
            found.append(Edited(role_resource(name), listed))
    for name in call.ids(POLICY):
        owner = role_of_policy(name)
        if owner is not None:
            found.append(Edited(Resource(POLICY, name, owner_service=owner.service), owner))
    return found
