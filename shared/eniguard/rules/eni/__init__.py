"""The rules about managed ENIs, and about calls that open an ordinary ENI to others."""

from eniguard.rules.base import Rule
from eniguard.rules.eni.blocking import ManagedEniBlocksDelete
from eniguard.rules.eni.cross_account import EniCrossAccountPermission
from eniguard.rules.eni.first_seen import ManagedEniNewService
from eniguard.rules.eni.foreign import ManagedEniForeignService
from eniguard.rules.eni.orphaned import ManagedEniOrphaned
from eniguard.rules.eni.persistent import ManagedEniPersistentAttempts
from eniguard.rules.eni.refused import ManagedEniWriteRefused
from eniguard.rules.eni.source_check import EniSourceDestCheckOff
from eniguard.rules.eni.succeeded import (
    ManagedEniIpv6BandwidthChanged,
    ManagedEniUndocumentedWrite,
    ManagedEniWriteSucceeded,
)
from eniguard.rules.sweep import SweepRule

__all__ = ["RULES", "SWEEPS"]

RULES: tuple[type[Rule], ...] = (
    ManagedEniWriteRefused,
    ManagedEniPersistentAttempts,
    ManagedEniWriteSucceeded,
    ManagedEniForeignService,
    ManagedEniNewService,
    ManagedEniBlocksDelete,
    ManagedEniIpv6BandwidthChanged,
    EniCrossAccountPermission,
    EniSourceDestCheckOff,
    ManagedEniUndocumentedWrite,
)

SWEEPS: tuple[type[SweepRule], ...] = (ManagedEniOrphaned,)
