"""What a rule may not declare of itself is refused where its class is defined."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.rules import Reference, Rule, SweepRule, kind


class Thawed(Struct):
    """Parameters that could be changed."""

    hours: int = 1


class Demanding(Struct, frozen=True):
    """A parameter that guard.yml would have to give."""

    hours: int


SAID: dict[str, Any] = {
    "code": "MINE001",
    "name": "mine-first",
    "severity": "low",
    "summary": "A summary.",
    "why": "A reason.",
    "advice": "Advice.",
    "actions": frozenset(("ecs:DeleteNetworkInterface",)),
    "evaluate": lambda self, case: (),
}
SWEPT = {**{name: said for name, said in SAID.items() if name != "actions"}, "kinds": (kind.ENI,)}


def refused(base: type, said: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        type("Mine", (base,), said)
    return str(caught.value)


def test_a_rule_that_declares_what_it_should_is_taken() -> None:
    assert type("Mine", (Rule,), SAID)
    assert type("Mine", (SweepRule,), SWEPT)


@pytest.mark.parametrize("base", [Rule, SweepRule])
@pytest.mark.parametrize("missing", ["name", "severity", "summary", "why", "advice"])
def test_every_text_is_asked_for(base: type, missing: str) -> None:
    declared = SAID if base is Rule else SWEPT

    told = refused(base, {name: said for name, said in declared.items() if name != missing})

    assert told == f"MINE001: {missing} is None; a text was expected"
    assert refused(base, {**declared, missing: ""}) == f"MINE001: {missing} is ''; a text was expected"


@pytest.mark.parametrize(
    ("attribute", "said", "told"),
    [
        ("code", "mine1", "Mine: code 'mine1' is not letters and three digits, as ENI001"),
        ("code", "MINE0001", "Mine: code 'MINE0001' is not letters and three digits, as ENI001"),
        ("code", 7, "7: code is 7; a text was expected"),
        ("name", "Mine First", "MINE001: name 'Mine First' is not lower-case words joined by hyphens"),
        (
            "severity",
            "hi",
            "MINE001: unknown severity 'hi'; did you mean high? valid: info, low, medium, high, critical",
        ),
        (
            "outcomes",
            frozenset(("okay",)),
            "MINE001: unknown outcome 'okay'; did you mean ok? valid: denied, failed, ok, refused",
        ),
        (
            "actors",
            frozenset(("account", "services")),
            "MINE001: unknown actor 'services'; did you mean service? "
            "valid: account, controller, self, service, unconfirmed_service",
        ),
        (
            "actions",
            "ecs:DeleteNetworkInterface",
            "MINE001: actions is 'ecs:DeleteNetworkInterface'; frozenset",
        ),
        ("actions", frozenset(), "MINE001: actions is frozenset(); frozenset"),
        ("outcomes", ("ok",), "MINE001: outcomes is ('ok',); frozenset"),
        (
            "actions",
            frozenset(("ecs:DeleteNetworkInterfase",)),
            "MINE001: unknown action 'ecs:DeleteNetworkInterfase'; did you mean ecs:DeleteNetworkInterface?",
        ),
        ("references", Reference("Runbook"), "MINE001: references is Reference("),
        (
            "references",
            ("Runbook",),
            "MINE001: references is ('Runbook',); a tuple of Reference was expected",
        ),
        ("permissions", "ecs:List", "MINE001: permissions is 'ecs:List'; a tuple of str was expected"),
        (
            "Params",
            list[int],
            "MINE001: Params is no frozen msgspec Struct: class Params(Struct, frozen=True)",
        ),
        ("Params", dict, "MINE001: Params is no frozen msgspec Struct: class Params(Struct, frozen=True)"),
        ("Params", Thawed, "MINE001: Params is no frozen msgspec Struct: class Params(Struct, frozen=True)"),
        ("Params", Demanding, "MINE001: parameter hours has no default"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_nearest(attribute: str, said: Any, told: str) -> None:
    assert refused(Rule, {**SAID, attribute: said}).startswith(told)


def test_a_rule_for_calls_has_to_name_them() -> None:
    told = refused(Rule, {name: said for name, said in SAID.items() if name != "actions"})

    assert told.startswith("MINE001: actions is None; frozenset")


def test_a_rule_of_the_sweep_has_to_name_kinds_that_exist() -> None:
    assert refused(SweepRule, {**SWEPT, "kinds": ()}).startswith("MINE001: no kinds to read; valid: ecs:")
    assert refused(SweepRule, {**SWEPT, "kinds": kind.ENI}).startswith("MINE001: kinds is 'ecs:Network")
    told = refused(SweepRule, {**SWEPT, "kinds": ("ecs:NetworkInterfaces",)})
    assert told.startswith(
        "MINE001: unknown kind 'ecs:NetworkInterfaces'; did you mean ecs:NetworkInterface? valid: ecs:"
    )
