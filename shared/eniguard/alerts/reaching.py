"""The way to each sink: its format, who writes its messages, its secrets and the wire, made when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from eniguard.alerts.channels import Channel
from eniguard.alerts.formats import format_of
from eniguard.settings.alerting import AlertSettings, Sink

if TYPE_CHECKING:
    from eniguard.alerts.catalogue import RuleTexts
    from eniguard.alerts.composing import MessageComposer
    from eniguard.alerts.webhooks import Webhooks


class Described(Protocol):
    """A rule, as far as messages speak of it."""

    code: str
    summary: str
    why: str
    advice: str


class Reaching:
    """Gives the way to a sink (`eniguard.alerts.channels.Reach`).

    Parameters
    ----------
    settings
        The section ``alerts`` of guard.yml.
    rules
        All there are, packaged ones and one's own.
    secret
        Gives the value of a reference (``env:NAME``, ``kms:NAME``).
    """

    def __init__(
        self, settings: AlertSettings, rules: Iterable[Described], secret: Callable[[str], str]
    ) -> None:
        self._settings = settings
        self._rules = tuple(rules)
        self._secret = secret

    def __call__(self, sink: Sink) -> Channel:
        """The way to a sink.

        Raises
        ------
        ConfigError
            A secret has no value.
        CloudError
            KMS gave no answer.
        """
        url = self._secret(sink.url)
        secret = None if sink.secret is None else self._secret(sink.secret)
        return Channel(format_of(sink.kind), self.composer, url, secret, self._webhooks.post)

    @cached_property
    def composer(self) -> MessageComposer:
        """Writes the messages."""
        from eniguard.alerts.composing import MessageComposer

        return MessageComposer(rule_texts(self._rules), self._settings.links)

    @cached_property
    def _webhooks(self) -> Webhooks:
        from eniguard.alerts.webhooks import Webhooks

        return Webhooks(internal_hosts=self._settings.internal_hosts, authorities=self._settings.authorities)


def rule_texts(rules: Iterable[Described]) -> RuleTexts:
    """What rules say of themselves, by their codes."""
    from eniguard.alerts.catalogue import RuleText

    return {one.code: RuleText(one.summary, one.why, one.advice) for one in rules}.get
