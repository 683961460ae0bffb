"""What guard.yml says of putting things back, compiled; and the most that it may say."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from eniguard.settings.approving import ApprovalSettings, Keys

#: How far a plan may go: ``off`` there is none, ``plan`` it is shown, ``approve`` a person lets it be carried
#: out, ``auto`` it is carried out at once.
Mode = Literal["off", "plan", "approve", "auto"]
#: From least to most.
MODES: tuple[Mode, ...] = ("off", "plan", "approve", "auto")

#: The most that a fix of each rule may do (docs/remediation.md, "What may be put back"); of a rule that is
#: not here nothing is ever put back.
MOST: dict[str, Mode] = {
    "EXP001": "auto",
    "EXP002": "auto",
    "EXP006": "approve",
    "EXP007": "approve",
    "ENI012": "approve",
    "SELF001": "auto",
    "SELF003": "auto",
}


class ModeEntry(Struct, frozen=True):
    """A mode, and what it is for: each part that is given has to match.

    ``rules`` are codes of rules and families of them, ``tags`` those of the resource, where a value of
    ``None`` stands for any.
    """

    mode: Mode
    rules: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    tags: dict[str, str | None] = {}


class PerHour(Struct, frozen=True):
    """How many plans are carried out within an hour at most: of a rule, in an account, and in all."""

    rule: int = 5
    account: int = 10
    total: int = 20


class RemediationSettings(Struct, frozen=True):
    """How things are put back; all times are in seconds.

    Attributes
    ----------
    mode
        That of whatever no entry of ``modes`` is for.
    modes
        The first entry that matches counts.
    per_hour
        What is beyond it stays a plan.
    repeats
        How often one rule is put right on one resource within an hour, until that is taken for a loop.
    expires
        How long a plan may be approved and carried out.
    oldest
        How old the event may be when its plan is made: of an older one the plan is only shown.
    keys
        References to the keys that verdicts are sealed with.
    approval
        The page on which plans are approved.
    """

    mode: Mode = "plan"
    modes: tuple[ModeEntry, ...] = ()
    per_hour: PerHour = PerHour()
    repeats: int = 3
    expires: float = 14_400.0
    oldest: float = 1800.0
    keys: Keys | None = None
    approval: ApprovalSettings | None = None

    def mode_for(self, rule: str, account: str, tags: dict[str, str]) -> Mode:
        """The mode that is set for a rule on a resource, and no more than the rule allows."""
        found = next((one.mode for one in self.modes if _matches(one, rule, account, tags)), self.mode)
        return least(found, MOST.get(rule, "off"))

    def goes_beyond(self, mode: Mode) -> bool:
        """Whether any rule is let do more than a mode anywhere."""
        return any(MODES.index(self.most_for(rule)) > MODES.index(mode) for rule in MOST)

    def most_for(self, rule: str, account: str | None = None) -> Mode:
        """The most that a rule is let do anywhere, or anywhere in an account."""
        named = [one for one in self.modes if _names(one, rule) and _is_in(one, account)]
        every = next((place for place, one in enumerate(named) if _is_everywhere(one, account)), None)
        reached = named if every is None else named[: every + 1]
        modes = [one.mode for one in reached] + ([self.mode] if every is None else [])
        return least(max(modes, key=MODES.index), MOST.get(rule, "off"))


def least(*modes: Mode) -> Mode:
    """The one that lets do least."""
    return min(modes, key=MODES.index)


def _names(entry: ModeEntry, rule: str) -> bool:
    return not entry.rules or rule in entry.rules or rule.rstrip("0123456789") in entry.rules


def _is_in(entry: ModeEntry, account: str | None) -> bool:
    return account is None or not entry.accounts or account in entry.accounts


def _is_everywhere(entry: ModeEntry, account: str | None) -> bool:
    return not entry.tags and (not entry.accounts or account in entry.accounts)


def _matches(entry: ModeEntry, rule: str, account: str, tags: dict[str, str]) -> bool:
    return (
        _names(entry, rule)
        and (not entry.accounts or account in entry.accounts)
        and all(key in tags and (value is None or tags[key] == value) for key, value in entry.tags.items())
    )
