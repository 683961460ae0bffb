"""Services that make a security group in an account and region for the first time."""

from __future__ import annotations

from eniguard.model import Reference
from eniguard.model.kinds import SECURITY_GROUP
from eniguard.rules.first_seen import NewService


class ManagedGroupNew(NewService):
    """SG009."""

    code = "SG009"
    name = "managed-sg-new"
    severity = "info"
    summary = "A service made a security group in an account and region where it had none before."
    why = (
        "The group opens ports for the service, counts towards the quota of groups, and can be changed and "
        "removed only through that service."
    )
    advice = (
        "See that somebody ordered an instance of the service. If nobody did, look at who created its role."
    )
    actions = frozenset(("ecs:CreateSecurityGroup",))
    references = (Reference("Managed security groups", "Background information"),)
    false_positives = (
        "A service that is used more seldom than the record reaches back is new each time; so is one whose "
        "groups are older than the record."
    )
    kind = SECURITY_GROUP
    noun = "security group"
