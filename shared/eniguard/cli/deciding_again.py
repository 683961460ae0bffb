"""Decides the events of dead letters, and writes the findings of each before its letter is marked."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

from eniguard.cli.findings_output import Output, output_of
from eniguard.cli.findings_table import print_findings
from eniguard.events.calls import Call
from eniguard.events.wrappers import Way
from eniguard.model import Decision, Finding
from eniguard.pipeline import HistoryStore, Pipeline
from eniguard.rule_modules import registry_of
from eniguard.settings import Policy


class _Tables:
    """A table for the findings of each letter."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Keep a finding of this letter."""
        self._findings.append(finding)

    def close(self) -> None:
        """Print the table of this letter."""
        print_findings(self._findings)
        self._findings.clear()


class DecidingAgain:
    """Decides calls under a policy as a function does, and writes what it found.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    history
        Where the windows of the rules are kept; an event is counted in them once.
    form
        One of ``FORMATS``.
    clock
        Gives seconds since 1970 (UTC).

    Attributes
    ----------
    undecided
        How often each rule lacked a fact.
    """

    def __init__(
        self, policy: Policy, history: HistoryStore, form: str, *, clock: Callable[[], float]
    ) -> None:
        self._pipeline = Pipeline(policy, registry=registry_of(policy, event_path=True), history=history)
        self._clock = clock
        self._decided: list[Decision] = []
        self._tables = _Tables() if form == "table" else None
        self._output: Output = self._tables or output_of(form)
        self.undecided: Counter[str] = Counter()

    def decide(self, call: Call, _way: Way) -> None:
        """Decide one call of a letter."""
        self._decided.append(self._pipeline.decide(call, now=self._clock()).decision)

    def write(self) -> None:
        """Write the findings of a letter, so that they are out when it is marked."""
        for decision in self._decided:
            for finding in decision.findings:
                self._output.add(finding)
            self.undecided.update(one.rule for one in decision.undecided)
        self._decided.clear()
        if self._tables is not None:
            self._tables.close()
        if sys.stdout is not None:
            sys.stdout.flush()

    def forget(self) -> None:
        """Drop what was decided of a letter that failed before its end."""
        self._decided.clear()

    def close(self) -> None:
        """End the output."""
        self._output.close()
