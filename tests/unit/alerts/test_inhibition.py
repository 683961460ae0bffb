"""A grave finding tells of the lesser ones of the same call."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eniguard.alerts.alert import Hidden
from eniguard.alerts.inhibition import STANDING_FOR_THE_CALL, inhibited
from eniguard.model import SEVERITIES, Finding, at_least
from tests.unit.alerts.made import finding

GRAVE = finding("ENI003", severity="critical")


def test_grave_finding_hides_lesser_ones_of_its_call() -> None:
    lesser = finding("EXP006", "eni-2", severity="medium")

    shown, hidden = inhibited([lesser, GRAVE])

    assert shown == (GRAVE,)
    assert hidden == {GRAVE.finding_id: (Hidden("EXP006", "medium", "eni-2"),)}


def test_written_group_hides_as_a_written_eni_does() -> None:
    grave, lesser = finding("SG004", "sg-1", severity="critical"), finding("EXP001", "sg-1", severity="high")

    assert inhibited([grave, lesser])[0] == (grave,)


def test_other_calls_accounts_and_findings_without_a_call_are_shown() -> None:
    others = [
        finding("SG001", event="event-2"),
        finding("SG001", account_id="1"),
        finding("ENI007", event=None),
    ]

    assert inhibited([GRAVE, *others]) == ((GRAVE, *others), {})


def test_finding_that_is_as_severe_is_shown() -> None:
    other = finding("SELF011", severity="critical")

    assert inhibited([GRAVE, other]) == ((GRAVE, other), {})


def test_other_rules_hide_nothing() -> None:
    found = (finding("SELF011", severity="critical"), finding("EXP001", severity="low"))

    assert inhibited(found) == (found, {})


def test_lesser_finding_is_told_with_the_one_on_its_subject() -> None:
    first = finding("ENI003", "eni-1", severity="critical")
    second = finding("ENI003", "eni-2", severity="critical")

    _, hidden = inhibited([first, second, finding("ENI014", "eni-2", severity="medium")])

    assert hidden == {second.finding_id: (Hidden("ENI014", "medium", "eni-2"),)}


_findings = st.lists(
    st.builds(
        lambda rule, subject, event, severity: finding(rule, subject, event, severity=severity),
        st.sampled_from(["ENI003", "SG004", "EXP001", "ENI014"]),
        st.sampled_from(["eni-1", "eni-2", "eni-3"]),
        st.sampled_from(["event-1", "event-2", None]),
        st.sampled_from(SEVERITIES),
    ),
    max_size=8,
    unique_by=lambda one: one.finding_id,
)


@given(_findings)
def test_each_finding_is_shown_or_told_with_one_that_is_shown_and_graver(findings: list[Finding]) -> None:
    shown, hidden = inhibited(findings)

    by_id = {one.finding_id: one for one in shown}
    told = [(above, one) for above, ones in hidden.items() for one in ones]
    assert len(shown) + len(told) == len(findings)
    for above, one in told:
        assert by_id[above].rule in STANDING_FOR_THE_CALL
        assert not at_least(one.severity, by_id[above].severity)
