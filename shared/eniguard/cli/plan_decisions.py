"""What whoever decides about a plan on the command line is told before anything is sealed."""

from __future__ import annotations

from eniguard.cli.connections import Connections
from eniguard.errors import ConfigError, Denied, NotFound, RemediationError
from eniguard.events.times import written
from eniguard.remediation.keys import seal_of
from eniguard.remediation.plan import Plan, PlanRecord, Purpose
from eniguard.remediation.seal import Seal


def check_open(record: PlanRecord, purpose: Purpose, now: float) -> None:
    """Let a plan pass that somebody may decide about; that is looked at once more when it is sealed.

    Raises
    ------
    RemediationError
        It was decided about, has expired, is only shown, or there is nothing to take back.
    """
    plan, name = record.plan, f"plan {record.plan.id}"
    if purpose == "undo":
        if record.state != "applied":
            raise RemediationError(f"{name} is {record.state}: only what was applied can be undone")
        return
    if record.state != "proposed":
        by = "" if record.verdict is None else f", decided by {record.verdict.approver.name}"
        raise RemediationError(f"{name} is {record.state}{by}: the first decision counts, and no other")
    if plan.mode in ("off", "plan"):
        why = "; ".join(plan.held_back) or f"the mode for {plan.rule} was {plan.mode} when it was made"
        raise RemediationError(f"{name} is only shown, and nobody can decide about it: {why}")
    if now > plan.expires:
        raise RemediationError(
            f"{name} expired at {written(plan.expires)}: look at {plan.subject.id}, and put it right by hand"
        )


def check_version(plan: Plan, version: str) -> None:
    """Let the plan pass that was looked at; an empty version lets every one pass.

    Raises
    ------
    RemediationError
        It is another one under the same id.
    """
    if version and version != plan.digest:
        raise RemediationError(
            f"plan {plan.id} is version {plan.digest} now, and another one was looked at: look at this one"
        )


def own_seal(connections: Connections) -> Seal:
    """The seal, with the keys that guard.yml names.

    Raises
    ------
    ConfigError
        They cannot be read from here, or are no keys.
    """
    settings = connections.policy.remediation
    try:
        return seal_of(settings, connections.secrets.get)
    except (ConfigError, Denied, NotFound) as error:
        if settings.keys is None:
            raise
        raise ConfigError(
            f"whoever decides needs {settings.keys.current} (remediation.keys), and has not got it: {error}"
        ) from None
