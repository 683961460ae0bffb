"""What a function does with one delivery: every event in it is decided, and ends in a log line of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import TextIO

import msgspec
from msgspec import Struct

from eniguard.errors import ConfigError, InputError
from eniguard.events.envelopes import parse
from eniguard.model import Decision
from eniguard.pipeline import Pipeline
from eniguard.rule_modules import registry_of
from eniguard.settings import DEFAULT_POLICY, Policy
from eniguard.toolkit import FcContext, Logger

#: Where the policy of a function stands; read once per instance.
POLICY_VARIABLE = "ENIGUARD_POLICY"
#: ``1``: nothing outside the function is asked, so that every fact is Unknown.
OFFLINE_VARIABLE = "ENIGUARD_OFFLINE"


class Counts(Struct):
    """How the events of one delivery ended; each is counted once."""

    decided: int = 0
    not_concerned: int = 0
    dead_letter: int = 0


class Delivery:
    """Decides what is delivered to one function instance, and logs it as JSON lines.

    Each event ends in one line: ``decision`` (with its findings and what could not be decided on lines of
    their own), ``not_concerned`` with the counts by reason, or ``dead_letter`` with the reason.

    Parameters
    ----------
    environment
        The environment variables; those of the process by default.
    clock
        Gives seconds since 1970 (UTC).
    stream
        Where log lines go; the standard output by default.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        stream: TextIO | None = None,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._clock = clock
        self._stream = stream
        self._pipeline: Pipeline | None = None
        self._cold_start = True

    def prepare(self) -> Pipeline:
        """Load the policy and the rules, once.

        Raises
        ------
        ConfigError
            The policy is wrong, or look-ups are asked for, which this version does not have.
        """
        if self._pipeline is not None:
            return self._pipeline
        if self._environment.get(OFFLINE_VARIABLE) != "1":
            raise ConfigError(
                f"set {OFFLINE_VARIABLE}=1: this version decides from the event alone and makes no look-ups"
            )
        policy = _policy(self._environment.get(POLICY_VARIABLE))
        self._pipeline = Pipeline(policy, registry=registry_of(policy, event_path=True))
        return self._pipeline

    def handle(self, event: bytes | str, context: object) -> str:
        """Decide one delivery.

        Parameters
        ----------
        event
            The bytes the function is called with.
        context
            The runtime's context, of python3.10 or python3.12.

        Returns
        -------
        str
            The counts as a JSON object. An event that cannot be read is a dead letter, not an error: trying
            again would not help.

        Raises
        ------
        ConfigError
            As for `prepare`.
        """
        pipeline = self.prepare()
        log = Logger(
            FcContext.of(context, self._environment),
            cold_start=self._cold_start,
            stream=self._stream,
            clock=self._clock,
        )
        self._cold_start = False
        counts = Counts()
        now = self._clock()
        for batch in parse(event, path="<delivery>", now=now, forgeable=("bare", "oss")):
            for concerned in batch.concerned:
                decision = pipeline.decide(concerned.call, now=now).decision
                _log_decision(log, decision, concerned.way)
                counts.decided += 1
            if batch.not_concerned:
                log.write("not_concerned", reasons=batch.not_concerned)
                counts.not_concerned += sum(batch.not_concerned.values())
            for error in batch.errors:
                _log_dead_letter(log, error)
                counts.dead_letter += 1
        return msgspec.json.encode(counts).decode()


def _policy(path: str | None) -> Policy:
    """The policy at a path, else the built-in defaults."""
    if not path:
        return DEFAULT_POLICY
    from pathlib import Path

    from eniguard.settings.guardfile import read_policy

    return read_policy(Path(path))


def _log_decision(log: Logger, decision: Decision, way: str) -> None:
    """A line for the decision, then one for each finding and each rule that could not be decided."""
    log.write(
        "decision",
        way=way,
        event_id=decision.event_id,
        event_time=decision.event_time,
        action=decision.action,
        outcome=decision.outcome,
        region=decision.region,
        account_id=decision.account_id,
        actor=msgspec.to_builtins(decision.actor),
        findings=len(decision.findings),
        undecided=len(decision.undecided),
    )
    for finding in decision.findings:
        log.write("finding", finding)
    for undecided in decision.undecided:
        log.write("undecided", undecided)


def _log_dead_letter(log: Logger, error: InputError) -> None:
    """What could not be read, by reason and place; the bytes may hold secrets and are not logged."""
    log.write("dead_letter", reason=error.problem, index=error.index, offset=error.offset)
