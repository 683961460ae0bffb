"""Services that make an ENI in an account and region for the first time."""

from __future__ import annotations

from eniguard.model import Reference
from eniguard.model.kinds import ENI
from eniguard.rules.first_seen import NewService


class ManagedEniNewService(NewService):
    """ENI005."""

    code = "ENI005"
    name = "managed-eni-new-service"
    severity = "info"
    summary = "A service made an ENI in an account and region where it had none before."
    why = (
        "With its ENI the service stands inside your network, and only that service can remove the ENI: "
        "whoever looks after the network should know of it."
    )
    advice = (
        "See that somebody ordered an instance of the service. If nobody did, look at who created its role."
    )
    actions = frozenset(("ecs:CreateNetworkInterface",))
    references = (Reference("Managed ENIs", "Background information"),)
    false_positives = (
        "A service that is used more seldom than the record reaches back is new each time; so is one whose "
        "ENIs are older than the record."
    )
    kind = ENI
    noun = "ENI"
