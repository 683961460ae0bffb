"""How ECS refuses calls on security groups, their rules, tags and lists (codes of the ECS error tables)."""

from __future__ import annotations

from fakealiyun.errors import ApiError
from fakealiyun.services import Call


def group_not_found(group_id: str) -> ApiError:
    """No such group."""
    return ApiError(
        "InvalidSecurityGroupId.NotFound", 404, f"The specified SecurityGroup {group_id} does not exist."
    )


def group_in_use(group_id: str, by: str) -> ApiError:
    """The group has members, or a rule of another group names it."""
    return ApiError("DependencyViolation", 403, f"The SecurityGroup {group_id} is still used by {by}.")


def vpc_not_found(vpc_id: str) -> ApiError:
    """No such VPC for a new group."""
    return ApiError("InvalidVpcId.NotFound", 404, f"The specified VPC {vpc_id} does not exist.")


def group_name() -> ApiError:
    """The name of a group breaks the rules for names."""
    return ApiError(
        "InvalidSecurityGroupName.Malformed", 400, "The parameter SecurityGroupName is not valid."
    )


def description() -> ApiError:
    """The description of a group or a rule is too short or too long; the code is spelled so."""
    return ApiError(
        "InvalidSecurityGroupDiscription.Malformed", 400, "The parameter Description is not valid."
    )


def policy(name: str) -> ApiError:
    """Neither accept nor drop."""
    return ApiError("InvalidPolicy.Malformed", 400, f"The parameter {name} is not valid.")


def managed_asked_by_account(call: Call) -> ApiError:
    """The account asked for a managed group."""
    code, status = call.cloud.assumptions.group_managed_by_account
    return ApiError(code, status, "The parameter ServiceManaged is for cloud services only.")


def priority(kind: str) -> ApiError:
    """No number (``Malformed``), or not from 1 to 100 (``ValueNotSupported``)."""
    return ApiError(f"InvalidPriority.{kind}", 400, "The parameter Priority is not valid.")


def protocol() -> ApiError:
    """No protocol, or none that the region knows."""
    return ApiError(
        "InvalidIpProtocol.ValueNotSupported",
        400,
        "The parameter IpProtocol is not TCP, UDP, ICMP, GRE or ALL.",
    )


def port_range_missing() -> ApiError:
    """Neither a range nor a list of ports."""
    return ApiError("InvalidPortRange.Malformed", 400, "The parameter PortRange has to be set.")


def port_range(name: str) -> ApiError:
    """Not two ports in order, as in 1/200."""
    if name == "SourcePortRange":
        return ApiError(
            "InvalidSourcePortRange.Malformed", 400, "The parameter SourcePortRange is not valid."
        )
    return ApiError("InvalidParam.PortRange", 400, "The parameter PortRange is not two ports as in 1/200.")


def port_range_of_other_protocol() -> ApiError:
    """Ports for a protocol without ports, or none for one with them."""
    return ApiError("OperationDenied", 400, "The parameters IpProtocol and PortRange do not match.")


def port_list_of_other_protocol() -> ApiError:
    """A port list for a protocol without ports."""
    return ApiError("InvalidParam.ProtocolNotSupportPortRangeList", 400, "The protocol has no port lists.")


def port_list_not_found(list_id: str) -> ApiError:
    """No such port list."""
    return ApiError(
        "InvalidPortRangeListId.NotFound", 400, f"The specified port list {list_id} was not found."
    )


def prefix_list_not_found(list_id: str) -> ApiError:
    """No such prefix list."""
    return ApiError(
        "InvalidPrefixListId.NotFound", 404, f"The specified prefix list {list_id} was not found."
    )


def prefix_list_family() -> ApiError:
    """A prefix list of the other IP family than the block beside it."""
    return ApiError(
        "InvalidParam.PrefixListAddressFamilyMismatch", 400, "The prefix list is of another address family."
    )


def block(side: str, family: int) -> ApiError:
    """No block of that family; ``side`` is ``Source`` or ``Dest``."""
    code = f"Invalid{side}CidrIp.Malformed" if family == 4 else f"InvalidParam.Ipv6{side}CidrIp"
    return ApiError(code, 400, f"The block of the parameter {side} is not valid.")


def both_families(side: str) -> ApiError:
    """An IPv4 and an IPv6 block on one side."""
    return ApiError(
        f"InvalidParam.{side}Ip", 400, f"{side}CidrIp and Ipv6{side}CidrIp cannot be set together."
    )


