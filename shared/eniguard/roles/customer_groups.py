"""The services that may change security groups which the customer owns.

Their policies carry group writes that are not tied to groups of their own, and their products document that
they edit rules of existing groups (Cloud Firewall, WAF hybrid, Bastionhost, SASE, DataWorks, EMR Serverless
Spark). Function Compute may only add egress rules. From any other service such a write is unexpected.
Source: the policy documents in ``data/policies``.
"""

from __future__ import annotations

from collections.abc import Mapping

from eniguard.roles.catalogue import role_named

#: Role name → the group writes it may make on a customer's group; ``None`` means all of them.
_EDITORS: Mapping[str, frozenset[str] | None] = {
    "AliyunServiceRoleForCloudFW": None,
    "AliyunServiceRoleForWafOnEcs": None,
    "AliyunServiceRoleForBastionhost": None,
    "AliyunServiceRoleForCsas": None,
    "AliyunServiceRoleForDataWorks": None,
    "AliyunServiceRoleForEMRServerlessSpark": None,
    "AliyunServiceRoleForFC": frozenset({"ecs:authorizesecuritygroupegress"}),
}


def may_edit_customer_group(service: str | None, role: str, action: str) -> bool:
    """Whether a service's write on a security group that the customer owns is a documented habit.

    Parameters
    ----------
    service
        The trusted service of the role (``cloudfw.aliyuncs.com``), ``None`` when not known.
    role
        The name of the role that made the call.
    action
        The call, as in ``ecs:AuthorizeSecurityGroup``.
    """
    name = _editor(service, role)
    if name is None:
        return False
    only = _EDITORS[name]
    return only is None or action.lower() in only


def _editor(service: str | None, role: str) -> str | None:
    """The role of the table that a caller acts as; a role outside the index counts by its trusted service."""
    listed = role_named(role)
    if listed is not None:
        return listed.name if listed.name in _EDITORS else None
    if service is None:
        return None
    return next((name for name in _EDITORS if _service(name) == service.lower()), None)


def _service(name: str) -> str | None:
    role = role_named(name)
    return None if role is None else role.service
