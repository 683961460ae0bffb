"""How many addresses, prefixes, ENIs and groups there may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fakealiyun.documents import ADVANCED_GROUP_QUOTA, BASIC_GROUP_QUOTA, MOST_PREFIXES_BY_API, Assumptions
from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.asks import Ask
from fakealiyun.ecs.models.eni import Eni
from fakealiyun.ecs.models.enis import Enis
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.models.instance_types import InstanceType
from fakealiyun.errors import ApiError

#: Private addresses in a group of either type (documents.limits).
_GROUP_QUOTA = {"normal": BASIC_GROUP_QUOTA, "enterprise": ADVANCED_GROUP_QUOTA}


def check_without_instance(asks: Iterable[Ask], assumptions: Assumptions, eni: Eni | None = None) -> None:
    """Let an ENI that no instance has get what is asked for: up to 49 IPv4 prefixes, counted over all calls.

    Parameters
    ----------
    eni
        The ENI; ``None`` for one that is to be made, whose asks do not name its primary address yet.

    Raises
    ------
    ApiError
        There would be too many.
    """
    for ask in asks:
        if ask.family == 6:
            continue
        prefixes = ask.prefix_number + (len(eni.ipv4_prefixes) if eni is not None else 0)
        secondaries = ask.address_number + (len(eni.ipv4) - 1 if eni is not None else 0)
        if ask.prefix_number and prefixes > MOST_PREFIXES_BY_API:
            message = f"An available ENI can have {MOST_PREFIXES_BY_API} IPv4 prefixes."
            raise exceptions.assumed(assumptions.prefix_codes["too-many-ipv4"], message)
        if ask.address_number and secondaries > assumptions.secondaries_per_available_eni:
            raise exceptions.too_many_addresses(4)


def check_slots(kind: InstanceType, sizes: dict[int, int], assumptions: Assumptions) -> None:
    """Let an ENI of an instance have that many addresses by family; each prefix is one (seed 002).

    Raises
    ------
    ApiError
        The instance type does not carry that many.
    """
    if sizes.get(4, 0) > kind.ipv4:
        raise _no_slot(assumptions, 4, kind)
    if sizes.get(6, 0) and not kind.ipv6:
        raise exceptions.ipv6_unsupported(f"The instance type {kind.id} has no IPv6.")
    if sizes.get(6, 0) > kind.ipv6:
        raise _no_slot(assumptions, 6, kind)


def _no_slot(assumptions: Assumptions, family: int, kind: InstanceType) -> ApiError:
    allowed = kind.ipv4 if family == 4 else kind.ipv6
    message = f"An ENI of the instance type {kind.id} can have {allowed} IPv{family} addresses and prefixes."
    return exceptions.assumed(assumptions.prefix_codes[f"too-many-ipv{family}"], message)


def check_room(enis: Enis, groups: Iterable[Group], more: int, *, code: str | None = None) -> None:
    """Let a number of addresses come into groups.

    Parameters
    ----------
    code
        How the API spells the refusal, when not as most do.

    Raises
    ------
    ApiError
        ``SecurityGroupInstanceLimitExceed``: a group has no room for them.
    """
    for group in groups:
        if enis.addresses_in_group(group.id) + more > _GROUP_QUOTA[group.type]:
            raise (
                exceptions.group_full(group.id)
                if code is None
                else exceptions.group_full(group.id, code=code)
            )


def check_together(groups: Sequence[Group], assumptions: Assumptions) -> None:
    """Let one ENI be in these groups.

    Raises
    ------
    ApiError
        They are too many, or of both types.
    """
    if len(groups) > assumptions.groups_per_eni:
        message = f"An ENI can be in {assumptions.groups_per_eni} security groups."
        raise exceptions.assumed(assumptions.eni_codes["too-many-groups"], message)
    if len({group.type for group in groups}) > 1:
        message = "An ENI cannot be in basic and advanced security groups."
        raise exceptions.assumed(assumptions.eni_codes["mixed-groups"], message)
