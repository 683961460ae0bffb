"""The base of every section of guard.yml: a key nobody knows is an error."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A section, or an entry of one."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True, frozen=True)
