"""Every scenario, with the day on which it begins: those that share a sequence in the order of their files."""

from __future__ import annotations

from tests.scenarios import calls, managed, prefixes, quotas, roles, sequences, tables
from tests.scenarios.stage import Scenario, Stage

_PLAYS = {
    "gateway": managed.gateway,
    "nat": managed.nat,
    "foreign-services": managed.foreign_services,
    "open-writes": managed.open_writes,
    "vpc-calls": managed.vpc_calls,
    "unknown": managed.unknown,
    "retries": tables.retries,
    "prefix-mistakes": prefixes.mistakes,
    "unlisted-region": prefixes.unlisted_region,
    "controller": prefixes.controller,
    "reservations": prefixes.reservations,
    "linked-role": roles.linked,
    "ordinary-roles": roles.ordinary,
    "basic-quota": quotas.basic,
    "advanced-quota": quotas.advanced,
    "everyday": calls.everyday,
    "toa": calls.toa,
    "not-implemented": calls.not_implemented,
    "owner": tables.owner,
    "contract-broken": tables.broken,
    "journal": sequences.journal,
    "out-of-order": sequences.out_of_order,
    "tables": tables.account,
}


def _sentence(play: object) -> str:
    return (play.__doc__ or "").strip()


SCENARIOS: tuple[Scenario, ...] = tuple(
    Scenario(name, _sentence(play), day, play) for day, (name, play) in enumerate(_PLAYS.items())
)


def stages() -> list[Stage]:
    """Every scenario, played."""
    return [scenario.stage() for scenario in SCENARIOS]
