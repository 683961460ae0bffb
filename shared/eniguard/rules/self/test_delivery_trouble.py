from __future__ import annotations

from msgspec.structs import replace

from eniguard.model import Finding
from eniguard.rules.self.delivery_trouble import DeliveryTrouble, Trouble
from eniguard.settings import RuleSettings

FAILING = DeliveryTrouble.example


def said(noted: Trouble, settings: RuleSettings | None = None) -> list[Finding]:
    rule = DeliveryTrouble(settings)
    return [one for one in rule.evaluate(noted, rule.params) if isinstance(one, Finding)]


def test_a_sink_that_took_nothing_for_a_quarter_of_an_hour_is_told_of_with_what_it_said() -> None:
    (finding,) = said(FAILING)

    assert (finding.rule, finding.severity, finding.trigger) == ("SELF008", "high", "internal")
    assert finding.subject.id == "oncall"
    assert finding.summary == (
        "the sink oncall has taken no alert since 2026-03-01T12:00:00Z: the host does not answer"
    )


def test_a_sink_that_fails_for_less_is_not_told_of() -> None:
    assert said(replace(FAILING, at=FAILING.since + 899.0)) == []
    assert len(said(replace(FAILING, at=FAILING.since + 900.0))) == 1
    assert said(FAILING, RuleSettings(params={"minutes": 31})) == []


def test_one_time_of_failing_is_one_finding_and_the_next_time_another() -> None:
    later = replace(FAILING, at=FAILING.at + 3600.0, waiting=90)

    assert said(later)[0].finding_id == said(FAILING)[0].finding_id
    assert said(replace(later, since=FAILING.since + 3600.0))[0].finding_id != said(FAILING)[0].finding_id


def test_dead_letters_that_become_more_are_told_of_and_those_that_stay_are_not() -> None:
    letters = replace(FAILING, sink=None, letters=7, before=4)

    (finding,) = said(letters)

    assert finding.severity == "medium"
    assert finding.summary == "3 more dead letters than at the sweep before: there are 7"
    assert said(replace(letters, before=7)) == []
    assert said(replace(letters, before=9)) == []
