"""A stage for alerts: a clock, a chat that counts, stores that die, and findings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from eniguard.alerts.alert import Alert
from eniguard.alerts.alerts import Alerts
from eniguard.alerts.channels import Channel
from eniguard.alerts.formats.base import Answer, Outgoing, Pace, Rendered, Response
from eniguard.alerts.judging import Judged
from eniguard.alerts.message import Block, Line, Message
from eniguard.alerts.sending import Sending
from eniguard.errors import DeliveryError
from eniguard.model import Evidence, Finding, Resource, Severity, finding_id
from eniguard.settings.alerting import Sink
from eniguard.state import Store
from eniguard.toolkit import Deadline, FcContext, Invocation, Logger, Metrics, Tracer

ACCOUNT, REGION = "1234567890123456", "cn-hangzhou"
START = 1_772_366_400.0
GROUP_MINUTES = 30
GROUP = GROUP_MINUTES * 60.0
#: What a robot of DingTalk takes.
PACE = Pace(((20, 60.0),), blocked=600.0)
_WRITES = ("create", "replace", "delete", "observe", "schedule", "unschedule")


class Clock:
    """Stands until it is moved."""

    def __init__(self, at: float = START) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class Killed(BaseException):
    """The process ends here."""


class Steps:
    """Counts what a process does outside of itself, and ends it before or after the step with a number."""

    def __init__(self, number: int = 0, *, after: bool = False) -> None:
        self._left = number
        self._after = after
        self.dead = False

    def do(self, step: Callable[[], Any]) -> Any:
        self._left -= 1
        if self.dead or (self._left == 0 and not self._after):
            self.dead = True
            raise Killed
        found = step()
        if self._left == 0:
            self.dead = True
            raise Killed
        return found


class DyingStore:
    """A store each write of which is a step."""

    def __init__(self, store: Store, steps: Steps) -> None:
        self._store = store
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in _WRITES:
            return method
        return lambda *args, **named: self._steps.do(lambda: method(*args, **named))


class Told(msgspec.Struct, frozen=True):
    """A message as it arrived."""

    at: float
    sink: str
    alerts: tuple[Alert, ...]
    repeat: bool


class Chat:
    """Takes messages as a chat does: at most so fast, and when it is up.

    ``answers`` gives what it answers in place of taking a message; ``None`` takes it. A message has room for
    ``room`` alerts.
    """

    def __init__(self, clock: Clock, pace: Pace = PACE, *, room: int = 30) -> None:
        self.pace = pace
        self.told: list[Told] = []
        self.asked = 0
        self.too_fast = 0
        self.answers: Callable[[Told], Answer | DeliveryError | None] = lambda _: None
        self._clock = clock
        self._room = room
        self._lock = threading.Lock()

    def channel(self, sink: Sink, steps: Steps | None = None) -> Channel:
        def post(outgoing: Outgoing, *, within: float) -> Response:
            assert 5.0 <= within <= 15.0
            return self._post(outgoing) if steps is None else steps.do(lambda: self._post(outgoing))

        return Channel(self, compose, f"https://chat.example.com/{sink.name}", None, post)

    def render(self, message: Message) -> Rendered:
        body = {
            "repeat": message.repeat,
            "alerts": [msgspec.to_builtins(one) for one in message.alerts[: self._room]],
        }
        return Rendered(body, cut=len(message.alerts) > self._room)

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        return Outgoing(url, msgspec.json.encode(rendered.body))

    def answer(self, response: Response) -> Answer:
        return msgspec.json.decode(response.body, type=Answer)

    @property
    def alerts(self) -> list[Alert]:
        return [one for told in self.told for one in told.alerts]

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.alerts]

    @property
    def repeats(self) -> list[Told]:
        return [one for one in self.told if one.repeat]

    def _post(self, outgoing: Outgoing) -> Response:
        body = msgspec.json.decode(outgoing.body)
        alerts = msgspec.convert(body["alerts"], tuple[Alert, ...])
        told = Told(self._clock(), outgoing.url.rpartition("/")[2], alerts, body["repeat"])
        with self._lock:
            self.asked += 1
            answer = self.answers(told)
            if isinstance(answer, DeliveryError):
                raise answer
            if answer is None:
                answer = self._taken(told)
        return Response(200, {}, msgspec.json.encode(answer))

    def _taken(self, told: Told) -> Answer:
        for most, seconds in self.pace.limits:
            lately = [one for one in self.told if one.sink == told.sink and one.at > self._clock() - seconds]
            if len(lately) >= most:
                self.too_fast += 1
                return Answer("throttled", "too fast")
        self.told.append(told)
        return Answer("sent")


def compose(alerts: Sequence[Alert], sink: Sink, *, at: float, repeat: bool = False) -> Message:
    assert alerts, "a message tells of something"
    lines = tuple([Line(one.finding.summary) for one in alerts])
    return Message(
        id=alerts[0].id,
        at=at,
        language=sink.language,
        severity=alerts[0].finding.severity,
        title=alerts[0].finding.name,
        lead=alerts[0].finding.summary,
        blocks=(Block("alerts", lines),),
        repeat=repeat,
        alerts=tuple(alerts),
    )


class AllOfIt:
    """Nothing is waived; what is said of one resource is one piece of news, and goes where it is said."""

    def __init__(self, routed: Callable[[Alert], Sequence[str]]) -> None:
        self._routed = routed

    def judged(self, findings: Sequence[Finding], now: float) -> list[Judged]:
        return [Judged(one, f"{one.rule}-{one.subject.id}") for one in findings]

    def sinks(self, alert: Alert) -> Sequence[str]:
        return self._routed(alert)


def finding(
    number: int, *, subject: str = "eni-1", rule: str = "ENI001", severity: Severity = "low", call: int = 0
) -> Finding:
    """The finding of the event with a number."""
    event = f"F23A3DD5-7842-4EF9-9DA1-{call or number:012d}"
    return Finding(
        finding_id=finding_id(event, rule, "eni", subject),
        rule=rule,
        name="managed-eni-write-refused",
        severity=severity,
        trigger="event",
        event_id=event,
        event_time="2026-03-01T12:00:00Z",
        region=REGION,
        account_id=ACCOUNT,
        action="ecs:DeleteNetworkInterface",
        outcome="refused",
        actor=None,
        resources=(Resource("eni", subject, True, "nat.aliyuncs.com"),),
        inventory="known",
        summary=f"{subject} is managed",
        evidence=(Evidence("error-code", "InvalidOperation.EniServiceManaged"),),
        advice="Release the NAT gateway.",
        fix=None,
        references=(),
    )


def invocation(clock: Callable[[], float], stream: Any = None, *, seconds: float | None = None) -> Invocation:
    log = Logger(clock=clock, stream=stream)
    deadline = Deadline(None if seconds is None else clock() + seconds, clock=clock)
    context = FcContext(request_id="r-1", function_name="trail_event")
    return Invocation(
        context, deadline, False, "r-1", log, Metrics(log, enabled=False, clock=clock), Tracer(enabled=False)
    )


def sinks_named(*names: str) -> list[Sink]:
    return [Sink(name, "dingtalk", f"env:{name.upper()}_URL") for name in names]


def alerts_over(
    store: Store,
    chat: Chat,
    clock: Clock,
    *,
    sinks: Sequence[str] = ("oncall",),
    routed: Mapping[str, Sequence[str]] | None = None,
    steps: Steps | None = None,
) -> Alerts:
    """The alerts of one process; every alert goes to all sinks, or where ``routed`` says by its rule."""
    held: Any = store if steps is None else DyingStore(store, steps)

    def route(alert: Alert) -> Sequence[str]:
        return sinks if routed is None else routed[alert.finding.rule]

    return Alerts(
        sinks_named(*sinks),
        held,
        group_minutes=GROUP_MINUTES,
        judge=AllOfIt(route),
        sending=lambda: Sending(
            held,
            lambda sink: chat.channel(sink, steps),
            clock=clock,
            sleep=clock.sleep,
            random=lambda: 1.0,
        ),
        clock=clock,
    )
