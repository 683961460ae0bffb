"""What a waiver or a route of guard.yml looks at: findings, told apart by what they say."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from eniguard.facts.blocks import LONGEST, block
from eniguard.model.severity import Severity
from eniguard.settings.alerting import FindingMatch
from eniguard.settings.identifiers import AccountId, CallerEntry, Region, Service, compiled_callers
from eniguard.settings.strict import Strict


def _cidr(text: str) -> str:
    """A block in its one spelling; a lone address stands for itself."""
    family = 6 if ":" in text else 4
    whole = text if "/" in text else f"{text}/{128 if family == 6 else 32}"
    found = block(whole, family) if len(whole) <= LONGEST else None
    if found is None:
        raise ValueError("is no block; expected one as in 203.0.113.0/24 or 2001:db8::/32")
    if not found.aligned:
        raise ValueError(f"has host bits set; the block begins at {found.text}")
    return found.text


Cidr = Annotated[str, AfterValidator(_cidr)]
_RuleCode = Annotated[str, Field(pattern=r"^[A-Za-z]+[0-9]{3}$", examples=["ENI001"])]
_Family = Annotated[str, Field(pattern=r"^[A-Za-z]+$", examples=["ENI"])]
_Text = Annotated[str, Field(min_length=1)]


class MatchEntry(Strict):
    """Findings: every part that is given must match, and of each part one of its values; of tags, all."""

    rules: list[_RuleCode] = Field(default_factory=list, description="Codes of rules, compared without case")
    families: list[_Family] = Field(
        default_factory=list, description="Letters that codes of rules begin with, as in ENI"
    )
    severity: Severity | None = Field(default=None, description="The least severity")
    actors: list[CallerEntry] = Field(default_factory=list, description="Who called")
    resources: list[_Text] = Field(default_factory=list, description="Ids of what the finding is about")
    tags: dict[str, str | None] = Field(
        default_factory=dict,
        description="Tags of what the finding is about, all of them; without a value: any value",
    )
    cidrs: list[Cidr] = Field(
        default_factory=list,
        description="Blocks that together hold every address block which the finding is about",
    )
    accounts: list[AccountId] = Field(default_factory=list)
    regions: list[Region] = Field(default_factory=list)
    owners: list[Service] = Field(
        default_factory=list, description="Services that own what the finding is about"
    )

    @model_validator(mode="after")
    def _says_something(self) -> MatchEntry:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("matches everything; give at least one part")
        return self

    def compiled(self) -> FindingMatch:
        """The compiled form: codes and families in capitals, each value once."""
        return FindingMatch(
            rules=tuple(dict.fromkeys([one.upper() for one in self.rules])),
            families=tuple(dict.fromkeys([one.upper() for one in self.families])),
            severity=self.severity,
            actors=compiled_callers(self.actors),
            resources=tuple(dict.fromkeys(self.resources)),
            tags=dict(self.tags),
            cidrs=tuple(dict.fromkeys(self.cidrs)),
            accounts=tuple(dict.fromkeys(self.accounts)),
            regions=tuple(dict.fromkeys(self.regions)),
            owners=tuple(dict.fromkeys(self.owners)),
        )
