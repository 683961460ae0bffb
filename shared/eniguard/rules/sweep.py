"""Rules about everything known at one moment, which a timer or a state snapshot asks for.

They judge a `View`, not a call: what stands there, however it came about. The findings of a sweep say what
is the case now; a finding on the same subject has the same id in each sweep, so that it is known again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from eniguard.errors import ConfigError
from eniguard.events.times import parsed, written
from eniguard.facts.items import KINDS
from eniguard.facts.refs import Ref
from eniguard.facts.view import View
from eniguard.model import (
    Evidence,
    Finding,
    Fix,
    Reference,
    Resource,
    Severity,
    Sweep,
    Undecided,
    finding_id,
)
from eniguard.model.finding import Inventory
from eniguard.rules.answers import PASSED_ON, failed, no_verdict
from eniguard.rules.base import Declared, Verdicts
from eniguard.rules.declarations import check_tuple, known
from eniguard.rules.evidence import Shown
from eniguard.rules.subject_tags import tagged_by_view


class Swept(Declared):
    """A rule that the sweep asks: a `SweepRule`, or a `Rule` for calls that also judges what stands there.

    Attributes
    ----------
    kinds
        The kinds of resources it reads, as state snapshots name them.
    """

    kinds: ClassVar[tuple[str, ...]]

    @classmethod
    def validate(cls) -> None:
        """Refuse also a rule that reads nothing, or kinds that do not exist."""
        super().validate()
        check_tuple(cls, "kinds", str)
        if not cls.kinds:
            raise ConfigError(f"{cls.code}: no kinds to read; valid: {', '.join(KINDS)}")
        for kind in cls.kinds:
            known(kind, KINDS, f"{cls.code}: unknown kind")

    @abstractmethod
    def sweep(self, view: View, params: Any, now: float) -> Verdicts:
        """What the rule says of a view; see `SweepRule.evaluate`."""

    def sweep_finding(
        self,
        view: View,
        subject: Resource,
        summary: str,
        *,
        severity: Severity | None = None,
        inventory: Inventory = "known",
        evidence: Sequence[Evidence] = (),
        others: Sequence[Resource] = (),
        advice: str | None = None,
        fix: Fix | None = None,
        references: Sequence[Reference] = (),
        cidrs: Sequence[str] = (),
    ) -> Finding:
        """A finding of this rule about ``subject``, without an event.

        ``severity`` and ``inventory`` are as in `level`; ``references`` are places beside those of the rule.
        ``cidrs`` are all address blocks that the finding is about; none unless all are known.
        """
        sweep = f"sweep {view.account} {view.region}"
        return Finding(
            finding_id=finding_id(sweep, self.code, subject.kind, subject.id),
            rule=self.code,
            name=self.name,
            severity=self.level(severity, inventory),
            trigger="sweep",
            event_id=None,
            event_time=None,
            region=view.region,
            account_id=view.account,
            action=None,
            outcome=None,
            actor=None,
            resources=(subject, *others),
            inventory=inventory,
            summary=summary,
            evidence=tuple(evidence),
            advice=advice or self.advice,
            fix=fix,
            references=(*self.references, *references),
            cidrs=tuple(cidrs),
        )

    def sweep_undecided(self, reason: str, *refs: Ref, subject: Resource | None = None) -> Undecided:
        """A verdict that this rule cannot be decided, because ``refs`` are missing."""
        return Undecided(self.code, tuple([str(ref) for ref in refs]), reason, None, subject)


class SweepRule(Swept):
    """One rule of the catalogue that judges what stands there, and no call."""

    @abstractmethod
    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        """What the rule says of a view.

        Parameters
        ----------
        view
            Everything known of one account and region.
        params
            The rule's parameters (an instance of its ``Params``).
        now
            The time of the sweep, in seconds since 1970 (UTC).
        """

    def sweep(self, view: View, params: Any, now: float) -> Verdicts:
        """As `evaluate`."""
        return self.evaluate(view, params, now)

    finding = Swept.sweep_finding
    undecided = Swept.sweep_undecided


def from_view(view: View, name: str, value: Shown, note: str | None = None) -> Evidence:
    """Evidence for a value that was read off a view; arguments as in `eniguard.rules.evidence.from_fact`."""
    return Evidence(name, value, note, view.source, written(view.as_of))


def age_of(created_at: str | None, now: float) -> float | None:
    """Seconds since a resource was made; ``None`` when its record does not say."""
    if created_at is None:
        return None
    try:
        return now - parsed(created_at)[1]
    except ValueError:
        return None


def swept(rules: Iterable[Swept], view: View, now: float) -> Sweep:
    """What all rules say of a view, in their order.

    Parameters
    ----------
    rules
        The enabled ones (`eniguard.rules.registry.Registry.sweeps`).
    view
        Everything known of one account and region.
    now
        The time of the sweep, in seconds since 1970 (UTC).
    """
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    for rule in rules:
        try:
            verdicts: Sequence[object] = rule.sweep(view, rule.params, now)
            for one in verdicts:
                if isinstance(one, Finding):
                    findings.append(one)
                elif isinstance(one, Undecided):
                    undecided.append(one)
                else:
                    undecided.append(no_verdict(rule, one))
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
            undecided.append(failed(rule, error))
    found = tagged_by_view(findings, view)
    return Sweep(view.account, view.region, written(now), found, tuple(undecided))
