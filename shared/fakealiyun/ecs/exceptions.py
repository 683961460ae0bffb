"""How ECS refuses: each function makes one documented error, with the status of the API's error list.

Codes that no document gives come from `Assumptions` instead.
"""

from __future__ import annotations

from fakealiyun.documents.assumptions import Code
from fakealiyun.errors import ApiError


def assumed(code: Code, message: str) -> ApiError:
    """A refusal whose code is an assumption."""
    return ApiError(*code, message)


def invalid_parameter(message: str) -> ApiError:
    """A parameter has a value that it may not have."""
    return ApiError("InvalidParameter", 400, message)


def conflicting_parameters(first: str, second: str) -> ApiError:
    """Two parameters exclude each other."""
    return ApiError(
        "InvalidParameter.Conflict", 400, f"The parameters {first} and {second} exclude each other."
    )


def eni_not_found(eni_id: str) -> ApiError:
    """No such ENI; newer pages give DeleteNetworkInterface status 403 instead (docs/sources.md, API)."""
    return ApiError("InvalidEniId.NotFound", 404, f"The specified ENI {eni_id} does not exist.")


def instance_not_found(instance_id: str) -> ApiError:
    """No such instance, for the calls on instances."""
    return ApiError(
        "InvalidInstanceId.NotFound", 404, f"The specified instance {instance_id} does not exist."
    )


def ecs_not_found(instance_id: str) -> ApiError:
    """No such instance, for the calls that attach and detach ENIs."""
    return ApiError("InvalidEcsId.NotFound", 404, f"The specified instance {instance_id} does not exist.")


def wrong_eni_state(eni_id: str, status: str) -> ApiError:
    """The ENI is in a state that does not let the call pass."""
    return ApiError("InvalidOperation.InvalidEniState", 400, f"The ENI {eni_id} is in the state {status}.")


def wrong_eni_type(eni_id: str, eni_type: str) -> ApiError:
    """The ENI is of a type that does not let the call pass."""
    return ApiError("InvalidOperation.InvalidEniType", 403, f"The ENI {eni_id} is of the type {eni_type}.")


def wrong_instance_status(instance_id: str, status: str) -> ApiError:
    """The instance is in a state that does not let the call pass."""
    return ApiError("IncorrectInstanceStatus", 403, f"The instance {instance_id} is in the state {status}.")


def primary_detached(eni_id: str) -> ApiError:
    """A primary ENI stays with its instance."""
    return ApiError(
        "InvalidOperation.DetachPrimaryEniNotAllowed", 400, f"The primary ENI {eni_id} cannot be detached."
    )


def zone_mismatch() -> ApiError:
    """ENI and instance are in different zones."""
    return ApiError(
        "InvalidOperation.AvailabilityZoneMismatch", 403, "The ENI and the instance are in different zones."
    )


def vpc_mismatch(message: str = "The ENI and the instance are in different VPCs.") -> ApiError:
    """Two resources are in different VPCs."""
    return ApiError("InvalidOperation.VpcMismatch", 403, message)


def too_many_enis(instance_id: str) -> ApiError:
    """The instance type has no room for one more ENI."""
    return ApiError(
        "EniPerInstanceLimitExceeded", 403, f"The instance {instance_id} cannot have another ENI."
    )


def too_many_enis_in_region() -> ApiError:
    """The account has as many ENIs in the region as it may have."""
    return ApiError("MaxEniCountExceeded", 403, "The account cannot have another ENI in the region.")


def too_many_addresses(family: int) -> ApiError:
    """More addresses than an ENI may have."""
    code = {4: "MaxEniPrivateIpsCountExceeded", 6: "MaxEniIpv6IpsCountExceeded"}[family]
    return ApiError(code, 403, f"The ENI cannot have that many IPv{family} addresses.")


def ipv6_unsupported(message: str) -> ApiError:
    """The instance type has no IPv6."""
    return ApiError("InvalidOperation.Ipv6NotSupport", 403, message)


