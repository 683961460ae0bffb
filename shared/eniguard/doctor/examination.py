"""All checks, in the order in which things have to work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from eniguard.doctor.access import clock, credentials, members
from eniguard.doctor.check import Check, asked
from eniguard.doctor.event_rules import event_rules, linked_roles
from eniguard.doctor.functions import functions
from eniguard.doctor.permissions import permissions
from eniguard.doctor.remediation import remediation
from eniguard.doctor.setup import Setup
from eniguard.doctor.stores import canary, store
from eniguard.doctor.trails import trails

#: What the ids of checks begin with, and what makes them.
CHECKS: dict[str, Callable[[Setup], Iterator[Check]]] = {
    "credentials": credentials,
    "clock": clock,
    "trail": trails,
    "linked-role": linked_roles,
    "event-rule": event_rules,
    "function": functions,
    "permissions": permissions,
    "store": store,
    "canary": canary,
    "account": members,
    "remediation": remediation,
}


def examine(setup: Setup, only: Collection[str] = ()) -> Iterator[Check]:
    """Make checks, one after the other; what goes wrong with one is its outcome, and is not raised.

    Parameters
    ----------
    setup
        What is looked at.
    only
        Keys of ``CHECKS``; by default all.
    """
    for name, checks in CHECKS.items():
        if not only or name in only:
            yield from asked(name, checks, setup)
