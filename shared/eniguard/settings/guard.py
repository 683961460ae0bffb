"""The guard's own things, as plain records: what the SELF rules watch over.

Names are compared without case. What is not named here is not the guard's, and no rule speaks of it.
"""

from __future__ import annotations

from msgspec import Struct

#: Whoever sets this tag on a resource keeps the guard from putting anything back on it (design, "Fixes").
IGNORE_TAG = "guard:ignore"


class GuardTrail(Struct, frozen=True):
    """A trail that the guard is fed by.

    ``events`` and ``regions`` are what it has to record (``Write``, ``Read`` or ``All``; ``None`` is every
    region), ``sls_project`` and ``oss_bucket`` where it has to deliver to; ``None`` is not watched.
    """

    name: str
    events: str = "Write"
    regions: tuple[str, ...] | None = None
    sls_project: str | None = None
    oss_bucket: str | None = None


class GuardRule(Struct, frozen=True):
    """An event rule that hands events to the guard."""

    name: str
    bus: str = "default"


class GuardLogStore(Struct, frozen=True):
    """Logs of the guard: a whole project, or one logstore of it that keeps logs for at least ``days``."""

    project: str
    logstore: str | None = None
    days: int | None = None


class GuardTable(Struct, frozen=True):
    """State of the guard: a whole Tablestore instance, or one table of it."""

    instance: str
    table: str | None = None


class ControlTag(Struct, frozen=True):
    """A tag that controls what the guard does; ``None`` as the value stands for any."""

    key: str
    value: str | None = None


class Guard(Struct, frozen=True):
    """The guard's own things.

    ``roles`` are those its functions run as and ``policies`` those attached to them. A function of Function
    Compute 2.0 is written ``service/function``. ``control_tags`` are those of controllers; `IGNORE_TAG` is
    always one.
    """

    roles: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    trails: tuple[GuardTrail, ...] = ()
    event_rules: tuple[GuardRule, ...] = ()
    functions: tuple[str, ...] = ()
    log_stores: tuple[GuardLogStore, ...] = ()
    buckets: tuple[str, ...] = ()
    tables: tuple[GuardTable, ...] = ()
    secrets: tuple[str, ...] = ()
    control_tags: tuple[ControlTag, ...] = ()
