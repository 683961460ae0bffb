"""What of a resource never changes: it was so before a call, too, when only a later fact is at hand.

No published API changes whether a service manages an ENI or a group, whose it is, where it lies or when it
was made. Its Description can be changed, but by its service alone (docs/sources.md, API).
"""

from __future__ import annotations

from eniguard.events.times import parsed
from eniguard.facts.kinds import AnyResource, Eni, SecurityGroup
from eniguard.facts.refs import Fact


def since_made(fact: Fact) -> Fact | None:
    """What a fact says of a resource from the moment it was made on; ``None`` when it does not say when."""
    value = fact.value
    if not isinstance(value, (Eni, SecurityGroup)) or value.managed is None or value.created_at is None:
        return None
    try:
        made_at = parsed(value.created_at)[1]
    except ValueError:
        return None
    return Fact(lasting(value), fact.source, made_at)


def lasting(value: Eni | SecurityGroup) -> AnyResource:
    """A resource with what never changes of it; everything else is not known."""
    description = value.description if value.managed else None
    if isinstance(value, Eni):
        return Eni(
            value.id,
            managed=value.managed,
            service_id=value.service_id,
            description=description,
            type=value.type,
            vpc_id=value.vpc_id,
            vswitch_id=value.vswitch_id,
            created_by=value.created_by,
            created_at=value.created_at,
        )
    return SecurityGroup(
        value.id,
        managed=value.managed,
        service_id=value.service_id,
        description=description,
        type=value.type,
        vpc_id=value.vpc_id,
        created_by=value.created_by,
        created_at=value.created_at,
    )
