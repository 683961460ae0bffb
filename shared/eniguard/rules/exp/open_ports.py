"""Ingress rules that open risky ports, or all of them, to the world."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

from eniguard.model import Reference
from eniguard.rules.case import Case
from eniguard.rules.exp.opened import OpenedRule, WideParams
from eniguard.rules.exp.reach import stretches
from eniguard.rules.exp.resolved import Resolved
from eniguard.rules.exp.risky_ports import RISKY_TCP, RISKY_UDP
from eniguard.rules.exp.services import opens_all_ports, port, shown
from eniguard.rules.exp.spans import Span, Spans, holds, meet, merged
from eniguard.rules.exp.stated import Stated

#: The calls that add or change an ingress rule.
INGRESS = frozenset(
    ("ecs:AuthorizeSecurityGroup", "ecs:ModifySecurityGroupRule", "ecs:ConfigureSecurityGroupPermissions")
)
_RULES = Reference("ECS API reference", "AuthorizeSecurityGroup, Priority and Policy")
_Port = Annotated[int, Meta(ge=1, le=65_535)]


class RiskyParams(WideParams, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """``ports`` are the risky TCP ports, ``udp_ports`` those of UDP; ``wide_prefix`` as for `WideParams`."""

    ports: tuple[_Port, ...] = tuple(RISKY_TCP)
    udp_ports: tuple[_Port, ...] = tuple(RISKY_UDP)


class RiskyPortOpen(OpenedRule):
    """EXP001."""

    code = "EXP001"
    name = "risky-port-open"
    severity = "high"
    direction = "ingress"
    summary = "A rule opened a risky port of a security group to the world."
    why = (
        "Remote administration, databases and management consoles are searched for on the whole Internet: "
        "an open port is found within minutes, and one weak password or unpatched service is enough."
    )
    advice = (
        "Revoke the rule, or let in only the addresses that need the port; for administration, use Cloud "
        "Assistant, a bastion host or a VPN."
    )
    actions = INGRESS
    Params = RiskyParams
    references = (_RULES, Reference("Cloud Config", "sg-risky-ports-check"))
    false_positives = (
        "Services that are meant for everybody on such a port: take the port out of `ports`. Instances "
        "without a public address are not reached, whatever their group lets in. A rule for all ports is "
        "EXP002's alone."
    )

    def interest(self, case: Case, services: Spans) -> Spans:
        return _of_interest(services, case.params)

    def points(self, case: Case, interest: Spans, rules: Sequence[Resolved]) -> Sequence[Span]:
        return [(one, one) for one in risky_points(case, interest)]

    def said(self, group_id: str, opened: Spans, offending: Sequence[Stated]) -> str:
        return f"{shown(opened)} of security group {group_id} is open to the world"


class AllPortsOpen(OpenedRule):
    """EXP002."""

    code = "EXP002"
    name = "all-ports-open"
    severity = "high"
    direction = "ingress"
    summary = "A rule opened all ports or all protocols of a security group to the world."
    why = "Whatever listens on an instance of the group, now or later, can be reached by everybody."
    advice = "Revoke the rule, and let in only the ports and addresses that are needed."
    actions = INGRESS
    references = (_RULES, Reference("Cloud Config", "ecs-security-group-not-open-all-port"))
    false_positives = (
        "Instances without a public address are not reached, whatever their group lets in. Drop rules of the "
        "group that leave some ports open do not silence it."
    )

    def interest(self, case: Case, services: Spans) -> Spans:
        return services if opens_all_ports(services) else ()

    def points(self, case: Case, interest: Spans, rules: Sequence[Resolved]) -> Sequence[Span]:
        return stretches(interest, rules)

    def said(self, group_id: str, opened: Spans, offending: Sequence[Stated]) -> str:
        ports = "; ".join([one.text for one in offending])
        return f"Security group {group_id} is open to the world on all ports: {ports}"


def risky(case: Case) -> Spans:
    """The risky ports as a set."""
    return _risky(case.params)


def risky_points(case: Case, services: Spans) -> list[int]:
    """The risky ports among some services."""
    return [one for one in _risky_numbers(case.params) if holds(services, one)]


@lru_cache(maxsize=1_024)
def _of_interest(services: Spans, params: RiskyParams) -> Spans:
    return () if opens_all_ports(services) else meet(services, _risky(params))


@lru_cache(maxsize=64)
def _risky(params: RiskyParams) -> Spans:
    return merged([(one, one) for one in _risky_numbers(params)])


@lru_cache(maxsize=64)
def _risky_numbers(params: RiskyParams) -> tuple[int, ...]:
    tcp, udp = [port("TCP", one) for one in params.ports], [port("UDP", one) for one in params.udp_ports]
    return (*tcp, *udp)
