"""The trails of one account: what is delivered where. What happened is in ``fakealiyun.trail``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Single-account trails in one region (ActionTrail, limits).
MOST_TRAILS = 5
#: Calls of LookupEvents in one second (ActionTrail, LookupEvents).
MOST_LOOKUPS = 2


@dataclass
class AccountTrail:
    """One trail.

    ``destination`` holds where it delivers to, as in ``OssBucketName`` or ``SlsProjectArn``. It delivers
    nothing until logging is started.
    """

    name: str
    home_region: str
    created_at: datetime
    updated_at: datetime
    event_rw: str = "Write"
    trail_region: str = "All"
    destination: dict[str, str] = field(default_factory=dict)
    logging: bool = False
    started_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def status(self) -> str:
        """``Fresh`` before logging was ever started, then ``Enable`` or ``Disable``."""
        if self.started_at is None:
            return "Fresh"
        return "Enable" if self.logging else "Disable"

    def start(self, now: datetime) -> None:
        """Deliver from now on."""
        self.logging, self.started_at = True, now

    def stop(self, now: datetime) -> None:
        """Deliver no more."""
        self.logging, self.stopped_at = False, now


class Trails:
    """The trails of one account by name, and when it last looked events up."""

    def __init__(self) -> None:
        self._trails: dict[str, AccountTrail] = {}
        self._lookups: list[datetime] = []

    def find(self, name: str) -> AccountTrail | None:
        """A trail, or ``None``."""
        return self._trails.get(name)

    def all(self) -> list[AccountTrail]:
        """Every trail, in the order they were made."""
        return list(self._trails.values())

    def full(self, region: str) -> bool:
        """Whether a region has as many trails as it may have."""
        return sum(trail.home_region == region for trail in self._trails.values()) >= MOST_TRAILS

    def add(self, trail: AccountTrail) -> None:
        """Keep a new trail."""
        self._trails[trail.name] = trail

    def remove(self, trail: AccountTrail) -> None:
        """Forget a trail."""
        self._trails.pop(trail.name, None)

    def may_look_up(self, now: datetime) -> bool:
        """Whether events may be looked up once more within this second; counts it."""
        self._lookups = [one for one in self._lookups if now - one < timedelta(seconds=1)]
        if len(self._lookups) >= MOST_LOOKUPS:
            return False
        self._lookups.append(now)
        return True
