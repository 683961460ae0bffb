"""The rules about managed security groups."""

from eniguard.rules.base import Rule
from eniguard.rules.sg.first_seen import ManagedGroupNew
from eniguard.rules.sg.foreign import ManagedGroupForeignService, ServiceEditedCustomerGroup
from eniguard.rules.sg.left_over import ManagedGroupLeftOver
from eniguard.rules.sg.peers import GroupTrustsManagedGroup
from eniguard.rules.sg.persistent import ManagedGroupPersistentAttempts
from eniguard.rules.sg.refused import ManagedGroupUseRefused, ManagedGroupWriteRefused
from eniguard.rules.sg.succeeded import ManagedGroupWriteSucceeded
from eniguard.rules.sweep import SweepRule

__all__ = ["RULES", "SWEEPS"]

RULES: tuple[type[Rule], ...] = (
    ManagedGroupWriteRefused,
    ManagedGroupUseRefused,
    ManagedGroupPersistentAttempts,
    ManagedGroupWriteSucceeded,
    ManagedGroupForeignService,
    GroupTrustsManagedGroup,
    ManagedGroupNew,
    ServiceEditedCustomerGroup,
)

SWEEPS: tuple[type[SweepRule], ...] = (ManagedGroupLeftOver,)
