from __future__ import annotations

from msgspec.structs import replace

from eniguard.model import Finding
from eniguard.rules.self.silence import Silence, Unseen
from eniguard.settings import RuleSettings


def said(noted: Unseen, settings: RuleSettings | None = None) -> list[Finding]:
    rule = Silence(settings)
    return [one for one in rule.evaluate(noted, rule.params) if isinstance(one, Finding)]


def test_a_way_that_did_not_bring_the_event_is_reported_without_an_event() -> None:
    (finding,) = said(Silence.example)

    assert (finding.rule, finding.severity, finding.trigger) == ("SELF007", "high", "internal")
    assert (finding.subject.kind, finding.subject.id) == ("eniguard:Way", "eventbridge")
    assert (finding.event_id, finding.actor, finding.action, finding.event_time) == (None, None, None, None)
    assert "within 30 minutes" in finding.summary
    assert "the logstore of the trail, LookupEvents" in finding.summary


def test_when_no_way_brought_it_the_summary_says_so() -> None:
    (finding,) = said(replace(Silence.example, arrived=()))

    assert "no other way brought it either" in finding.summary


def test_a_way_that_brought_the_event_is_not_reported() -> None:
    assert said(replace(Silence.example, arrived=("eventbridge",))) == []


def test_canaries_of_one_window_are_one_finding_and_those_of_the_next_another() -> None:
    first, again, later = (
        said(replace(Silence.example, called_at=Silence.example.called_at + after))[0].finding_id
        for after in (0.0, 3599.0, 3600.0)
    )

    assert first == again
    assert later != first
    day = RuleSettings(params={"hours": 24})
    assert (
        said(replace(Silence.example, called_at=Silence.example.called_at + 3600.0), day)[0].finding_id
        == said(Silence.example, day)[0].finding_id
    )


def test_ways_are_findings_of_their_own() -> None:
    other = said(replace(Silence.example, way="oss"))[0]

    assert other.finding_id != said(Silence.example)[0].finding_id


def test_guard_yml_replaces_the_severity() -> None:
    assert said(Silence.example, RuleSettings(severity="critical"))[0].severity == "critical"
