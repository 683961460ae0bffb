"""guard.yml: one strict model, read with errors that say what is wrong, where, and what is valid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eniguard.errors import ConfigError
from eniguard.model.severity import Severity
from eniguard.settings.guard_section import SECTIONS, GuardSection
from eniguard.settings.location import DEFAULT_PATH
from eniguard.settings.once_loader import OnceLoader
from eniguard.settings.policy import DEFAULT_POLICY, ActorMatch, Actors, Policy, RuleSettings
from eniguard.settings.remediation_section import SECTIONS as REMEDIATION_SECTIONS
from eniguard.settings.remediation_section import RemediationSection
from eniguard.settings.state_section import StateSection
from eniguard.settings.strict import Strict
from eniguard.settings.sweep_section import CanarySection, SweepSection

AccountId = Annotated[str, Field(pattern=r"^[0-9]{4,32}$", description="Id of an Alibaba Cloud account")]
RoleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["eniguard-reader"])]
Region = Annotated[
    str, Field(pattern=r"^[a-z]{2,}(-[a-z0-9]+)+$", description="Id of a region", examples=["cn-hangzhou"])
]
Service = Annotated[str, Field(pattern=r"^[a-z0-9.-]+$", examples=["nat.aliyuncs.com"])]


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


class CallerEntry(Strict):
    """One caller, named exactly; every part that is given must match (compared without case)."""

    role: str | None = Field(default=None, description="Name of the assumed role, without its session")
    user: str | None = Field(default=None, description="Login name of a RAM user")
    principal_id: str | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> CallerEntry:
        if self.role is None and self.user is None and self.principal_id is None:
            raise ValueError("name a role, a user or a principal_id")
        return self


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
    remediation: RemediationSection = Field(default_factory=RemediationSection)

    def policy(self, source: str | None = None) -> Policy:
        """The compiled form, which the deciding core reads; ``source`` is the file it comes from."""
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
                controllers=_matches(self.actors.controllers),
                deployers=_matches(self.actors.deployers),
                approved_services=(
                    None if self.actors.approved_services is None else tuple(self.actors.approved_services)
                ),
                service_ids=dict(self.actors.service_ids),
            ),
            guard=self.guard.compiled(),
            state=None if self.state is None else self.state.compiled(),
            sweep=self.sweep.compiled(),
            remediation=self.remediation.compiled(),
            source=source,
        )


def _matches(entries: list[CallerEntry]) -> tuple[ActorMatch, ...]:
    return tuple(ActorMatch(one.role, one.user, one.principal_id) for one in entries)


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
    return parse_policy(text, source=str(path))


def parse_policy(text: str, *, source: str = DEFAULT_PATH) -> Policy:
    """The policy in the text of a guard.yml.

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
        return GuardFile.model_validate(content).policy(source)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{source}: {_explained(one)}" for one in error.errors())) from None


def _explained(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "(top)"
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key; valid here: {_valid(_model_at(error['loc'][:-1]))}"
    if error["loc"][:1] in (("state",), ("remediation",)):
        return f"{where}: {error['msg']}"  # somebody may have put a password or a key there
    return f"{where}: {error['msg']}, got {str(error['input'])[:80]!r}"


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that a place in the file is validated by."""
    sections: dict[str, type[BaseModel]] = {
        "accounts": AccountEntry,
        "rules": RuleEntry,
        "actors": ActorsSection,
        "state": StateSection,
        "sweep": SweepSection,
    }
    if not location:
        return GuardFile
    if location[:2] in (("actors", "controllers"), ("actors", "deployers")):
        return CallerEntry
    if location[:2] == ("sweep", "canary"):
        return CanarySection
    if location[0] in ("guard", "remediation"):
        models = SECTIONS if location[0] == "guard" else REMEDIATION_SECTIONS
        return models[tuple([part for part in location[1:] if isinstance(part, str)])]
    return sections[str(location[0])]


def _valid(model: type[BaseModel]) -> str:
    return ", ".join(model.model_fields)
