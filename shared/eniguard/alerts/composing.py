"""Writes messages: a full card of one alert, a digest of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from eniguard.alerts.alert import Alert
from eniguard.alerts.card import Teller, blocks_of, lead_of, title_of
from eniguard.alerts.catalogue import RuleTexts, Words, words_of
from eniguard.alerts.digest import digest_blocks, digest_lead, digest_title
from eniguard.alerts.links import Links
from eniguard.alerts.message import Block, Link, Message
from eniguard.alerts.plan_text import approval_links
from eniguard.model import SEVERITIES
from eniguard.settings.alerting import Sink


class MessageComposer:
    """Writes messages (`eniguard.alerts.message.Composer`).

    Parameters
    ----------
    rule_texts
        What a rule says of itself, by its code.
    links
        ``alerts.links`` of guard.yml: addresses of console pages in place of the packaged ones.
    """

    def __init__(self, rule_texts: RuleTexts, links: Mapping[str, str] = {}) -> None:
        self._rule_texts = rule_texts
        self._links = Links(links)

    def __call__(self, alerts: Sequence[Alert], sink: Sink, *, at: float, repeat: bool = False) -> Message:
        """The message that tells of alerts, in the language and the time zone of the sink.

        Parameters
        ----------
        alerts
            One or more.
        sink
            Whom it is for.
        at
            Now, in seconds since 1970 (UTC).
        repeat
            Whether it may have been told before.

        Raises
        ------
        ValueError
            There is no alert.
        """
        if not alerts:
            raise ValueError("a message tells of one alert at least")
        words = words_of(sink.language)
        ordered = sorted(alerts, key=lambda one: -SEVERITIES.index(one.finding.severity))
        worst = ordered[0].finding.severity
        title, lead = self._head(words, ordered, sink, at)
        if repeat:
            title = words.gettext("{title} (may have been told before)").format(title=title)
        return Message(
            id=_id(alerts),
            at=at,
            language=sink.language,
            severity=worst,
            title=title,
            lead=lead,
            blocks=self._blocks(words, ordered, sink, at, repeat),
            links=self._pages(words, ordered, at),
            mentions=sink.mention if worst == "critical" else (),
            repeat=repeat,
            alerts=tuple(ordered),
        )

    def _head(self, words: Words, alerts: Sequence[Alert], sink: Sink, at: float) -> tuple[str, str]:
        if len(alerts) > 1:
            return digest_title(words, alerts), digest_lead(words, alerts, sink.time_zone)
        (alert,) = alerts
        teller = self._teller(words, alert, sink, at)
        return title_of(teller, alert), lead_of(teller, alert)

    def _blocks(
        self, words: Words, alerts: Sequence[Alert], sink: Sink, at: float, repeat: bool
    ) -> tuple[Block, ...]:
        if len(alerts) > 1:
            return digest_blocks(
                words, alerts, lambda one: self._teller(words, one, sink, at), at=at, repeat=repeat
            )
        return blocks_of(self._teller(words, alerts[0], sink, at), alerts[0], repeat=repeat)

    def _pages(self, words: Words, alerts: Sequence[Alert], at: float) -> tuple[Link, ...]:
        """Where to decide about plans, and where to look."""
        plans = approval_links(words, alerts, at)
        return plans + self._links.of(alerts, words.gettext("Event in the trail"), beside=len(plans))

    def _teller(self, words: Words, alert: Alert, sink: Sink, at: float) -> Teller:
        text = self._rule_texts(alert.finding.rule)
        return Teller(words, sink.language == "en", sink.time_zone, text, at)


def _id(alerts: Sequence[Alert]) -> str:
    """128 bits of BLAKE2b over the ids of the alerts, in whatever order they come, as 32 hex digits."""
    ids = "\x1f".join(sorted(alert.id for alert in alerts))
    return blake2b(ids.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
