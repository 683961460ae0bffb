"""A sink with all that is behind it, but for the real cloud: store, guard, wire and chat."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

from eniguard.alerts.alerts import Alerts
from eniguard.alerts.reaching import Reaching
from eniguard.alerts.sending import Sending
from eniguard.model import Finding
from eniguard.settings import Policy
from eniguard.settings.alerting import AlertSettings, Route, Sink, SinkKind
from eniguard.state import open_store
from fakealiyun import Clock
from fakealiyun.chats.robots import Received, Robot
from fakealiyun.chats.serving import ChatServer
from tests.functional.alerts.stage import invocation
from tests.messages.cases import RULES

MENTION = ("all", "13800000000", "U012AB3CD", "jane@example.com")


class Chatting:
    """One sink with all that is behind it: the store, the guard's parts, the wire and the chat."""

    def __init__(self, server: ChatServer, clock: Clock, kind: SinkKind, **sink: Any) -> None:
        self.clock = clock
        self.lines = io.StringIO()
        self.robot: Robot = server.chats.robot(kind)
        secrets = {"env:URL": server.url(kind), "env:SIGN": server.secret(kind) or ""}
        secret = "env:SIGN" if self.robot.secret else None
        self.sink = Sink("oncall", kind, "env:URL", **{"secret": secret, "mention": MENTION, **sink})
        settings = AlertSettings(
            internal_hosts=("localhost",), authorities=Path(server.ca_file).read_text("ascii")
        )
        reaching = Reaching(settings, RULES.values(), secrets.__getitem__)
        self.store = open_store("memory:", clock=self.now)
        self.alerts = Alerts.of(
            Policy(alerts=settings, sinks=(self.sink,), routes=(Route(("oncall",)),)),
            self.store,
            sending=lambda: Sending(self.store, reaching, clock=self.now, sleep=clock.advance),
            clock=self.now,
        )
        self.call = invocation(self.now, self.lines)

    def now(self) -> float:
        return self.clock.now().timestamp()

    def put(self, *findings: Finding) -> None:
        self.alerts.put(findings, self.call)

    def send(self) -> None:
        self.alerts.send(self.call)

    def send_within(self, seconds: int) -> None:
        """Send as a function does that is called each second."""
        for _ in range(seconds):
            self.send()
            self.clock.advance(1)

    @property
    def bodies(self) -> list[str]:
        """The messages as text, free of what keeps them from being markup."""
        return [plain(one) for one in self.robot.received]

    def logged(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.lines.getvalue().splitlines()]
        return [line for line in lines if name in line.values()]

    def troubles(self) -> list[Any]:
        names = ("alerts_refused", "sink_failed", "alert_not_rendered", "dead_letter")
        return [line for name in names for line in self.logged(name)]


def plain(message: Received) -> str:
    text = json.dumps(message.body, ensure_ascii=False)
    return re.sub(r"\\+(?=[^\w\"])|[\u200b\u2060]", "", text).replace("&#45;", "-")
