"""How VPC refuses: with codes that are documented, or with assumed ones by a short name."""

from __future__ import annotations

from fakealiyun.errors import ApiError
from fakealiyun.services import Call


def assumed(call: Call, kind: str, message: str) -> ApiError:
    """A refusal with an assumed code; ``kind`` is a key of `Assumptions.vpc_codes`."""
    code, status = call.cloud.assumptions.vpc_codes[kind]
    return ApiError(code, status, message)


def vpc_not_found(vpc_id: str) -> ApiError:
    """No such VPC."""
    return ApiError("InvalidVpcId.NotFound", 404, f"The specified VPC {vpc_id} does not exist.")


def vswitch_not_found(vswitch_id: str) -> ApiError:
    """No such vSwitch."""
    return ApiError("InvalidVSwitchId.NotFound", 404, f"The specified vSwitch {vswitch_id} does not exist.")


def invalid_parameter(name: str) -> ApiError:
    """A parameter that cannot be so."""
    return ApiError("InvalidParameter", 400, f"The parameter {name} is not valid.")


def dry_run() -> ApiError:
    """What a dry run answers when the call would have succeeded."""
    return ApiError("DryRunOperation", 400, "The request would have succeeded without DryRun.")


def mask_and_cidr() -> ApiError:
    """A reserved block by its mask and by itself (public error list of VPC, docs/sources.md, API)."""
    return ApiError(
        "Conflict.VSwitchCidrReservationMaskAndVSwitchCidrReservationCidr",
        400,
        "VSwitchCidrReservationMask and VSwitchCidrReservationCidr cannot be set together.",
    )


def eip_not_found(allocation_id: str) -> ApiError:
    """No such EIP."""
    return ApiError("InvalidAllocationId.NotFound", 404, f"The specified EIP {allocation_id} does not exist.")


def eip_status(allocation_id: str, status: str) -> ApiError:
    """The EIP is in a state that does not let this pass."""
    return ApiError("IncorrectEipStatus", 400, f"The EIP {allocation_id} is {status}.")


def eip_bound_there(address: str) -> ApiError:
    """The private address has an EIP already."""
    return ApiError(
        "InvalidAssociation.Duplicated", 400, f"The private address {address} has an EIP already."
    )


def binding_status(allocation_id: str) -> ApiError:
    """The EIP is bound to something else than the call says."""
    return ApiError("InvalidBindingStatus", 400, f"The EIP {allocation_id} is not bound to that instance.")


def eip_target_not_found(instance_id: str) -> ApiError:
    """Nothing to bind an EIP to."""
    return ApiError(
        "InvalidInstanceId.NotFound", 404, f"The specified instance {instance_id} does not exist."
    )


def eip_target_status(instance_id: str) -> ApiError:
    """An ENI or instance in a state without EIPs."""
    return ApiError("IncorrectInstanceStatus", 400, f"The state of {instance_id} does not let EIPs change.")


def private_address_not_found(address: str) -> ApiError:
    """The ENI does not have that private address."""
    return ApiError(
        "InvalidPrivateIpAddress.NotFound", 404, f"The private address {address} is not on the ENI."
    )
