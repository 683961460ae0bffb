"""Rules about the guard's own doings, which the sweep asks about what the guard noted of itself.

They judge a record, not a call and not what stands in the account; their findings have no event.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.model import Evidence, Finding, Resource, Severity, finding_id
from eniguard.rules.base import Declared, Verdicts

_HOUR = 3600.0


class InternalRule(Declared):
    """One rule of the catalogue that judges what the guard noted of itself.

    Attributes
    ----------
    example
        A record that it reports, for its page; its type is what the rule judges.
    """

    example: ClassVar[Struct]

    @classmethod
    def validate(cls) -> None:
        """Refuse also a rule without an example."""
        super().validate()
        if not isinstance(getattr(cls, "example", None), Struct):
            raise ConfigError(f"{cls.code}: no example; a record that the rule reports was expected")

    @abstractmethod
    def evaluate(self, noted: Any, params: Any) -> Verdicts:
        """What the rule says of a record.

        Parameters
        ----------
        noted
            An instance of the type of ``example``.
        params
            The rule's parameters (an instance of its ``Params``).
        """

    def finding(
        self,
        key: str,
        subject: Resource,
        summary: str,
        *,
        account: str,
        region: str,
        severity: Severity | None = None,
        evidence: Sequence[Evidence] = (),
        others: Sequence[Resource] = (),
    ) -> Finding:
        """A finding of this rule about ``subject``.

        ``key`` is what tells it from others on the same subject, as in a window: those with one key are one.
        ``severity`` is as in `level`.
        """
        return Finding(
            finding_id=finding_id(f"internal {account} {region} {key}", self.code, subject.kind, subject.id),
            rule=self.code,
            name=self.name,
            severity=self.level(severity, "known"),
            trigger="internal",
            event_id=None,
            event_time=None,
            region=region,
            account_id=account,
            action=None,
            outcome=None,
            actor=None,
            resources=(subject, *others),
            inventory="known",
            summary=summary,
            evidence=tuple(evidence),
            advice=self.advice,
            fix=None,
            references=self.references,
        )


def window_start(at: float, hours: int) -> float:
    """The beginning of the window of so many hours that a time (seconds since 1970, UTC) lies in."""
    length = hours * _HOUR
    return at // length * length
