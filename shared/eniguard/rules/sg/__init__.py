"""The rules about managed security groups."""

from eniguard.rules.base import Rule
from eniguard.rules.sg.foreign import ManagedGroupForeignService, ServiceEditedCustomerGroup
from eniguard.rules.sg.peers import GroupTrustsManagedGroup
from eniguard.rules.sg.refused import ManagedGroupUseRefused, ManagedGroupWriteRefused
from eniguard.rules.sg.succeeded import ManagedGroupWriteSucceeded

__all__ = ["RULES"]

RULES: tuple[type[Rule], ...] = (
    ManagedGroupWriteRefused,
    ManagedGroupUseRefused,
    ManagedGroupWriteSucceeded,
    ManagedGroupForeignService,
    GroupTrustsManagedGroup,
    ServiceEditedCustomerGroup,
)
