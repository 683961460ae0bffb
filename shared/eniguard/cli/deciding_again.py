"""Decides the events of dead letters, and writes the findings of each before its letter is marked."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

from eniguard.cli.findings_output import Output, output_of
from eniguard.cli.findings_table import print_findings
from eniguard.events.calls import Call
from eniguard.events.kept import kept
from eniguard.events.wrappers import Way
from eniguard.intake import Pending
from eniguard.model import Decision, Finding
from eniguard.pipeline import Pipeline
from eniguard.rule_modules import registry_of
from eniguard.settings import Policy
from eniguard.sources import Source
from eniguard.state import Store


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

    What a rule lacks a fact for is put down in the store, and the sweep asks again.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    store
        Where the windows of the rules are kept, in which an event counts once, and what is undecided.
    form
        One of ``FORMATS``.
    source
        Where facts come from; by default nowhere.
    clock
        Gives seconds since 1970 (UTC).

    Attributes
    ----------
    undecided
        How often each rule lacked a fact.
    """

    def __init__(
        self,
        policy: Policy,
        store: Store,
        form: str,
        *,
        source: Source | None = None,
        clock: Callable[[], float],
    ) -> None:
        registry = registry_of(policy, event_path=True)
        self._pipeline = Pipeline(policy, registry=registry, source=source, history=store)
        self._pending = Pending(store)
        self._clock = clock
        self._decided: list[tuple[Call, Way, Decision]] = []
        self._tables = _Tables() if form == "table" else None
        self._output: Output = self._tables or output_of(form)
        self.undecided: Counter[str] = Counter()

    def decide(self, call: Call, way: Way) -> None:
        """Decide one call of a letter."""
        self._decided.append((call, way, self._pipeline.decide(call, now=self._clock()).decision))

    def write(self) -> None:
        """Write the findings of a letter, so that they are out when it is marked."""
        for call, way, decision in self._decided:
            # The sweep asks again what lacks a fact, as with an event that arrives.
            self._pending.left_open(call, kept(call, way), decision, self._clock())
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