def family_of_protocol(code_part: str) -> ApiError:
    """ICMP with an IPv6 block, or ICMPv6 with an IPv4 block."""
    return ApiError(
        f"InvalidParam.{code_part}", 400, "The protocol and the block are of different IP families."
    )


def same_blocks() -> ApiError:
    """Source and destination are the same block."""
    return ApiError("InvalidParamter.Conflict", 400, "SourceCidrIp has to differ from DestCidrIp.")


def peer_missing(side: str) -> ApiError:
    """No block, group or list on the side that a rule is about."""
    return ApiError(
        f"MissingParameter.{side}",
        400,
        f"One of {side}CidrIp, Ipv6{side}CidrIp, {side}GroupId and {side}PrefixListId has to be set.",
    )


def peer_group_not_found(side: str, group_id: str) -> ApiError:
    """No such group to be a peer."""
    return ApiError(
        f"Invalid{side}GroupId.NotFound", 404, f"The specified {side}GroupId {group_id} does not exist."
    )


def peer_group_of_other_vpc(side: str) -> ApiError:
    """The peer lies in another VPC."""
    return ApiError(f"Invalid{side}GroupId.Mismatch", 400, "The two security groups are not in the same VPC.")


def peer_group_is_same(side: str) -> ApiError:
    """A group as its own peer."""
    code = "InvalidParamter.Conflict" if side == "Source" else "InvalidSecurityGroup.IsSame"
    return ApiError(code, 403, f"SecurityGroupId has to differ from {side}GroupId.")


def peer_group_in_advanced() -> ApiError:
    """A rule of an advanced group with a group as its peer."""
    return ApiError(
        "InvalidGroupAuthParameter.OperationDenied",
        400,
        "Rules of advanced security groups cannot name groups.",
    )


def permissions_beside_others() -> ApiError:
    """``Permissions`` beside rule ids or the flat form, or more of them than 100."""
    return ApiError(
        "InvalidParam.Permissions", 400, "The parameter Permissions cannot stand beside the others."
    )


def permissions_repeated() -> ApiError:
    """The same rule twice in one call."""
    return ApiError("InvalidParam.DuplicatePermissions", 400, "The parameter Permissions holds a rule twice.")


def rule_ids_repeated() -> ApiError:
    """The same rule id twice in one call."""
    return ApiError("InvalidParam.SecurityGroupRuleIdRepeated", 400, "A SecurityGroupRuleId is repeated.")


def rule_not_found(call: Call) -> ApiError:
    """No such rule id in that direction of the group."""
    code, status = call.cloud.assumptions.unknown_rule[call.action]
    return ApiError(code, status, "The specified rule does not exist.")


def too_many_rules() -> ApiError:
    """The group is full."""
    return ApiError("AuthorizationLimitExceed", 403, "The group has as many rules as it may have.")


def too_many_group_rules() -> ApiError:
    """The group has as many rules that name groups as it may have."""
    return ApiError("AuthorizedGroupRule.LimitExceed", 400, "At most 20 rules of a group may name groups.")


def rule_change(kind: str) -> ApiError:
    """What a change of a rule may not do: as in ``ModifyPortRangeType``."""
    return ApiError(f"InvalidOperation.{kind}", 400, "The rule cannot be changed in this way.")


def nic_type() -> ApiError:
    """Neither internet nor intranet."""
    return ApiError("InvalidNicType.ValueNotSupported", 400, "The parameter NicType is not valid.")


def list_refused(call: Call, kind: str, message: str) -> ApiError:
    """A prefix list or port list cannot be so; ``kind`` is a key of the assumed codes."""
    code, status = call.cloud.assumptions.list_codes[kind]
    return ApiError(code, status, message)


def unknown_type(kind: str) -> ApiError:
    """No type of resource that has tags."""
    return ApiError("InvalidResourceType.NotFound", 404, f"The resource type {kind} does not exist.")


def resource_not_found(resource_id: str) -> ApiError:
    """No such resource to tag."""
    return ApiError("InvalidResourceId.NotFound", 404, f"The resource {resource_id} does not exist.")


def too_many_resources() -> ApiError:
    """More resources in one call than it takes."""
    return ApiError("NumberExceed.ResourceIds", 400, "The parameter ResourceId.n holds more than 50 ids.")


def too_many_tags() -> ApiError:
    """More tags on one resource than it may have."""
    return ApiError("QuotaExceed.Tags", 403, "A resource has at most 20 tags.")
