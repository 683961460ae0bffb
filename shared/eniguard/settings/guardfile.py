"""guard.yml: one strict model, read with errors that say what is wrong, where, and what is valid."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eniguard.errors import ConfigError
from eniguard.model.severity import Severity
from eniguard.settings.alert_section import AlertsSection, RouteEntry, SinkEntry, check_once, check_routes
from eniguard.settings.guard_section import SECTIONS, GuardSection
from eniguard.settings.identifiers import AccountId, CallerEntry, Region, RoleName, Service, compiled_callers
from eniguard.settings.location import DEFAULT_PATH
from eniguard.settings.match_entry import MatchEntry
from eniguard.settings.once_loader import OnceLoader
from eniguard.settings.policy import DEFAULT_POLICY, Actors, Policy, RuleSettings
from eniguard.settings.remediation_section import SECTIONS as REMEDIATION_SECTIONS
from eniguard.settings.remediation_section import RemediationSection
from eniguard.settings.state_section import StateSection
from eniguard.settings.strict import Strict
from eniguard.settings.sweep_section import CanarySection, SweepSection
from eniguard.settings.waiver_section import WaiverEntry, tags_of_waivers


class AccountEntry(Strict):
    """One of your own accounts."""

    id: AccountId
    name: str | None = Field(default=None, description="What people call it")
    role: RoleName | None = Field(
        default=None,
        description="Role that the guard assumes there to look things up; trusts the guard's role",
    )
    remediation_role: RoleName | None = Field(
        default=None,
        description="Role that the function remediate assumes there to put things back",
    )

    @model_validator(mode="after")
    def _looking_up_changes_nothing(self) -> AccountEntry:
        if self.role is not None and self.role.lower() == (self.remediation_role or "").lower():
            raise ValueError(
                "role and remediation_role are the same: functions that look up would get the rights to write"
            )
        return self


class RuleEntry(Strict):
    """How one rule is tuned; what is left out stays as the rule has it."""

    enabled: bool | None = None
    severity: Severity | None = Field(default=None, description="Replaces the rule's own severity")
    params: dict[str, Any] = Field(default_factory=dict, description="See `eniguard rules show CODE`")


class RulesSection(Strict):
    """Modules with rules of your own, and by code how single rules are tuned."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, RuleEntry]

    modules: list[str] = Field(
        default_factory=list,
        description="Importable modules with rules of your own: in the deployed bundle or on PYTHONPATH",
        examples=[["acme_rules"]],
    )

    @property
    def tuned(self) -> dict[str, RuleEntry]:
        """The entries of single rules, by code."""
        return self.__pydantic_extra__


class ActorsSection(Strict):
    """Who is who."""

    controllers: list[CallerEntry] = Field(
        default_factory=list,
        description="Container platforms and their node roles; exempt from PFX and burst rules only",
    )
    deployers: list[CallerEntry] = Field(
        default_factory=list,
        description="Pipelines that deploy the guard: they may change its functions and event rules",
    )
    approved_services: list[Service] | None = Field(
        default=None,
        description="Services whose service-linked roles are expected; leave out to approve none or all",
    )
    service_ids: dict[str, Service] = Field(
        default_factory=dict, description="Numeric ServiceID of managed security groups → service"
    )


class GuardFile(Strict):
    """guard.yml."""

    accounts: list[AccountEntry] = Field(default_factory=list)
    regions: list[Region] | None = Field(
        default=None,
        min_length=1,
        description="Regions to look after; all that the guard hears of by default",
    )
    rules: RulesSection = Field(default_factory=RulesSection)
    actors: ActorsSection = Field(default_factory=ActorsSection)
    guard: GuardSection = Field(default_factory=GuardSection)
    state: StateSection | None = Field(default=None, description="Where state is kept")
    sweep: SweepSection = Field(default_factory=SweepSection)
    alerts: AlertsSection = Field(default_factory=AlertsSection)
    sinks: list[SinkEntry] = Field(default_factory=list, description="The places that alerts are sent to")
    routes: list[RouteEntry] = Field(
        default_factory=list, description="Which findings go to which sinks; without routes, all go to all"
    )
    waivers: list[WaiverEntry] = Field(
        default_factory=list, description="Findings that somebody answers for until a day"
    )

    remediation: RemediationSection = Field(default_factory=RemediationSection)

    @model_validator(mode="after")
    def _alerts_fit_together(self) -> GuardFile:
        check_once("sinks", "name", [one.name for one in self.sinks])
        check_once("waivers", "id", [one.id for one in self.waivers])
        check_routes(self.routes, self.sinks)
        return self

    def policy(self, source: str | None = None, folder: Path = Path()) -> Policy:
        """The compiled form, which the deciding core reads.

        ``source`` is the file it comes from, ``folder`` is where files lie that it names.
        """
        waivers = tuple([one.compiled() for one in self.waivers])
        guard = self.guard.compiled()
        control_tags = tuple(dict.fromkeys((*guard.control_tags, *tags_of_waivers(waivers))))
        return Policy(
            accounts=tuple(account.id for account in self.accounts),
            account_roles={account.id: account.role for account in self.accounts if account.role is not None},
            remediation_roles={
                one.id: one.remediation_role for one in self.accounts if one.remediation_role is not None
            },
            regions=None if self.regions is None else tuple(dict.fromkeys(self.regions)),
            rule_modules=tuple(self.rules.modules),
            rules={
                code.upper(): RuleSettings(entry.enabled, entry.severity, entry.params)
                for code, entry in self.rules.tuned.items()
            },
            actors=Actors(
                controllers=compiled_callers(self.actors.controllers),
                deployers=compiled_callers(self.actors.deployers),
                approved_services=(
                    None if self.actors.approved_services is None else tuple(self.actors.approved_services)
                ),
                service_ids=dict(self.actors.service_ids),
            ),
            guard=replace(guard, control_tags=control_tags),
            state=None if self.state is None else self.state.compiled(),
            sweep=self.sweep.compiled(),
            alerts=self.alerts.compiled(folder),
            sinks=tuple([one.compiled() for one in self.sinks]),
            routes=tuple([one.compiled() for one in self.routes]),
            waivers=waivers,
            remediation=self.remediation.compiled(),
            source=source,
        )


