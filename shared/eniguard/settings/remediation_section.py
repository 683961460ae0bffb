"""The ``remediation`` section of guard.yml: what may be put back, how far, and how often."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from eniguard.settings.approval_section import SECTIONS as APPROVAL_SECTIONS
from eniguard.settings.approval_section import ApprovalSection, KeysEntry
from eniguard.settings.approving import Keys
from eniguard.settings.remediation import MODES, MOST, Mode, ModeEntry, PerHour, RemediationSettings
from eniguard.settings.strict import Strict

_MINUTE = 60.0
_TABLE = 'docs/remediation.md, "What may be put back"'
#: The most that fits into what the store keeps of an hour.
_MOST_PER_HOUR = 200

Rule = Annotated[str, Field(pattern=r"^[A-Za-z]+[0-9]*$", examples=["EXP001", "EXP"])]
#: YAML reads a bare ``off`` as false.
GivenMode = Annotated[Mode, BeforeValidator(lambda given: "off" if given is False else given)]
Account = Annotated[str, Field(pattern=r"^[0-9]{4,32}$")]


class RemediationModeEntry(Strict):
    """How far plans go for some rules, accounts and tags; each part that is given has to match."""

    mode: GivenMode
    rules: list[Rule] = Field(
        default_factory=list, description="Codes of rules, or families of them; every rule by default"
    )
    accounts: list[Account] = Field(default_factory=list, description="Every account by default")
    tags: dict[str, str | None] = Field(
        default_factory=dict, description="Tags of the resource; a key without a value stands for any value"
    )

    @model_validator(mode="after")
    def _is_no_more_than_its_rules_allow(self) -> RemediationModeEntry:
        _check_rules(self.mode, [one.upper() for one in self.rules])
        return self

    def compiled(self) -> ModeEntry:
        """The compiled form."""
        rules = tuple([one.upper() for one in self.rules])
        return ModeEntry(self.mode, rules, tuple(self.accounts), dict(self.tags))


class PerHourEntry(Strict):
    """How many plans are carried out within an hour at most."""

    rule: int = Field(default=5, ge=1, le=_MOST_PER_HOUR)
    account: int = Field(default=10, ge=1, le=_MOST_PER_HOUR)
    total: int = Field(default=20, ge=1, le=_MOST_PER_HOUR)


class RemediationSection(Strict):
    """Putting things back: out of the box plans are shown, and nothing is changed."""

    mode: GivenMode = Field(
        default="plan",
        description="`off`: no plans. `plan`: they are shown. `approve`: a person lets them be carried out. "
        "`auto`: they are carried out at once",
    )
    modes: list[RemediationModeEntry] = Field(
        default_factory=list, description="Other modes; the first entry that matches counts"
    )
    per_hour: PerHourEntry = Field(default_factory=PerHourEntry)
    repeats: int = Field(
        default=3,
        ge=1,
        le=20,
        description="Times that one rule is put right on one resource within an hour; then it is left alone",
    )
    expires_minutes: int = Field(
        default=240, ge=5, le=4320, description="Minutes for which a plan can be approved and carried out"
    )
    oldest_minutes: int = Field(
        default=30,
        ge=1,
        le=1440,
        description="Minutes after its call that an event may come; plans of older ones are only shown",
    )
    keys: KeysEntry | None = Field(default=None, description="What decisions on plans are sealed with")
    approval: ApprovalSection | None = None

    @model_validator(mode="after")
    def _is_no_more_than_may_be(self) -> RemediationSection:
        _check_rules(self.mode, [])
        modes = [self.mode, *[one.mode for one in self.modes]]
        beyond = [one for one in modes if one in ("approve", "auto")]
        if beyond and self.keys is None:
            raise ValueError(f"mode {beyond[0]} needs keys: decisions on plans are sealed with them")
        return self

    @model_validator(mode="after")
    def _keeps_keys_apart(self) -> RemediationSection:
        if self.keys is None or self.approval is None:
            return self
        own, page = self.keys, self.approval
        others: dict[str, set[str | None]] = {
            "approval.link_keys": {page.link_keys.current, page.link_keys.previous},
            "approval.session_keys": {page.session_keys.current, page.session_keys.previous},
            "approval.client_secret": {page.client_secret},
        }
        mine = {own.current, own.previous} - {None}
        shared = [name for name, named in others.items() if mine & named]
        if shared:
            raise ValueError(
                f"keys and {', '.join(shared)} name the same secret: give keys one of their own, for whoever "
                "has it can approve every plan"
            )
        return self

    def compiled(self) -> RemediationSettings:
        """The compiled form."""
        keys = self.keys
        return RemediationSettings(
            mode=self.mode,
            modes=tuple([one.compiled() for one in self.modes]),
            per_hour=PerHour(self.per_hour.rule, self.per_hour.account, self.per_hour.total),
            repeats=self.repeats,
            expires=self.expires_minutes * _MINUTE,
            oldest=self.oldest_minutes * _MINUTE,
            keys=None if keys is None else Keys(keys.current, keys.previous),
            approval=None if self.approval is None else self.approval.compiled(),
        )


def _check_rules(mode: Mode, rules: list[str]) -> None:
    """Refuse a mode that one of its rules does not allow; without rules it is for all that have fixes."""
    for name in rules or ["every rule"]:
        codes = [code for code in MOST if not rules or name in (code, code.rstrip("0123456789"))]
        if not codes and mode != "off":
            raise ValueError(
                f"nothing that {name} finds is ever put back: take it out, or say off ({_TABLE})"
            )
        over = [code for code in codes if MODES.index(mode) > MODES.index(MOST[code])]
        if over:
            raise ValueError(
                f"{mode} is more than {', '.join(over)} may do, which is {MOST[over[0]]} at most ({_TABLE}): "
                f"name the rules that it is for, out of {', '.join(_allowing(mode))}"
            )


def _allowing(mode: Mode) -> list[str]:
    return [code for code, most in MOST.items() if MODES.index(mode) <= MODES.index(most)]


#: The models below ``remediation``, by the keys that lead to them.
SECTIONS: dict[tuple[str, ...], type[Strict]] = {
    (): RemediationSection,
    ("modes",): RemediationModeEntry,
    ("per_hour",): PerHourEntry,
    ("keys",): KeysEntry,
    **{("approval", *place): model for place, model in APPROVAL_SECTIONS.items()},
}
