"""Every scenario, with the day it begins; those that share a sequence begin in the order of their files."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios import calls, managed, prefixes, quotas, roles, sequences, tables
from tests.scenarios.stage import Scenario, Stage

#: By name: the day it begins, which stays as it is, and the play. A new one takes the next free day.
_PLAYS: dict[str, tuple[int, Callable[[Stage], None]]] = {
    "gateway": (0, managed.gateway),
    "nat": (1, managed.nat),
    "foreign-services": (2, managed.foreign_services),
    "open-writes": (3, managed.open_writes),
    "vpc-calls": (4, managed.vpc_calls),
    "unknown": (5, managed.unknown),
    "retries": (6, tables.retries),
    "prefix-mistakes": (7, prefixes.mistakes),
    "unlisted-region": (8, prefixes.unlisted_region),
    "controller": (9, prefixes.controller),
    "reservations": (10, prefixes.reservations),
    "linked-role": (11, roles.linked),
    "ordinary-roles": (12, roles.ordinary),
    "basic-quota": (13, quotas.basic),
    "advanced-quota": (14, quotas.advanced),
    "everyday": (15, calls.everyday),
    "machines": (16, calls.machines),
    "not-implemented": (18, calls.not_implemented),
    "owner": (19, tables.owner),
    "contract-broken": (20, tables.broken),
    "journal": (21, sequences.journal),
    "out-of-order": (22, sequences.out_of_order),
    "tables": (23, tables.account),
}


def _sentence(play: object) -> str:
    return (play.__doc__ or "").strip()


SCENARIOS: tuple[Scenario, ...] = tuple(
    Scenario(name, _sentence(play), day, play) for name, (day, play) in _PLAYS.items()
)


def stages() -> list[Stage]:
    """Every scenario, played."""
    return [scenario.stage() for scenario in SCENARIOS]