def read_policy(path: Path) -> Policy:
    """The policy in a guard.yml file.

    Raises
    ------
    ConfigError
        The file cannot be read, is not YAML, or is not a valid guard.yml.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    return parse_policy(text, source=str(path), folder=path.parent)


def parse_policy(text: str, *, source: str = DEFAULT_PATH, folder: Path = Path()) -> Policy:
    """The policy in the text of a guard.yml.

    ``source`` is what messages call it, ``folder`` is where files lie that it names.

    Raises
    ------
    ConfigError
        As for `read_policy`.
    """
    try:
        # The loader is a SafeLoader that also refuses a key given twice.
        content = yaml.load(text, Loader=OnceLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigError(f"{source}: not YAML: {error}") from None
    if content is None:
        return DEFAULT_POLICY
    if not isinstance(content, dict):
        raise ConfigError(f"{source}: a mapping of sections was expected; valid: {_valid(GuardFile)}")
    try:
        return GuardFile.model_validate(content).policy(source, folder)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{source}: {_explained(one)}" for one in error.errors())) from None


#: Sections in which somebody may have put a secret: nothing of them is repeated.
_UNREPEATED = ("state", "sinks", "remediation")
_UNSAID = "(a key that is not repeated)"
#: The models of entries, by the keys that lead to them; those below ``guard`` and ``remediation`` stand in
#: their ``SECTIONS``.
_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    ("accounts",): AccountEntry,
    ("actors",): ActorsSection,
    ("actors", "controllers"): CallerEntry,
    ("actors", "deployers"): CallerEntry,
    ("state",): StateSection,
    ("sweep",): SweepSection,
    ("sweep", "canary"): CanarySection,
    ("alerts",): AlertsSection,
    ("sinks",): SinkEntry,
    ("routes",): RouteEntry,
    ("routes", "match"): MatchEntry,
    ("routes", "match", "actors"): CallerEntry,
    ("waivers",): WaiverEntry,
    ("waivers", "match"): MatchEntry,
    ("waivers", "match", "actors"): CallerEntry,
    **{("guard", *path): model for path, model in SECTIONS.items()},
    **{("remediation", *path): model for path, model in REMEDIATION_SECTIONS.items()},
}


def _explained(error: Any) -> str:
    location = error["loc"]
    unrepeated = location[:1] and location[0] in _UNREPEATED
    where = ".".join(_UNSAID if unrepeated and not _is_word(part) else str(part) for part in location)
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key; valid here: {_valid(_model_at(location[:-1]))}"
    if not location:  # what does not fit together, with its place in the message, and everything as its input
        return str(error["msg"]).removeprefix("Value error, ")
    said = "expected a mapping of keys" if error["type"] == "model_type" else error["msg"]
    if unrepeated:
        return f"{where}: {said}"
    return f"{where}: {said}, got {str(error['input'])[:80]!r}"


def _is_word(part: str | int) -> bool:
    """Whether a part of a place is a number or could be the name of a key."""
    return isinstance(part, int) or re.fullmatch(r"[a-z_]{1,32}", part) is not None


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that a place in the file is validated by."""
    path = tuple([part for part in location if isinstance(part, str)])
    if not path:
        return GuardFile
    return RuleEntry if path[0] == "rules" else _MODELS[path]


def _valid(model: type[BaseModel]) -> str:
    return ", ".join([field.alias or name for name, field in model.model_fields.items()])
