"""What the pictures show: the payloads that each chat is sent for one recorded call."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

from eniguard.alerts.alert import Alert
from eniguard.alerts.composing import MessageComposer
from eniguard.alerts.formats import format_of
from eniguard.model import Finding
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.settings.alerting import Language, Sink, SinkKind
from eniguard.settings.guardfile import parse_policy
from tests.messages.cases import rule_texts

#: Somebody attaches the ENI of a NAT gateway to an instance.
CASE = Path("eni", "nat-eni-attach-refused.json")
EVENTS = Path(__file__).parents[2] / "events"
#: 2026-03-02T08:15:04Z: seconds after the call.
AT = 1_772_439_304.0
KINDS: tuple[SinkKind, ...] = tuple(kind for kind in get_args(SinkKind) if kind != "lark")
LANGUAGES: tuple[Language, ...] = get_args(Language)


def pictured() -> Iterator[tuple[SinkKind, Language]]:
    """Each picture there is."""
    for kind in KINDS:
        for language in LANGUAGES:
            yield kind, language


def payload(kind: SinkKind, language: Language) -> dict[str, Any]:
    """The body that a sink of that kind is sent."""
    sink = Sink("oncall", kind, "env:URL", language=language, time_zone="Asia/Shanghai")
    alert = Alert("recorded", "first", _finding(), AT)
    message = MessageComposer(rule_texts)([alert], sink, at=AT)
    rendered = format_of(kind).render(message)
    assert not rendered.cut
    return rendered.body


@cache
def _finding() -> Finding:
    policy = parse_policy((EVENTS / "guard.yml").read_text(encoding="utf-8"))
    decided = list(Replay(Options(paths=(str(EVENTS / CASE),), policy=policy)))
    (finding,) = [one for entry in decided if isinstance(entry, Entry) for one in entry.decision.findings]
    return finding
