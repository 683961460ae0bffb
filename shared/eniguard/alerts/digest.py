"""Several alerts in one message: a line for each, the most severe first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from eniguard.alerts.actors import who
from eniguard.alerts.alert import Alert
from eniguard.alerts.card import Teller, named, repeat_text, times_of, what_of
from eniguard.alerts.catalogue import Words, word
from eniguard.alerts.message import Block, Line
from eniguard.alerts.plan_text import ending, plan_briefly, waiting_lines
from eniguard.alerts.times import seconds_of, told
from eniguard.alerts.words import SEVERITIES
from eniguard.model import SEVERITIES as ORDER
from eniguard.model import Severity


def digest_title(words: Words, alerts: Sequence[Alert]) -> str:
    """How many alerts there are, of each severity; ``alerts`` stand in the order of severity."""
    counts = [
        words.gettext("{count} {severity}").format(count=f"{count:,}", severity=_small(words, severity))
        for severity, count in ((one, len(group)) for one, group in _by_severity(alerts))
    ]
    return words.ngettext("{count} alert: {counts}", "{count} alerts: {counts}", len(alerts)).format(
        count=f"{len(alerts):,}", counts=words.gettext(", ").join(counts)
    )


def digest_lead(words: Words, alerts: Sequence[Alert], zone: str) -> str:
    """How many findings and ends of plans the alerts tell of, and from when until when these were."""
    ended = sum(alert.ended is not None for alert in alerts)
    findings = sum(alert.count for alert in alerts if alert.ended is None)
    counts = (
        words.ngettext("{count} finding", "{count} findings", findings).format(count=f"{findings:,}"),
        words.ngettext("{count} plan ended", "{count} plans ended", ended).format(count=f"{ended:,}"),
    )
    counted = [text for text, count in zip(counts, (findings, ended), strict=True) if count]
    since, until = min(map(_first, alerts)), max(map(_last, alerts))
    return words.gettext("{counts}, from {since} until {until}.").format(
        counts=words.gettext(", ").join(counted),
        since=told(words, since, zone),
        until=told(words, until, zone),
    )


def digest_blocks(
    words: Words, alerts: Sequence[Alert], teller: Callable[[Alert], Teller], *, at: float, repeat: bool
) -> tuple[Block, ...]:
    """A block for each severity with a line for each alert; the least severe is the first to be left out.

    ``at`` is when it is told, in seconds since 1970 (UTC).
    """
    blocks = [Block(words.gettext("Repeat"), (Line(repeat_text(words)),), len(ORDER) + 1)] if repeat else []
    if plans := waiting_lines(words, alerts, at):
        blocks.append(Block(words.gettext("Plans"), plans, len(ORDER) + 1))
    for severity, group in _by_severity(alerts):
        lines = tuple([_line(words, alert, teller(alert)) for alert in group])
        blocks.append(Block(word(words, SEVERITIES, severity), lines, ORDER.index(severity) + 1))
    return tuple(blocks)


def _line(words: Words, alert: Alert, teller: Teller) -> Line:
    """What, on what, who, how often, and what is done about it; the severity and the rule are its label."""
    said, finding = words.gettext, alert.finding
    label = said("[{severity}] {rule}").format(
        severity=word(words, SEVERITIES, finding.severity), rule=finding.rule
    )
    parts = [what_of(teller, finding), named(words, finding.subject)]
    if (end := ending(words, alert)) is None:
        parts.append(who(words, finding.actor))
    else:
        parts.append(said("its plan: {ended}").format(ended=end))
    if alert.proposal is not None:
        parts.append(plan_briefly(words, alert.proposal, teller.now))
    if alert.count > 1:
        parts.append(times_of(words, alert.count))
    if alert.hidden:
        hidden = words.ngettext("{count} lesser finding", "{count} lesser findings", len(alert.hidden))
        parts.append(hidden.format(count=len(alert.hidden)))
    if alert.expired_waivers:
        parts.append(said("waiver expired: {ids}").format(ids=said(", ").join(alert.expired_waivers)))
    return Line(said("; ").join(parts), label)


def _by_severity(alerts: Sequence[Alert]) -> list[tuple[Severity, list[Alert]]]:
    return [(one, list(group)) for one, group in groupby(alerts, lambda alert: alert.finding.severity)]


def _small(words: Words, severity: Severity) -> str:
    """A severity within a sentence."""
    return word(words, SEVERITIES, severity).lower()


def _first(alert: Alert) -> float:
    return alert.since if alert.kind == "summary" else _last(alert)


def _last(alert: Alert) -> float:
    if alert.kind == "summary":
        return alert.until
    at = None if alert.ended is not None else seconds_of(alert.finding.event_time)
    return alert.at if at is None else at
