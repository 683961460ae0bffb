"""Who somebody is to RAM, as the one who decides about a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eniguard.errors import RemediationError
from eniguard.remediation.plan import Approver


def ram_approver(identity: Mapping[str, Any]) -> Approver:
    """The approver behind an answer of sts:GetCallerIdentity.

    Raises
    ------
    RemediationError
        The answer does not say who called.
    """
    account, arn = str(identity.get("AccountId") or ""), str(identity.get("Arn") or "")
    subject = str(identity.get("PrincipalId") or identity.get("UserId") or "")
    name = arn.rpartition(":")[2]
    if not account or not subject or not name:
        raise RemediationError("sts:GetCallerIdentity does not say who calls: nothing was decided")
    return Approver("ram", account, subject, name)
