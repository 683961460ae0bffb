"""Routes: which sinks a finding goes to."""

from __future__ import annotations

from eniguard.alerts.alert import Alert
from eniguard.alerts.matching import matches
from eniguard.model import Finding
from eniguard.settings import Policy


def sinks_for(policy: Policy, told: Finding | Alert) -> tuple[str, ...]:
    """The names of the sinks that a finding, or the finding of an alert, goes to, each once.

    The first route that matches says; one with ``go_on`` lets the routes below it add theirs, up to and with
    the next that matches and has no ``go_on``. Without routes, it goes to all sinks.
    """
    if not policy.routes:
        return tuple([sink.name for sink in policy.sinks])
    finding = told.finding if isinstance(told, Alert) else told
    names: list[str] = []
    for route in policy.routes:
        if matches(route.match, finding):
            names += route.sinks
            if not route.go_on:
                break
    return tuple(dict.fromkeys(names))
