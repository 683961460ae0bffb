"""How a plan ended, for whoever is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from eniguard.errors import EniguardError
from eniguard.model import Finding
from eniguard.remediation.plan import PlanRecord

#: ``applied`` the calls were made; ``already`` nothing was left to do; ``undone`` they were taken back;
#: ``refused`` a safeguard held it back; ``failed`` a call or the reading back did not go as it should.
Ended = Literal["applied", "already", "undone", "refused", "failed"]


class Outcome(Struct, frozen=True):
    """How a plan ended.

    Attributes
    ----------
    ended, record
        How, and what is on record.
    error
        Why, when it was refused or failed.
    finding
        A finding of SELF009, when a budget is used up or a loop was stopped: somebody has to look.
    repeat
        Whether it may have been told before.
    """

    ended: Ended
    record: PlanRecord
    error: EniguardError | None = None
    finding: Finding | None = None
    repeat: bool = False


#: Tells somebody how a plan ended.
Tell = Callable[[Outcome], None]
