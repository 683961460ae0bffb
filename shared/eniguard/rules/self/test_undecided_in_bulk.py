from __future__ import annotations

from msgspec.structs import replace

from eniguard.model import Finding
from eniguard.rules.self.undecided_in_bulk import LeftOpen, UndecidedInBulk
from eniguard.settings import RuleSettings


def said(noted: LeftOpen, settings: RuleSettings | None = None) -> list[Finding]:
    rule = UndecidedInBulk(settings)
    return [one for one in rule.evaluate(noted, rule.params) if isinstance(one, Finding)]


def test_what_stayed_open_is_told_with_counts_by_rule() -> None:
    (finding,) = said(UndecidedInBulk.example)

    assert (finding.rule, finding.severity, finding.trigger) == ("SELF010", "medium", "internal")
    assert "5 events stayed undecided in the 1 h since 2026-03-01T12:00:00Z: ENI003 (4), SG004 (1)" in (
        finding.summary
    )
    assert finding.evidence[0].value == ["ENI003: 4", "SG004: 1"]
    assert finding.evidence[1].value == ["ecs:DeleteNetworkInterface: 4", "ecs:DeleteSecurityGroup: 1"]


def test_fewer_events_than_the_parameter_says_are_not_told_of() -> None:
    assert said(UndecidedInBulk.example, RuleSettings(params={"events": 6})) == []
    assert len(said(UndecidedInBulk.example, RuleSettings(params={"events": 5}))) == 1


def test_a_window_has_one_finding_whatever_its_count() -> None:
    more = replace(UndecidedInBulk.example, events=9, since=UndecidedInBulk.example.since + 3599.0)

    assert said(more)[0].finding_id == said(UndecidedInBulk.example)[0].finding_id
    later = replace(more, since=UndecidedInBulk.example.since + 3600.0)
    assert said(later)[0].finding_id != said(more)[0].finding_id


def test_many_rules_and_a_count_that_is_not_complete_are_told_as_such() -> None:
    rules = {f"ENI00{number}": number for number in range(1, 6)}
    (finding,) = said(replace(UndecidedInBulk.example, rules=rules, at_least=True))

    assert finding.summary.startswith("at least 5 events")
    assert finding.summary.endswith("ENI005 (5), ENI004 (4), ENI003 (3) and 2 more")
