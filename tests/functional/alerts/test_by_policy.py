"""What a policy says of findings on their way: waived, inhibited, routed."""

from __future__ import annotations

import io
import json
from pathlib import Path

from msgspec.structs import replace

from eniguard.alerts.alerts import Alerts
from eniguard.alerts.sending import Sending
from eniguard.settings import Policy
from eniguard.settings.alerting import AlertSettings, FindingMatch, Route, Waiver
from eniguard.state import open_store
from tests.functional.alerts.stage import GROUP, START, Chat, Clock, finding, invocation, sinks_named


def test_findings_are_waived_stand_for_others_and_go_where_the_routes_say(tmp_path: Path) -> None:
    clock, lines = Clock(), io.StringIO()
    store, chat, call = (
        open_store(f"sqlite:///{tmp_path}/s.db", clock=clock),
        Chat(clock),
        invocation(clock, lines),
    )
    day = 86_400.0
    waivers = (
        Waiver(
            "holds", FindingMatch(resources=("eni-1",)), "jane@example.com", "being taken down", START + day
        ),
        Waiver("expired", FindingMatch(resources=("eni-2",)), "jane@example.com", "was", START - day),
    )
    routes = (
        Route(("oncall",), FindingMatch(severity="high"), go_on=True),
        Route(("archive",)),
    )
    policy = Policy(
        alerts=AlertSettings(group_minutes=10),
        sinks=tuple(sinks_named("oncall", "archive")),
        routes=routes,
        waivers=waivers,
    )
    alerts = Alerts.of(
        policy,
        store,
        sending=lambda: Sending(store, chat.channel, clock=clock, sleep=clock.sleep),
        clock=clock,
    )

    alerts.put([finding(1, subject="eni-1")], call)
    alerts.put([finding(2, subject="eni-2")], call)
    grave = finding(3, subject="eni-3", rule="ENI003", severity="critical")
    alerts.put([grave, finding(3, subject="eni-3")], call)
    alerts.put([replace(grave, finding_id="another", event_id="another")], call)
    alerts.send(call)
    clock.at += GROUP / 3
    alerts.close_windows(call)
    alerts.send(call)
    store.close()

    told = {
        (one.sink, alert.kind, alert.finding.subject.id): alert for one in chat.told for alert in one.alerts
    }
    assert sorted(told) == [
        ("archive", "first", "eni-2"),
        ("archive", "first", "eni-3"),
        ("archive", "summary", "eni-3"),
        ("oncall", "first", "eni-3"),
        ("oncall", "summary", "eni-3"),
    ]
    assert told["archive", "first", "eni-2"].expired_waivers == ("expired",)
    assert [one.rule for one in told["oncall", "first", "eni-3"].hidden] == ["ENI001"]
    assert told["oncall", "summary", "eni-3"].count == 2
    waived = [json.loads(line) for line in lines.getvalue().splitlines() if '"waived"' in line]
    assert [one["waiver"] for one in waived] == ["holds"]