def ipv6_off(vswitch_id: str) -> ApiError:
    """The vSwitch has no IPv6 block."""
    return ApiError(
        "InvalidVSwitch.Ipv6NotTurnOn", 403, f"IPv6 is not turned on for the vSwitch {vswitch_id}."
    )


def not_an_address(text: str) -> ApiError:
    """What should be an address is none."""
    return ApiError("InvalidIp.Address", 403, f"{text} is not an address of that family.")


def outside_vswitch(text: str) -> ApiError:
    """The address is not in the vSwitch, or the system keeps it."""
    return ApiError("InvalidVSwitchId.IpInvalid", 403, f"{text} is no address that the vSwitch can assign.")


def no_addresses_left(vswitch_id: str) -> ApiError:
    """The vSwitch has too few free addresses."""
    return ApiError(
        "InvalidVSwitchId.IpNotEnough", 403, f"The vSwitch {vswitch_id} has too few free addresses."
    )


def address_repeated(text: str) -> ApiError:
    """One call names an address twice."""
    return ApiError("InvalidIp.IpRepeated", 403, f"{text} is named more than once.")


def address_taken(text: str) -> ApiError:
    """The address is used already, for the Assign calls."""
    return ApiError("InvalidIp.IpAssigned", 403, f"{text} is assigned already.")


def address_duplicated(text: str) -> ApiError:
    """The address is used already, for the calls that create."""
    return ApiError("InvalidPrivateIpAddress.Duplicated", 400, f"{text} is assigned already.")


def not_assigned(text: str) -> ApiError:
    """What should be unassigned is not there."""
    return ApiError("InvalidIp.IpUnassigned", 403, f"{text} is not assigned to the ENI.")


def group_full(group_id: str, *, code: str = "SecurityGroupInstanceLimitExceed") -> ApiError:
    """The group has no room for that many private addresses; JoinSecurityGroup spells the code otherwise."""
    return ApiError(code, 403, f"The security group {group_id} cannot have that many private IP addresses.")


def queue_number(number: int) -> ApiError:
    """A number of queues that no ENI can have."""
    return ApiError("InvalidParameter.InvalidEniQueueNumber", 403, f"An ENI cannot have {number} queues.")


def too_many_queues(number: int) -> ApiError:
    """More queues than the instance type gives to one ENI."""
    return ApiError(
        "InvalidOperation.ExceedInstanceTypeQueueNumber", 403, f"The type has no {number} queues."
    )


def eni_and_instance() -> ApiError:
    """A call names an ENI and an instance where it takes one of them."""
    return ApiError(
        "InvalidParam.EniIdAndInstanceId.Conflict", 403, "Either NetworkInterfaceId or InstanceId can be set."
    )


def already_member() -> ApiError:
    """The instance or the ENI is in the group already."""
    return ApiError("InvalidInstanceId.AlreadyExists", 403, "It is in the security group already.")


def instance_of_other_vpc() -> ApiError:
    """The instance and the group are in different VPCs."""
    return ApiError("InvalidInstanceId.Mismatch", 400, "The instance and the group are in different VPCs.")


def too_many_groups_of_member() -> ApiError:
    """What would join is in as many groups as it may be."""
    return ApiError("InstanceSecurityGroupLimitExceeded", 403, "It cannot be in more security groups.")


def not_a_member() -> ApiError:
    """What would leave is not in the group (since July 8, 2024, docs/sources.md, API)."""
    return ApiError("InvalidSecurityGroupAssociation.NotFound", 400, "It is not in the security group.")


def last_group_of_instance() -> ApiError:
    """An instance stays in at least one group."""
    return ApiError("InstanceLastSecurityGroup", 403, "The instance is in no other security group.")


def last_group_of_eni() -> ApiError:
    """An ENI stays in at least one group."""
    return ApiError("InvalidOperation.AtLeastInOneGroup", 403, "The ENI is in no other security group.")


def network_interface(message: str) -> ApiError:
    """The ENIs of a new instance do not go together."""
    return ApiError("InvalidParam.NetworkInterface", 400, message)
