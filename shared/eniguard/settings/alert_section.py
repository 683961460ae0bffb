"""The sections ``alerts``, ``sinks`` and ``routes`` of guard.yml: where findings go, how they are told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from eniguard.nearest import nearest
from eniguard.settings.alerting import (
    LINK_FORM,
    LINKED,
    AlertSettings,
    FindingMatch,
    Language,
    Route,
    Sink,
    SinkKind,
)
from eniguard.settings.authorities import authorities_in
from eniguard.settings.match_entry import MatchEntry
from eniguard.settings.references import SecretReference
from eniguard.settings.strict import Strict

#: The chats that sign what they take, if their robot is set so.
_SIGNING = frozenset(("dingtalk", "feishu", "lark"))
SinkName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["oncall"])]
_Host = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"),
]
#: A phone number or an id of a user, as the chats write them.
_Mention = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@+-]{1,128}$")]
_LinkForm = Annotated[str, Field(pattern=LINK_FORM)]


def _linked(kind: str) -> str:
    if kind not in LINKED:
        (near,) = nearest(kind, LINKED)
        raise ValueError(f"no links are made to {kind!r}; did you mean {near}?")
    return kind


class AlertsSection(Strict):
    """How alerts are told."""

    group_minutes: int = Field(
        default=30,
        ge=1,
        le=1440,
        description="Minutes in which further findings of the same kind are counted for one summary",
    )
    internal_hosts: list[_Host] = Field(
        default_factory=list,
        description="Hosts of your own network that a sink may be at; all others have public addresses",
        examples=[["chat.corp.example.com"]],
    )
    ca_file: str | None = Field(
        default=None,
        min_length=1,
        description="File of the authorities that sign the hosts' certificates; relative to guard.yml",
    )
    links: dict[Annotated[str, AfterValidator(_linked)], _LinkForm] = Field(
        default_factory=dict,
        description="Addresses of console pages in place of the packaged ones, by the kind of the resource, "
        "or `event` for the event in the trail; `{id}` and `{region}` are put in, an empty one makes no link",
        examples=[{"ecs:NetworkInterface": "https://console.example.com/eni/{region}/{id}"}],
    )

    def compiled(self, folder: Path) -> AlertSettings:
        """The compiled form; names of hosts in small letters, and what is in files of the folder.

        Raises
        ------
        ConfigError
            The file of authorities cannot be used.
        """
        hosts = tuple(dict.fromkeys([one.lower() for one in self.internal_hosts]))
        authorities = None if self.ca_file is None else authorities_in(folder / self.ca_file)
        return AlertSettings(self.group_minutes, hosts, authorities, dict(self.links))


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        near = nearest(name, sorted(available_timezones()))
        meant = f"did you mean {near[0]}?" if near else "expected one as in Asia/Shanghai"
        raise ValueError(f"is no time zone; {meant}") from None
    return name


class SinkEntry(Strict):
    """One place that alerts are sent to."""

    name: SinkName
    kind: SinkKind
    url: SecretReference = Field(
        description="`env:NAME` or `kms:NAME`, never the address, which is a secret itself",
        examples=["kms:example-dingtalk-url"],
    )
    secret: SecretReference | None = Field(
        default=None,
        description="`env:NAME` or `kms:NAME` of what signs: a webhook needs it; dingtalk, feishu and lark "
        "take it",
    )
    language: Language = "en"
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="A zone of the IANA database", examples=["Asia/Shanghai"]
    )
    mention: list[_Mention] = Field(
        default_factory=list,
        description="Whom critical alerts mention: phone numbers or user ids, as the chat takes them; `all`",
    )

    @model_validator(mode="after")
    def _signs_if_it_can(self) -> SinkEntry:
        if self.kind == "webhook" and self.secret is None:
            raise ValueError("a webhook needs a secret, which its receiver checks the signature with")
        if self.secret is not None and self.kind != "webhook" and self.kind not in _SIGNING:
            raise ValueError(f"{self.kind} signs nothing: leave secret out")
        return self

    def compiled(self) -> Sink:
        """The compiled form."""
        return Sink(
            self.name,
            self.kind,
            self.url,
            self.secret,
            self.language,
            self.time_zone,
            tuple(dict.fromkeys(self.mention)),
        )


class RouteEntry(Strict):
    """Where findings go: the first route that matches says; the last one matches all that is left."""

    match: MatchEntry | None = Field(default=None, description="Left out in the last route only")
    sinks: list[SinkName] = Field(min_length=1, description="Names of sinks")
    go_on: bool = Field(
        default=False,
        alias="continue",
        description="Findings go to the sinks of the next route below that matches as well",
    )

    def compiled(self) -> Route:
        """The compiled form."""
        match = FindingMatch() if self.match is None else self.match.compiled()
        return Route(tuple(dict.fromkeys(self.sinks)), match, self.go_on)


def check_routes(routes: Sequence[RouteEntry], sinks: Sequence[SinkEntry]) -> None:
    """Refuse routes that some finding would not get through.

    Raises
    ------
    ValueError
        A route names a sink that does not exist, or what matches everything is not the last route alone.
    """
    names = [one.name for one in sinks]
    for place, route in enumerate(routes):
        for name in route.sinks:
            if name not in names:
                raise ValueError(f"routes.{place}.sinks: no sink {name!r}; {_meant(name, names)}")
        last = place == len(routes) - 1
        if last and route.match is not None:
            raise ValueError(
                f"routes.{place}.match: the last route takes what no other one took: leave match out, or "
                "add a route without one below"
            )
        if not last and route.match is None:
            raise ValueError(
                f"routes.{place}: has no match, so that the routes below are never asked: put it last"
            )
        if last and route.go_on:
            raise ValueError(f"routes.{place}.continue: there is no route below the last one")


def _meant(name: str, names: Sequence[str]) -> str:
    near = nearest(name, names)
    return f"did you mean {near[0]}?" if near else "the section sinks names none"


def check_once(section: str, field: str, names: Sequence[str]) -> None:
    """Refuse a name that stands twice.

    Raises
    ------
    ValueError
        It does.
    """
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ValueError(f"{section}.{place}.{field}: {name!r} stands twice")
