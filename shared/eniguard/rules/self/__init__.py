"""Rules on the guard itself: what feeds it, what it runs as, and where it keeps what it knows."""

from eniguard.rules.base import Rule
from eniguard.rules.internal import InternalRule
from eniguard.rules.self.control_tag import ControlTagChanged
from eniguard.rules.self.delivery_trouble import DeliveryTrouble
from eniguard.rules.self.event_rule import EventRuleDisabled
from eniguard.rules.self.function import FunctionChanged
from eniguard.rules.self.loop import LoopOrCap
from eniguard.rules.self.role import GuardRoleChanged, GuardRoleMisused
from eniguard.rules.self.silence import Silence
from eniguard.rules.self.store import EvidenceStoreChanged
from eniguard.rules.self.trail import TrailNarrowed, TrailStopped
from eniguard.rules.self.undecided_in_bulk import UndecidedInBulk
from eniguard.rules.sweep import SweepRule

RULES: tuple[type[Rule], ...] = (
    TrailStopped,
    TrailNarrowed,
    EventRuleDisabled,
    FunctionChanged,
    GuardRoleChanged,
    EvidenceStoreChanged,
    LoopOrCap,
    GuardRoleMisused,
    ControlTagChanged,
)

SWEEPS: tuple[type[SweepRule], ...] = ()

INTERNAL: tuple[type[InternalRule], ...] = (Silence, DeliveryTrouble, UndecidedInBulk)
