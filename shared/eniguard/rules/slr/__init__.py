"""Rules on service-linked roles and older service roles."""

from eniguard.rules.base import Rule
from eniguard.rules.slr.created import SlrCreated, SlrCreateDenied
from eniguard.rules.slr.deleted import SlrDeleteRequested
from eniguard.rules.slr.edited import ServiceRoleEdited, SlrEditRefused
from eniguard.rules.slr.lookalike import SlrLookAlike
from eniguard.rules.slr.service_calls import ServiceDenied, ServiceOutsideItsPolicy

RULES: tuple[type[Rule], ...] = (
    SlrCreated,
    SlrDeleteRequested,
    ServiceOutsideItsPolicy,
    ServiceDenied,
    SlrLookAlike,
    ServiceRoleEdited,
    SlrCreateDenied,
    SlrEditRefused,
)
