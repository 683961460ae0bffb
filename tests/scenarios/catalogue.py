"""Every scenario, with the day it begins; those that share a sequence begin in the order of their files."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios import (
    calls,
    exposure,
    guard_itself,
    guard_upkeep,
    managed,
    persistence,
    policies,
    prefixes,
    quotas,
    roles,
    sequences,
    sweeps,
    tables,
)
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
    "opened-groups": (30, exposure.opened),
    "widened-lists": (31, exposure.lists),
    "drop-rules": (32, exposure.taken_away),
    "swapped-groups": (33, exposure.members),
    "foreign-sides": (34, exposure.sides),
    "followed-rules": (35, sequences.rules),
    "attempts": (40, persistence.attempts),
    "newcomers": (41, persistence.newcomers),
    "unassignments": (42, persistence.unassignments),
    "from-a-controller": (43, persistence.from_a_controller),
    "failed-deletions": (50, policies.failed_deletions),
    "assumed-roles": (51, policies.assumed_roles),
    "drifted-policies": (52, policies.drifted_policies),
    "deletion-rights": (53, policies.deletion_rights),
    "policies-in-force": (54, policies.policies_in_force),
    "guard-trails": (60, guard_itself.trails),
    "guard-event-rules": (61, guard_itself.event_rules),
    "guard-functions": (62, guard_itself.functions),
    "guard-access": (63, guard_itself.access),
    "guard-stores": (64, guard_itself.stores),
    "guard-tags": (65, guard_itself.tags),
    "guard-loop": (66, guard_itself.loop),
    "guard-restarts": (67, guard_upkeep.restarts),
    "guard-buses": (68, guard_upkeep.buses),
    "guard-provisions": (69, guard_upkeep.provisions),
    "orphans": (70, sweeps.orphans),
    "left-overs": (71, sweeps.left_overs),
    "reserved-blocks": (72, sweeps.reserved_blocks),
    "full-groups": (73, sweeps.full_groups),
    "guard-contents": (85, guard_upkeep.contents),
    "guard-other-ways": (86, guard_upkeep.other_ways),
    "guard-older-tags": (87, guard_upkeep.older_tags),
}


def _sentence(play: object) -> str:
    return (play.__doc__ or "").strip()


SCENARIOS: tuple[Scenario, ...] = tuple(
    Scenario(name, _sentence(play), day, play) for name, (day, play) in _PLAYS.items()
)


def stages() -> list[Stage]:
    """Every scenario, played."""
    return [scenario.stage() for scenario in SCENARIOS]
