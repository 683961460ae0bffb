"""What the sweep makes good: events that no way brought, questions left open, what no event asks."""

from eniguard.sweeping.bulk import Bulk
from eniguard.sweeping.canary import Canary
from eniguard.sweeping.checkpoints import Checkpoint, Checkpoints
from eniguard.sweeping.deliveries import Deliveries
from eniguard.sweeping.gap_fill import GapFill
from eniguard.sweeping.managed import ManagedSweep
from eniguard.sweeping.parts import Part, Parts, Place, places_of
from eniguard.sweeping.role_deletions import RoleDeletions
from eniguard.sweeping.silence import Silent, ways_of
from eniguard.sweeping.standing import Standing

__all__ = [
    "Bulk",
    "Canary",
    "Checkpoint",
    "Checkpoints",
    "Deliveries",
    "GapFill",
    "ManagedSweep",
    "Part",
    "Parts",
    "Place",
    "RoleDeletions",
    "Silent",
    "Standing",
    "places_of",
    "ways_of",
]
