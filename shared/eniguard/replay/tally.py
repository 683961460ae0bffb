"""The counts of a replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter

from msgspec import Struct, field

from eniguard.model import Decision, Finding, Sweep, Undecided
from eniguard.settings import Waiver

#: Findings by waiver and rule.
Counts = dict[str, dict[str, int]]

_FINDINGS, _UNDECIDED = attrgetter("findings"), attrgetter("undecided")
_LATE, _RULE = attrgetter("late"), attrgetter("rule")
_FAILED = attrgetter("failed")


class Tally(Struct):
    """The counts of a replay.

    ``read = concerned + not_concerned + unreadable events`` and
    ``concerned = decided + undecided + duplicates``; an event is undecided when some rule could not be
    decided on it. ``unreadable`` also counts files, and items of state snapshots, that could not be read;
    ``unreadable_items`` are the latter as path and problem. ``left_out`` counts files of events that were
    not read because their state snapshot could not be. ``size`` is in bytes of files that are done with,
    and grows while a file is read; one that cannot be read to its end is done with as a whole. ``swept``
    counts the state snapshots without events, of which none is in any other count; their findings are among
    the ``findings``. Findings that a waiver hides are not: ``waived`` counts them by waiver and rule, and
    ``outlived`` those that an expired waiver would have hidden, and none hid. ``failed_rules`` counts
    verdicts that a rule failed, of events and of states, by the rule and how it failed; they are not among
    the other undecided rules.
    """

    read: int = 0
    concerned: int = 0
    decided: int = 0
    undecided: int = 0
    duplicates: int = 0
    late: int = 0
    not_concerned: int = 0
    unreadable: int = 0
    left_out: int = 0
    swept: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    waived: Counts = field(default_factory=dict)
    outlived: Counts = field(default_factory=dict)
    undecided_rules: dict[str, int] = field(default_factory=dict)
    undecided_sweeps: dict[str, int] = field(default_factory=dict)
    failed_rules: dict[str, int] = field(default_factory=dict)
    unreadable_items: set[tuple[str, str]] = field(default_factory=set)
    seconds: float = 0.0
    size: int = 0

    def count(self, decisions: Sequence[Decision]) -> None:
        """Count decisions."""
        undecided = list(filter(None, map(_UNDECIDED, decisions)))
        self.undecided += len(undecided)
        self.decided += len(decisions) - len(undecided)
        self.late += sum(map(_LATE, decisions))
        self._count_undecided(chain.from_iterable(undecided), self.undecided_rules)
        self._count_findings(chain.from_iterable(map(_FINDINGS, decisions)))

    def count_sweep(self, sweep: Sweep) -> None:
        """Count one state snapshot that was judged."""
        self.swept += 1
        self._count_undecided(sweep.undecided, self.undecided_sweeps)
        self._count_findings(sweep.findings)

    def _count_undecided(self, verdicts: Iterable[Undecided], by_rule: dict[str, int]) -> None:
        verdicts = list(verdicts)
        failures = list(filter(_FAILED, verdicts))
        if failures:
            _add(self.failed_rules, [f"{one.rule}: {one.reason}" for one in failures])
            verdicts = [one for one in verdicts if not one.failed]
        _add(by_rule, map(_RULE, verdicts))

    def _count_findings(self, findings: Iterable[Finding]) -> None:
        _add(self.findings, [one.severity for one in findings if one.waived_by is None])

    def count_waivers(self, findings: Iterable[Finding], expired: Iterable[tuple[Waiver, Finding]]) -> None:
        """Count the findings that waivers hide, and those that expired ones would have hidden."""
        for one in findings:
            if one.waived_by is not None:
                _add(self.waived.setdefault(one.waived_by, {}), (one.rule,))
        for waiver, one in expired:
            _add(self.outlived.setdefault(waiver.id, {}), (one.rule,))


def _add(counts: dict[str, int], names: Iterable[str]) -> None:
    """Count names."""
    for name, number in Counter(names).items():
        counts[name] = counts.get(name, 0) + number
