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
        How a prefix that cannot be assigned is refused; no code is published (docs/sources.md, API).
    vpc_managed
        How VPC refuses a write on a managed ENI; the tables name the ECS code only.
    foreign_service_may_write
        Whether a service other than the creator may write to a managed resource.
    contract_broken
        Whether the platform fails to do what the documents promise: nothing is refused because it is managed,
        because a role's policy does not grant it, or because a role is service-linked. A guard has to see it.
    linked_role_edited
        How RAM refuses to edit a service-linked role or its policy.
    linked_role_in_use
        How DeleteServiceLinkedRole refuses a role that is still used; ``None``: it takes the request and its
        task fails, which is what the API is described to do.
    linked_role_name
        How CreateRole refuses a name of the form of service-linked roles; ``None`` lets it have it.
    linked_role_deletion
        Seconds that the deletion task of a service-linked role runs.
    custom_suffixes
        Services whose roles may have a custom suffix; ``None`` is all of them.
    denied
        How RAM denies a call, by product; ``*`` for all others.
    lower_case_role_names
        Whether events name the role of a service in lower case: the one public sample of a service role
        does, another role's keeps its case (docs/sources.md, Events).
    service_address
        ``sourceIpAddress`` of a service's calls; samples have one of the provider's own, or ``Internal``.
    eni_transition
        Seconds that an ENI needs to attach, detach or be deleted.
    eni_codes
        How calls on ENIs and instances are refused where their error lists have no code for it.
    prefixes_per_create
        Prefixes of one family that CreateNetworkInterface takes; ``None``: what an available ENI may have.
        The document gives 1 to 10 for the two Assign calls only, the SDK's text for this call as well.
    secondaries_per_available_eni
        Secondary IPv4 addresses of an ENI without an instance (SecondaryPrivateIpAddressCount: 1 to 49).
    enis_per_region
        ENIs of an account in a region; a quota that differs between accounts.
    groups_per_eni
        Security groups of one ENI: 5, or 10 or 16 on request (docs/sources.md, Domain).
    lookup_delay
        Seconds until LookupEvents returns an event; the documents say within 10 minutes.
    lookup_page
        Events on a page of LookupEvents when the call does not say.
    lookup_of_one_region
        Whether LookupEvents returns the events of the called region only, beside those of global services.
    trail_codes
        How ActionTrail refuses a call; only ``exists`` is published, and without its status.
    reservation_transition
        Seconds until a reserved block is Assigned.
    peer_of_managed_group_refused
        Whether the account is refused a rule whose peer is a managed group. The table of managed groups says
        of AuthorizeSecurityGroup "controls inbound access to a managed security group" and of its egress twin
        "controls outbound access from" one (markdown edition of the document; the page lost the lines).
        Access *to* a group by an inbound rule, and *from* a group by an outbound one, is access to the group
        that gets the rule: no row is about the peer.
    group_managed_by_account
        How an account is refused that asks for ``ServiceManaged`` itself: the parameter is not public.
    several_cidrs_per_permission
        Whether one permission may name several blocks, parted by commas, each of which becomes a rule. One
        block a permission is what the documents describe; ``False`` refuses a list as malformed.
    unknown_rule
        How a rule id that does not exist is refused. The operation notes of the two Revoke APIs name their
        codes (since July 8, 2024); for the two Modify APIs it is one of three that their lists have.
    unmatched_revoke
        How a revocation is refused that describes no existing rule; ``None``: it succeeds, as documented,
        though clients report ``InvalidSecurityGroupRule.RuleNotExist``.
    rules_per_group
        Rules of both directions in one group: 200 in the notes of AuthorizeSecurityGroup, adjustable.
    list_codes
        How prefix lists and port lists refuse; their error lists are not at hand.
    vpc_codes
        How VPC refuses; its error lists are not at hand.
    eventbridge_codes, kms_codes
        How EventBridge and KMS refuse; their error lists are not at hand.
    reservations_per_vswitch, reservations_per_vpc
        Reserved blocks by IP family; one page says 10 per vSwitch, another 100 per VPC, so both hold.
    eip_transition
        Seconds that an EIP needs to be associated or disassociated.
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
    contract_broken: bool = False
    linked_role_edited: Code = ("EntityNotAllow.ServiceLinkedRole", 400)
    linked_role_in_use: Code | None = None
    linked_role_name: Code | None = ("InvalidParameter.RoleName.Reserved", 400)
    linked_role_deletion: float = 5.0
    custom_suffixes: frozenset[str] | None = None
    denied: dict[str, Code] = field(
        default_factory=lambda: {
            "ram": ("NoPermission", 403),
            "sts": ("NoPermission", 403),
            "actiontrail": ("NoPermission", 403),
            "*": ("Forbidden.RAM", 403),
        }
    )
    lower_case_role_names: bool = False
    service_address: str = "11.0.0.1"
    eni_transition: float = 5.0
    eni_codes: dict[str, Code] = field(
        default_factory=lambda: {
            "mixed-groups": ("InvalidParameter.Conflict", 400),
            "too-many-groups": ("JoinedGroupLimitExceed", 400),
            "members-attached": ("InvalidOperation.HasMemberEniAttached", 403),
            "permission-not-found": ("InvalidEniPermissionId.NotFound", 404),
            "unknown-instance-type": ("InvalidInstanceType.ValueNotSupported", 403),
            "deletion-protection": ("InvalidOperation.DeletionProtection", 403),
            "dry-run": ("DryRunOperation", 400),
        }
    )
    prefixes_per_create: int | None = None
    secondaries_per_available_eni: int = 49
    enis_per_region: int = 1_000_000
    groups_per_eni: int = 5
    lookup_delay: float = 600.0
    lookup_page: int = 20
    lookup_of_one_region: bool = True
    trail_codes: dict[str, Code] = field(
        default_factory=lambda: {
            "not-found": ("TrailNotFoundException", 404),
            "exists": ("TrailAlreadyExistsException", 400),
            "name": ("InvalidTrailNameException", 400),
            "too-many": ("MaximumNumberOfTrailsExceededException", 403),
            "destination": ("InvalidTrailDestination", 400),
            "parameter": ("InvalidParameterValue", 400),
            "attribute": ("InvalidLookupAttributeException", 400),
            "token": ("InvalidNextTokenException", 400),
            "throttled": ("Throttling.User", 429),
        }
    )
    reservation_transition: float = 5.0
    peer_of_managed_group_refused: bool = False
    group_managed_by_account: Code = ("InvalidOperation.ResourceManagedByCloudProduct", 403)
    several_cidrs_per_permission: bool = True
    unknown_rule: dict[str, Code] = field(
        default_factory=lambda: {
            "ecs:RevokeSecurityGroup": ("InvalidParam.SecurityGroupRuleId", 400),
            "ecs:RevokeSecurityGroupEgress": ("InvalidSecurityGroupRule.RuleNotExist", 400),
            "ecs:ModifySecurityGroupRule": ("SecurityGroupRule.NotFound", 404),
            "ecs:ModifySecurityGroupEgressRule": ("SecurityGroupRule.NotFound", 404),
        }
    )
    unmatched_revoke: Code | None = None
    rules_per_group: int = 200
    list_codes: dict[str, Code] = field(
        default_factory=lambda: {
            "family": ("InvalidParameter", 400),
            "max-entries": ("InvalidParameter", 400),
            "too-many-entries": ("LimitExceed.EntryCount", 403),
            "repeated-entry": ("InvalidParameter", 400),
            "bad-entry": ("InvalidParameter", 400),
            "no-such-entry": ("InvalidParameter", 400),
            "in-use": ("DependencyViolation", 403),
        }
    )
    vpc_codes: dict[str, Code] = field(
        default_factory=lambda: {
            "bad-cidr": ("InvalidCidrBlock.Malformed", 400),
            "cidr-overlap": ("InvalidCidrBlock.Overlapped", 400),
            "vpc-in-use": ("DependencyViolation", 400),
            "vswitch-in-use": ("DependencyViolation", 400),
            "gateway-exists": ("InvalidOperation.Ipv6GatewayExists", 400),
            "reservation-not-found": ("ResourceNotFound.VSwitchCidrReservation", 404),
            "reservation-bad-cidr": ("InvalidParameter", 400),
            "reservation-mask": ("InvalidParameter", 400),
            "reservation-outside": ("InvalidParameter", 400),
            "reservation-system": ("InvalidParameter", 400),
            "reservation-overlap": ("InvalidCidrBlock.Overlapped", 400),
            "reservation-no-space": ("InvalidVSwitchId.IpNotEnough", 403),
            "reservation-quota": ("QuotaExceeded.VSwitchCidrReservation", 400),
            "reservation-in-use": ("DependencyViolation", 400),
            "ipv6-address-not-found": ("ResourceNotFound.Ipv6Address", 404),
            "bandwidth-not-found": ("ResourceNotFound.Ipv6InternetBandwidth", 404),
            "bandwidth-exists": ("InvalidOperation.BandwidthExists", 400),
            "no-gateway": ("ResourceNotFound.Ipv6Gateway", 404),
        }
    )
    eventbridge_codes: dict[str, Code] = field(
        default_factory=lambda: {
            "bus-not-found": ("EventBusNotExist", 404),
            "bus-exists": ("EventBusAlreadyExist", 409),
            "default-bus": ("EventBusNotAllowed", 403),
            "rule-not-found": ("EventRuleNotExisted", 404),
            "rule-exists": ("EventRuleExisted", 409),
            "too-many": ("EventRuleCountExceedLimit", 403),
            "parameter": ("InvalidArgument", 400),
        }
    )
    kms_codes: dict[str, Code] = field(
        default_factory=lambda: {
            "not-found": ("Forbidden.ResourceNotFound", 404),
            "exists": ("Rejected.ResourceExist", 409),
            "parameter": ("InvalidParameter", 400),
        }
    )
    reservations_per_vswitch: int = 10
    reservations_per_vpc: int = 100
    eip_transition: float = 5.0
