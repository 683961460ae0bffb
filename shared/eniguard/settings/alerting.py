"""What guard.yml says of alerts, compiled: which are waived, where they go, and how."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from eniguard.model import kinds
from eniguard.model.severity import Severity
from eniguard.settings.callers import ActorMatch

#: The kinds of sinks there are.
SinkKind = Literal["dingtalk", "feishu", "lark", "wecom", "slack", "teams", "webhook"]
#: The languages that messages are written in: English and Simplified Chinese.
Language = Literal["en", "zh"]
#: What ``alerts.links`` calls the page of an event in the trail, beside the kinds of resources.
EVENT_LINK = "event"
#: What links are made of: kinds of resources whose ids have a form that is known, and the event in the trail.
LINKED = (
    kinds.ENI,
    kinds.SECURITY_GROUP,
    kinds.INSTANCE,
    kinds.PREFIX_LIST,
    kinds.PORT_RANGE_LIST,
    kinds.VSWITCH,
    kinds.VPC,
    kinds.CIDR_RESERVATION,
    kinds.EIP,
    kinds.ROLE,
    kinds.POLICY,
    kinds.TRAIL,
    kinds.LOG_PROJECT,
    kinds.BUCKET,
    EVENT_LINK,
)
#: What a form in ``alerts.links`` may be: empty, or https with characters that no chat's markup reads as its
#: own, and the placeholders ``{region}`` and ``{id}``.
LINK_FORM = r"^(https://[A-Za-z0-9.-]+(:[0-9]+)?/([A-Za-z0-9._~:/?#@!$&+,;=%-]|\{region\}|\{id\})*)?$"


class FindingMatch(Struct, frozen=True):
    """Findings, told apart by what they say: every part that is given must match, and of each one value.

    What a finding does not say, no part matches.

    Attributes
    ----------
    rules, families
        Codes of rules (``ENI001``) and families of them (``ENI``).
    severity
        The least severity.
    actors
        Who called.
    resources
        Ids of the subject.
    tags
        Tags of the subject, key and value, of which it has all; a value of ``None`` stands for any.
    cidrs
        Blocks that together hold every address block which the finding is about.
    accounts, regions
        Where.
    owners
        Trusted names of the services that own the subject (``nat.aliyuncs.com``).
    """

    rules: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    severity: Severity | None = None
    actors: tuple[ActorMatch, ...] = ()
    resources: tuple[str, ...] = ()
    tags: dict[str, str | None] = {}
    cidrs: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


class Waiver(Struct, frozen=True):
    """Findings that somebody answers for until a day: they are not alerted.

    ``id`` is what it is called in lines and messages; ``expires`` is in seconds since 1970 (UTC), the end of
    its last day there.
    """

    id: str
    match: FindingMatch
    owner: str
    reason: str
    expires: float


class Route(Struct, frozen=True):
    """Where findings go: to these sinks and, if ``go_on``, to those of the next route below that matches."""

    sinks: tuple[str, ...]
    match: FindingMatch = FindingMatch()
    go_on: bool = False


class Sink(Struct, frozen=True):
    """One place that alerts are sent to.

    Attributes
    ----------
    name
        What routes call it.
    kind
        The chat it belongs to, or ``webhook``.
    url, secret
        References (``env:NAME``, ``kms:NAME``) to its address, which is a secret too, and to what signs.
    language, time_zone
        In which its messages are written; the name of a zone of the IANA database.
    mention
        Whom to mention on critical alerts: phone numbers or user ids, as the chat takes them; ``all``.
    """

    name: str
    kind: SinkKind
    url: str
    secret: str | None = None
    language: Language = "en"
    time_zone: str = "UTC"
    mention: tuple[str, ...] = ()


class AlertSettings(Struct, frozen=True):
    """How alerts are told.

    Attributes
    ----------
    group_minutes
        How long further findings of one fingerprint are counted before a summary tells of them.
    internal_hosts
        Names of hosts inside of one's own network that a sink may be at.
    authorities
        Certificates of authorities that sign those hosts' certificates, in PEM form, beside the public ones.
    links
        Addresses of console pages in place of the packaged ones, by the kind of the resource (``event`` for
        the event in the trail), with ``{region}`` and ``{id}`` in them; an empty one makes no link.
    """

    group_minutes: int = 30
    internal_hosts: tuple[str, ...] = ()
    authorities: str | None = None
    links: dict[str, str] = {}
