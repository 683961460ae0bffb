"""The pfx family."""

from eniguard.rules.base import Rule
from eniguard.rules.pfx.bulk import PrefixBulkUnassign
from eniguard.rules.pfx.containment import PrefixOutsideReservation, PrefixOutsideVSwitch
from eniguard.rules.pfx.eni_limit import PrefixEniLimit
from eniguard.rules.pfx.exhaustion import AddressExhaustion
from eniguard.rules.pfx.guest import PrefixNeedsGuestSetup
from eniguard.rules.pfx.headroom import ReservationFragmented, ReservationHeadroom
from eniguard.rules.pfx.instance_slots import PrefixInstanceSlots, PrefixSlotsNearlyUsed
from eniguard.rules.pfx.moved import PrefixMoved
from eniguard.rules.pfx.notation import PrefixNotStandardCidr, PrefixWrongMask
from eniguard.rules.pfx.overlap import PrefixOverlap
from eniguard.rules.pfx.parameters import PrefixConflictingParameters, PrefixCountOutOfRange
from eniguard.rules.pfx.region import PrefixRegionUnsupported
from eniguard.rules.pfx.reservation import ReservationChangedInUse
from eniguard.rules.pfx.taken import PrefixTakenFromController
from eniguard.rules.pfx.terway import ManyIpv6PrefixesOnTerwayEni
from eniguard.rules.sweep import SweepRule

RULES: tuple[type[Rule], ...] = (
    PrefixRegionUnsupported,
    PrefixWrongMask,
    PrefixNotStandardCidr,
    PrefixOutsideVSwitch,
    PrefixOutsideReservation,
    PrefixOverlap,
    PrefixConflictingParameters,
    PrefixCountOutOfRange,
    PrefixEniLimit,
    PrefixInstanceSlots,
    ReservationChangedInUse,
    AddressExhaustion,
    PrefixBulkUnassign,
    PrefixTakenFromController,
    ManyIpv6PrefixesOnTerwayEni,
    PrefixMoved,
    PrefixNeedsGuestSetup,
    PrefixSlotsNearlyUsed,
)

SWEEPS: tuple[type[SweepRule], ...] = (ReservationHeadroom, ReservationFragmented)
