"""Waivers as `eniguard waivers` shows them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from eniguard.alerts.matching import family_of
from eniguard.alerts.waivers import expired_at
from eniguard.cli.waiver_text import until
from eniguard.events.times import written
from eniguard.rules.registry import Registry
from eniguard.settings import ActorMatch, FindingMatch, Policy, Waiver

_DAY = 86_400.0

WaiverState = Literal["active", "expired"]


class WaiverSheet(Struct, frozen=True):
    """One waiver of the policy.

    ``expires`` is the moment from which it no longer holds (UTC, ISO 8601), ``last_day`` the last day on
    which it does, or that moment. ``days_left`` are whole days, below 0 once it has expired.
    """

    id: str
    match: FindingMatch
    matches: str
    owner: str
    reason: str
    expires: str
    last_day: str
    days_left: int
    state: WaiverState


class WaiverProblem(Struct, frozen=True):
    """A waiver that should be changed or taken out, and why."""

    id: str
    owner: str
    problem: str


def waiver_sheets(policy: Policy, now: float) -> list[WaiverSheet]:
    """The waivers in the order of guard.yml; ``now`` is in seconds since 1970 (UTC)."""
    return [
        WaiverSheet(
            one.id,
            one.match,
            matched(one.match),
            one.owner,
            one.reason,
            written(one.expires),
            until(one.expires),
            int((one.expires - now) // _DAY),
            "expired" if expired_at(one, now) else "active",
        )
        for one in policy.waivers
    ]


def matched(match: FindingMatch) -> str:
    """What a match looks at, in one line."""
    parts: tuple[tuple[str, Sequence[str]], ...] = (
        ("rules", match.rules),
        ("families", match.families),
        ("severity", () if match.severity is None else (f"{match.severity} and above",)),
        ("actors", [_actor(one) for one in match.actors]),
        ("resources", match.resources),
        ("tags", [key if value is None else f"{key}={value}" for key, value in match.tags.items()]),
        ("cidrs", match.cidrs),
        ("accounts", match.accounts),
        ("regions", match.regions),
        ("owners", match.owners),
    )
    return "; ".join([f"{name} {', '.join(values)}" for name, values in parts if values])


def _actor(one: ActorMatch) -> str:
    named = (("role", one.role), ("user", one.user), ("principal", one.principal_id))
    return " and ".join([f"{name} {value}" for name, value in named if value is not None])


def standing_problems(policy: Policy, registry: Registry, now: float) -> Iterator[WaiverProblem]:
    """What is wrong with waivers, whatever events come.

    Parameters
    ----------
    policy, registry
        The policy and its enabled rules.
    now
        The time, in seconds since 1970 (UTC).
    """
    asked = {rule.code for rule in registry.rules if rule.code not in registry.idle}
    asked |= {rule.code for rule in (*registry.sweeps, *registry.internal)}
    for one in policy.waivers:
        if expired_at(one, now):
            yield _problem(one, f"expired (until {until(one.expires)}): renew it, or take it out")
        for reason in _never(one.match, policy, asked):
            yield _problem(one, f"can match nothing: {reason}")


def _never(match: FindingMatch, policy: Policy, asked: set[str]) -> Iterator[str]:
    """Why no finding can match."""
    left = {code for code in asked if not match.rules or code in match.rules}
    left = {code for code in left if not match.families or family_of(code) in match.families}
    if not left:
        named = ", ".join((*match.rules, *match.families))
        yield f"under this policy no enabled rule is any of {named} (`eniguard rules list` shows which are)"
    if match.accounts and policy.accounts and not set(match.accounts) & set(policy.accounts):
        yield f"{', '.join(match.accounts)} is not among the accounts of guard.yml"
    if match.regions and policy.regions and not set(match.regions) & set(policy.regions):
        yield f"{', '.join(match.regions)} is not among the regions of guard.yml"


def unused_problems(waivers: Sequence[Waiver], used: set[str]) -> Iterator[WaiverProblem]:
    """The waivers that matched no finding of a replay; ``used`` are the ids of the others."""
    for one in waivers:
        if one.id not in used:
            yield _problem(one, "matched nothing in these events")


def _problem(one: Waiver, problem: str) -> WaiverProblem:
    return WaiverProblem(one.id, one.owner, problem)
