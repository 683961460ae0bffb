"""Fields of guard.yml that hold ids and names of the cloud, and the entry that names a caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from eniguard.settings.callers import ActorMatch
from eniguard.settings.strict import Strict

AccountId = Annotated[str, Field(pattern=r"^[0-9]{4,32}$", description="Id of an Alibaba Cloud account")]
RoleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["eniguard-reader"])]
Region = Annotated[
    str, Field(pattern=r"^[a-z]{2,}(-[a-z0-9]+)+$", description="Id of a region", examples=["cn-hangzhou"])
]
Service = Annotated[str, Field(pattern=r"^[a-z0-9.-]+$", examples=["nat.aliyuncs.com"])]


class CallerEntry(Strict):
    """One caller, named exactly; every part that is given must match (compared without case)."""

    role: str | None = Field(default=None, description="Name of the assumed role, without its session")
    user: str | None = Field(default=None, description="Login name of a RAM user")
    principal_id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _says_by_what(cls, entry: object) -> object:
        if not isinstance(entry, dict):
            raise ValueError("expected {user: …}, {role: …} or {principal_id: …}")
        return entry

    @model_validator(mode="after")
    def _names_somebody(self) -> CallerEntry:
        if self.role is None and self.user is None and self.principal_id is None:
            raise ValueError("name a role, a user or a principal_id")
        return self


def compiled_callers(entries: Sequence[CallerEntry]) -> tuple[ActorMatch, ...]:
    """The compiled form of entries."""
    return tuple([ActorMatch(one.role, one.user, one.principal_id) for one in entries])
