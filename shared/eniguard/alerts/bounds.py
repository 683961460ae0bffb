"""Alerts cut to what a store takes: long texts and evidence go, and the alert says so."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from eniguard.alerts.alert import Alert
from eniguard.model import Evidence
from eniguard.state import MOST_BYTES

#: The most bytes of one alert, so that those of a call with a few findings fit into one value of a store.
MOST_OF_ONE = MOST_BYTES // 4
#: What is kept of each text and list where an alert is too long, step by step; choices of this project.
_STEPS = ((2_000, 50), (500, 20), (200, 5))
#: Evidence that is kept in the last resort.
_FEW = 3

_encode = msgspec.json.Encoder().encode


def bounded(alert: Alert) -> Alert:
    """The alert, with texts and lists cut if it has more than ``MOST_OF_ONE`` bytes; valid Unicode only."""
    try:
        if len(_encode(alert)) <= MOST_OF_ONE:
            return alert
    except UnicodeEncodeError:  # a lone surrogate, which an event may hold
        return bounded(_rebuilt(alert, None, None))
    for longest, most in _STEPS:
        cut = _rebuilt(alert, longest, most)
        if len(_encode(cut)) <= MOST_OF_ONE:
            return cut
    return _without_evidence(cut)


def _without_evidence(alert: Alert) -> Alert:
    finding = alert.finding
    left = len(finding.evidence) - _FEW
    told = Evidence("evidence-left-out", left, "too long for an alert; the log holds the finding", "alert")
    evidence = finding.evidence if left <= 0 else (*finding.evidence[:_FEW], told)
    return replace(alert, finding=replace(finding, evidence=evidence, fix=None))


def _rebuilt(alert: Alert, longest: int | None, most: int | None) -> Alert:
    plain = msgspec.to_builtins(alert)
    cut = _cut(plain, longest, most)
    finding: dict[str, Any] = cut["finding"]
    finding["finding_id"] = plain["finding"]["finding_id"]
    if alert.proposal is not None:  # half an id or a link is none
        cut["proposal"].update(plan=alert.proposal.plan, link=alert.proposal.link)
    return msgspec.convert(cut, Alert)


def _cut(value: Any, longest: int | None, most: int | None) -> Any:
    if isinstance(value, str):
        return _text(value, longest)
    if isinstance(value, dict):
        return {_text(name, longest): _cut(one, longest, most) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return _list([_cut(one, longest, most) for one in (value if most is None else value[:most])], value)
    return value


def _list(kept: list[Any], whole: Any) -> list[Any]:
    left = len(whole) - len(kept)
    if left and isinstance(whole[0], str):
        kept.append(f"… ({left} more)")
    return kept


def _text(text: str, longest: int | None) -> str:
    valid = text.encode("utf-8", "replace").decode()
    if longest is None or len(valid) <= longest:
        return valid
    return f"{valid[:longest]}… ({len(valid) - longest} more characters)"
