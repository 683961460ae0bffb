"""Rules on service-linked roles and older service roles."""

from eniguard.rules.base import Rule
from eniguard.rules.slr.assumed import ServiceRoleAssumed
from eniguard.rules.slr.created import SlrCreated, SlrCreateDenied
from eniguard.rules.slr.deleted import SlrDeleteRequested
from eniguard.rules.slr.drift import SlrPolicyDrift
from eniguard.rules.slr.edited import ServiceRoleEdited, SlrEditRefused
from eniguard.rules.slr.failed import SlrDeleteFailed
from eniguard.rules.slr.lookalike import SlrLookAlike
from eniguard.rules.slr.service_calls import ServiceDenied, ServiceOutsideItsPolicy
from eniguard.rules.slr.unconditioned import SlrDeleteWithoutCondition
from eniguard.rules.sweep import SweepRule

RULES: tuple[type[Rule], ...] = (
    SlrCreated,
    SlrDeleteRequested,
    SlrDeleteFailed,
    ServiceOutsideItsPolicy,
    ServiceDenied,
    SlrLookAlike,
    ServiceRoleAssumed,
    ServiceRoleEdited,
    SlrCreateDenied,
    SlrEditRefused,
)

SWEEPS: tuple[type[SweepRule], ...] = (SlrPolicyDrift, SlrDeleteWithoutCondition)
