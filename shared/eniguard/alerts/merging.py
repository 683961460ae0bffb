"""What one message tells of: one call, or as many as fit where more waits than the pace allows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from eniguard.alerts.alert import Alert
from eniguard.alerts.formats.base import Pace
from eniguard.alerts.outbox import ORDER, Waiting
from eniguard.alerts.pacing import free, free_at, one_by_one
from eniguard.alerts.sink_lease import Ids
from eniguard.model import Severity

#: Entries of one message, whatever a chat has room for; what is in flight is kept with the sink.
MOST_TOGETHER = 200
_FIRST = {severity: place for place, severity in enumerate(ORDER)}


class Unit(Struct, frozen=True):
    """Entries that are not parted: one, or those of a message that was told perhaps, which is a repeat."""

    entries: tuple[Waiting, ...]
    group: Ids = ()

    @property
    def severity(self) -> Severity:
        """The highest of its entries."""
        return min((one.severity for one in self.entries), key=_FIRST.__getitem__)


class Choice(Struct, frozen=True):
    """What is told next: the first of these, or as many of them as fit; or nothing, until ``at``."""

    units: tuple[Unit, ...] = ()
    at: float = 0.0


def units_of(ready: Sequence[Waiting], perhaps: Sequence[Ids]) -> list[Unit]:
    """What waits, as units, the most severe and the oldest first."""
    group_of = {alert: group for group in perhaps for alert in group}
    together: dict[Ids, list[Waiting]] = {}
    units = []
    for one in ready:
        group = next((group_of[alert.id] for alert in one.entry.alerts if alert.id in group_of), None)
        if group is None:
            units.append(Unit((one,)))
        else:
            together.setdefault(group, []).append(one)
    units += [Unit(tuple(entries), group) for group, entries in together.items()]
    return sorted(units, key=_turn)


def chosen(
    units: Sequence[Unit], times: Sequence[float], pace: Pace, now: float, at_most: int | None
) -> Choice:
    """What is told next.

    Critical ones come first, and are told one by one as long as the pace has room for all of them. The others
    leave a part of the pace for critical ones to come. A repeat is a message of its own.

    Parameters
    ----------
    units
        What waits, in its order; not empty.
    times, pace, now
        When messages were sent; the limits of the chat; seconds since 1970 (UTC).
    at_most
        How many entries a message may hold.
    """
    critical = units[0].severity == "critical"
    if free(times, pace, now, critical=critical) < 1:
        return Choice(at=free_at(times, pace, now, critical=critical))
    if units[0].group:
        return Choice((units[0],))
    alike = [one for one in units if (one.severity == "critical") == critical]
    if len(alike) <= one_by_one(times, pace, now, critical=critical):
        return Choice((units[0],))
    together = [one for one in alike if not one.group][: min(at_most or MOST_TOGETHER, MOST_TOGETHER)]
    return Choice(tuple(together))


def most_that_fit(most: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to ``most`` that fits, by halves; one always does."""
    if most <= 1 or fits(most):
        return max(most, 1)
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def alerts_of(units: Sequence[Unit]) -> list[Alert]:
    """The alerts of units, each once."""
    found = {alert.id: alert for unit in units for one in unit.entries for alert in one.entry.alerts}
    return list(found.values())


def _turn(unit: Unit) -> tuple[int, float]:
    return _FIRST[unit.severity], min(one.due.at for one in unit.entries)
