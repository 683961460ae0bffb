"""What no document says, in one place: give `Cloud` an `Assumptions` of your own to have it otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field

#: An error code with its HTTP status.
Code = tuple[str, int]


@dataclass(frozen=True)
class Assumptions:
    """Guesses of the fake, every one of them open.

    Attributes
    ----------
    prefix_codes
        How a prefix that cannot be assigned is refused; no code for prefixes is published (openapi.md 1.6).
    vpc_managed
        How VPC refuses a write on a managed ENI; the tables name the ECS code only.
    foreign_service_may_write
        Whether a service other than the creator may write to a managed resource.
    linked_role_edited, linked_role_in_use
        How RAM refuses to edit a service-linked role, and why its deletion task fails.
    denied
        How RAM denies a call, by product; ``*`` for all others.
    eni_transition
        Seconds that an ENI needs to attach, detach or be deleted.
    lookup_delay
        Seconds until LookupEvents returns an event; the documents say within 10 minutes.
    reservation_transition
        Seconds until a reserved block is Assigned.
    """

    prefix_codes: dict[str, Code] = field(
        default_factory=lambda: {
            "region": ("UnsupportedParameter", 400),
            "mask": ("InvalidParameter", 400),
            "not-standard": ("InvalidParameter", 400),
            "outside-vswitch": ("InvalidVSwitchId.IpInvalid", 403),
            "outside-reservation": ("InvalidVSwitchId.IpInvalid", 403),
            "overlap": ("InvalidIp.IpAssigned", 403),
            "list-and-count": ("InvalidParameter.Conflict", 400),
            "addresses-and-prefixes": ("InvalidParameter.Conflict", 400),
            "number": ("InvalidParameter", 400),
            "no-space": ("InvalidVSwitchId.IpNotEnough", 403),
            "too-many-ipv4": ("InvalidOperation.Ipv4CountExceeded", 403),
            "too-many-ipv6": ("InvalidOperation.Ipv6CountExceeded", 403),
        }
    )
    vpc_managed: Code = ("InvalidOperation.EniServiceManaged", 403)
    foreign_service_may_write: bool = False
    linked_role_edited: Code = ("EntityNotAllow.ServiceLinkedRole", 400)
    linked_role_in_use: Code = ("EntityInUse.ServiceLinkedRole", 409)
    denied: dict[str, Code] = field(
        default_factory=lambda: {"ram": ("NoPermission", 403), "*": ("Forbidden.RAM", 403)}
    )
    eni_transition: float = 5.0
    lookup_delay: float = 600.0
    reservation_transition: float = 5.0
