"""Which sinks a finding goes to."""

from __future__ import annotations

from eniguard.alerts.alert import Alert
from eniguard.alerts.routes import sinks_for
from eniguard.settings import FindingMatch, Policy, Route, Sink
from tests.unit.alerts.made import finding

SINKS = tuple(Sink(name, "slack", f"kms:{name}") for name in ("oncall", "network", "archive"))
HIGH = Route(("oncall",), FindingMatch(severity="high"), go_on=True)
ENI = Route(("network", "oncall"), FindingMatch(families=("ENI",)))
REST = Route(("archive",))
POLICY = Policy(sinks=SINKS, routes=(HIGH, ENI, REST))


def test_finding_goes_by_the_first_route_that_matches() -> None:
    assert sinks_for(POLICY, finding("ENI001")) == ("network", "oncall")


def test_what_no_route_matches_goes_by_the_last_one() -> None:
    assert sinks_for(POLICY, finding("SG001")) == ("archive",)


def test_route_that_goes_on_adds_its_sinks_each_once() -> None:
    assert sinks_for(POLICY, finding("ENI003", severity="critical")) == ("oncall", "network")
    assert sinks_for(POLICY, finding("SG004", severity="critical")) == ("oncall", "archive")


def test_without_routes_a_finding_goes_to_all_sinks() -> None:
    assert sinks_for(Policy(sinks=SINKS), finding()) == ("oncall", "network", "archive")


def test_without_sinks_it_goes_nowhere() -> None:
    assert sinks_for(Policy(), finding()) == ()


def test_alert_goes_where_its_finding_goes() -> None:
    alert = Alert("a", "first", finding("ENI001"), 0.0)

    assert sinks_for(POLICY, alert) == ("network", "oncall")
